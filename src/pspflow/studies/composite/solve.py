"""The stage from structures to stiffness and strain. It loads torch, and so when it is run."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import add_array, get_array, new_store, open_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.shards import share
from pspflow.io.tables import read_table
from pspflow.logs import progress
from pspflow.mechanics import ConvergenceError, stiffness_and_strain
from pspflow.seeds import generator
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.solved import KEPT, MACRO, STIFFNESS, STRAIN
from pspflow.studies.composite.structures import DIMS, PHASE, fill

NORMAL_CASES = (0, 1, 2)


def solve(
    *,
    structures: Path,
    table: Path,
    phases: Path,
    solved: Path,
    shard: str = "1-of-1",
    fields: int | Literal["all"] = 0,
    options: SolutionOptions = SolutionOptions(),
) -> None:
    """Compute the stiffness of one share of the structures, and strain fields of some of them.

    Parameters
    ----------
    structures
        Zarr store of the structures.
    table
        Table of the structures.
    phases
        Table of the moduli.
    solved
        Zarr store to write: the block of normal components in GPa (structure, 3, 3) and, where
        asked for, the local strain along x under a macroscopic one of 0.001.
    shard
        Which share, `2-of-8` for example.
    fields
        How many structures of the set keep their strain field, spread over it; `all` of them.
    options
        Element and tolerance.

    Raises
    ------
    InputError
        If a structure has no solution within the tolerance.
    """
    torch.set_num_threads(1)
    names = read_table(table)["structure"]
    part = share(len(names), shard)
    spread = spread_over(len(names), len(names) if fields == "all" else fields)
    kept = spread[(spread >= part.start) & (spread < part.stop)]
    material = read_table(phases)
    moduli = (material["young_gpa"].tolist(), material["poisson"].tolist())
    array = get_array(open_store(structures), PHASE)
    inputs = {"structures": structures, "table": table, "phases": phases}
    origin = Provenance.of("composite solve", inputs, options)
    origin = replace(origin, options={**origin.options, "fields": fields})
    blocks = np.empty((len(names[part]), 3, 3))

    def strains() -> Iterator[np.ndarray]:
        """Solve every structure of the share; of those that keep them, yield the strains."""
        work = progress(range(len(blocks)), len(blocks), "solving structures", "structure")
        for place in work:
            voxels = np.asarray(array[part.start + place])
            try:
                blocks[place], strain = solution(voxels, *moduli, options)
            except ConvergenceError as error:
                raise unsolved(names[part.start + place], error) from error
            if part.start + place in kept:
                yield strain

    with new_store(solved, origin) as group:
        group.attrs["first"] = part.start
        if len(kept):
            group.attrs[KEPT] = names[kept].tolist()
            shape = (len(kept), *array.shape[1:])
            fields_kept = add_array(group, STRAIN, shape, np.float32, DIMS, "1")
            fields_kept.attrs.update(MACRO)
            fill(fields_kept, strains())
        else:
            deque(strains(), maxlen=0)
        put_array(group, STIFFNESS, blocks, ("structure", "row", "column"), "GPa")


def spread_over(count: int, wanted: int) -> np.ndarray:
    """Choose structures that are spread over a set, the same ones every time.

    The set is cut into equal parts and one is drawn of each: a set may be sorted, by specimen for
    one, and it may repeat itself, as morphologies do that take turns.

    Parameters
    ----------
    count
        Structures of the set.
    wanted
        How many to choose; all where there are fewer.

    Returns
    -------
    Positions in the set, int64, ascending.
    """
    parts = min(wanted, count)
    edges = np.arange(parts + 1) * count // max(1, parts)
    return generator(0, "composite strain fields").integers(edges[:-1], edges[1:])


def unsolved(name: str, error: ConvergenceError) -> InputError:
    """Say which structure has no solution, and what helps."""
    return InputError(
        f"Structure {name}: {str(error).split('. ')[0]}; raise composite.solver.tolerance, or "
        "lower the contrast of the moduli."
    )


def solution(
    voxels: np.ndarray,
    young_gpa: Sequence[float],
    poisson: Sequence[float],
    options: SolutionOptions,
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the stiffness and the strain field of one structure.

    Parameters
    ----------
    voxels
        Phase ids, shape ``(n, n, n)``.
    young_gpa, poisson
        Moduli of each phase.
    options
        Element and tolerance.

    Returns
    -------
    Block of normal components in GPa, float64, shape ``(3, 3)``, and the local strain along x
    under a macroscopic one of 0.001, float64, shape ``(n, n, n)``.

    Raises
    ------
    ConvergenceError
        If the tolerance is not met.
    """
    block, strain = stiffness_and_strain(
        voxels,
        young_gpa,
        poisson,
        load_cases=NORMAL_CASES,
        element=options.element,
        tolerance=options.tolerance,
    )
    return block, MACRO["macro_strain_11"] * strain[0]
