"""Stage: an entrant makes as many images as there are real test chips of every condition."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from cyclopts import Parameter

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.logs import log, progress
from pspflow.seeds import generator
from pspflow.studies.arena.chips.shared import read_shared
from pspflow.studies.arena.models.entrants import entrant_of
from pspflow.studies.arena.models.own import own_entrant
from pspflow.studies.arena.paths import OwnModel, SharedImages, SharedTable
from pspflow.studies.paths import NAMED
from pspflow.studies.stage import AUTO, INPUT, Device, Seed, Threads, stage

EntrantWeights = Annotated[
    Mapping[str, Path],
    Parameter(help="PART=PATH: weights of its networks; codes and prior, or network."),
    NAMED,
    INPUT,
]


@stage
def draw(
    *,
    entrant: str,
    weights: EntrantWeights | None = None,
    own: OwnModel | None = None,
    images: SharedImages,
    table: SharedTable,
    made: Path,
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Make images with an entrant: as many for every condition as one half of the test chips has.

    Parameters
    ----------
    entrant
        Its name.
    made
        Zarr store to write: images (image, y, x), and the domain of each.

    Raises
    ------
    InputError
        If your model cannot be used, or returns something else than images.
    """
    torch.set_num_threads(threads)
    shared = read_shared(images, table)
    edge = shared.images.shape[1]
    if own is not None:
        ready = own_entrant(own, edge)
    elif weights:
        ready = entrant_of(entrant, weights, shared, device)
    else:
        raise InputError(f"{entrant}: give --weights, or --own with your Python file.")
    wanted = list(shared.wanted(shared.rows(shared.tested, half=1)))
    total = sum(count for _, count in wanted)
    pieces = (
        ready.images(count, condition, _number(seed, entrant, condition))
        for condition, count in wanted
    )
    drawn = np.concatenate(list(progress(pieces, total, entrant, "image", len)))
    codes = [shared.domains.index(str(condition["domain"])) for condition, _ in wanted]
    with new_store(made, origin) as group:
        group.attrs["domains"] = shared.domains
        group.attrs["given"] = ready.given
        group.attrs["parameters"] = ready.parameters
        put_array(group, "images", drawn, ("image", "y", "x"), "grey level")
        domain = np.repeat(codes, [count for _, count in wanted]).astype(np.int64)
        put_array(group, "domain", domain, ("image",), "1")
    log.info("%s: %d images of %d x %d pixels", entrant, *drawn.shape)


def _number(seed: int, entrant: str, condition: Mapping[str, str | float]) -> int:
    """Return the seed of a call: another for every entrant and condition."""
    words = [f"{name}={value}" for name, value in condition.items()]
    return int(generator(seed, "arena", entrant, *words).integers(2**31))
