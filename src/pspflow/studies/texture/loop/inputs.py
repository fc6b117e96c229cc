"""What loops read: validation and test textures with their parameters."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.studies.texture.loop.inverse_model import Checks, Pairs, spread_over
from pspflow.studies.texture.loop.options import LoopOptions
from pspflow.studies.texture.plasticity.tables import Labelled, read_labelled
from pspflow.studies.texture.textures.store import open_textures


def read_checks(
    textures: Mapping[str, Path], parameters: Mapping[str, Path], options: LoopOptions
) -> tuple[Checks, NDArray[np.int64]]:
    """Read by what models are measured, and the test rows (n,) that make round trips.

    Parameters
    ----------
    textures, parameters
        Stores and tables of the sets validation and test.

    Raises
    ------
    InputError
        If no texture of a set has parameters.
    """
    found = {name: _pairs(textures[name], parameters[name]) for name in ("validation", "test")}
    test, labelled = found["test"]
    trips = spread_over(len(test.textures), options.trip_textures)
    checks = Checks(found["validation"][0], test, trips, options.trip_samples)
    return checks, labelled.textures[trips]


def _pairs(store: Path, table: Path) -> tuple[Pairs, Labelled]:
    labelled = read_labelled(table)
    if not len(labelled.textures):
        raise InputError(
            f"{table}: no texture has parameters; column 'failure' says why, and other textures "
            "are needed."
        )
    return Pairs(open_textures(store).coefficients[labelled.textures], labelled.outputs), labelled
