"""Sets of structures: how they are stored, and how simulated ones are planned."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import zarr

from pspflow.io.arrays import RowWriter, add_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.seeds import generator
from pspflow.studies.composite.structures.options import SetName, Sigmas, SimulatedOptions

PHASE = "phase"
DIMS = ("structure", "x", "y", "z")
"""Of arrays of structures; phase 1 is the stiffer."""


def fill(array: zarr.Array, rows: Iterable[np.ndarray]) -> None:
    """Write the rows of a new array as they come, holding as many as one of its shards takes.

    Parameters
    ----------
    array
        Shape ``(n, ...)``, as `add_array` makes it.
    rows
        n arrays of shape ``(...)``.
    """
    writer = RowWriter(array)
    for row in rows:
        writer.add(row[np.newaxis])
    writer.flush()


def write_structures(
    path: Path, structures: Iterable[np.ndarray], count: int, edge: int, origin: Provenance
) -> np.ndarray:
    """Write the structures of a set as they come.

    Parameters
    ----------
    path
        Zarr store to write: array `phase` uint8, shape ``(count, edge, edge, edge)``.
    structures
        Phase ids 0 and 1, shape ``(edge, edge, edge)``.
    count, edge
        How many, and of how many voxels along each axis.
    origin
        Recorded in the store.

    Returns
    -------
    Share of phase 1 in each structure, float64, shape ``(count,)``.
    """
    fractions = np.empty(count)

    def measured() -> Iterator[np.ndarray]:
        for place, structure in enumerate(structures):
            fractions[place] = structure.mean()
            yield structure

    with new_store(path, origin) as group:
        fill(add_array(group, PHASE, (count, edge, edge, edge), np.uint8, DIMS, "1"), measured())
    return fractions


def phase_table(young_gpa: Iterable[float], poisson: Iterable[float]) -> pd.DataFrame:
    """Tabulate the moduli of the soft phase, 0, and the stiff one, 1."""
    return pd.DataFrame({"phase": [0, 1], "young_gpa": young_gpa, "poisson": poisson})


def plan_structures(
    name: SetName, kinds: Sequence[str], options: SimulatedOptions, seed: int
) -> pd.DataFrame:
    """Plan the structures of a set: morphologies in turn, volume fractions spread over the range.

    Parameters
    ----------
    name
        Name of the set.
    kinds
        Names of its morphologies.
    options
        Number of structures and range of the fractions.
    seed
        Seed of the fractions.

    Returns
    -------
    DataFrame
        Columns structure, specimen, morphology, volume_fraction (what is aimed at).
    """
    count = options.count(name)
    ids = [f"{name}-{place:05}" for place in range(count)]
    fractions = np.empty(count)
    for first, morphology in enumerate(kinds[:count]):
        rng = generator(seed, "composite volume fractions", name, morphology)
        mine = fractions[first :: len(kinds)]
        # one in each of equal parts of the range, so that few cover it too
        low, high = options.volume_fraction_range
        parts = (rng.permutation(len(mine)) + rng.random(len(mine))) / len(mine)
        mine[:] = low + parts * (high - low)
    names = [kinds[place % len(kinds)] for place in range(count)]
    return pd.DataFrame(
        {"structure": ids, "specimen": ids, "morphology": names, "volume_fraction": fractions}
    )


def morphology_name(sigmas: Sigmas) -> str:
    """Name a morphology by its widths along x, y and z: `7-1-1`."""
    return "-".join(f"{sigma:g}" for sigma in sigmas)
