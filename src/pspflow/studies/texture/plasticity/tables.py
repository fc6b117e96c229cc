"""Tables of anisotropy parameters: one row per texture, 54 columns, and why a row has none."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.io.tables import read_table
from pspflow.mechanics import PARAMETER_NAMES, independent_outputs

TEXTURE, NAME, FAILURE = "texture", "name", "failure"
"""Row of the texture in its set; its name; why it has no parameters, or an empty text."""


class Labelled(NamedTuple):
    """Textures of a set that have parameters."""

    textures: NDArray[np.int64]
    """Rows in the set, `n`."""
    parameters: NDArray[np.float64]
    """All 54, `n x 54`."""
    outputs: NDArray[np.float64]
    """The independent ones, `n x 35`."""


def parameter_table(
    textures: NDArray[np.int64], names: list[str], parameters: NDArray, failures: list[str]
) -> pd.DataFrame:
    """Make a table of parameters `n x 54`, NaN where there is a failure."""
    columns = dict(zip(PARAMETER_NAMES, np.asarray(parameters).T, strict=True))
    return pd.DataFrame({TEXTURE: textures, NAME: names, **columns, FAILURE: failures})


def no_parameters() -> pd.DataFrame:
    """Make the table of a share without textures."""
    return parameter_table(np.arange(0), [], np.empty((0, len(PARAMETER_NAMES))), [])


def read_labelled(path: Path) -> Labelled:
    """Read the textures that have parameters, in the order of the table."""
    table = read_table(path)
    table = table[table[FAILURE] == ""]
    parameters = table[list(PARAMETER_NAMES)].to_numpy(np.float64)
    return Labelled(table[TEXTURE].to_numpy(np.int64), parameters, independent_outputs(parameters))
