"""Stage: the stiffness of structures, and the local fields of some of them, is computed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import zarr

from pspflow.io.arrays import (
    RowWriter,
    add_array,
    get_array,
    new_store,
    open_store,
    put_array,
    reading,
)
from pspflow.io.artefacts import Provenance
from pspflow.io.shards import share
from pspflow.io.tables import read_table
from pspflow.logs import progress
from pspflow.mechanics import ConvergenceError
from pspflow.mechanics.batched.structures import structures_at_once
from pspflow.seeds import generator
from pspflow.studies.composite.paths import PhaseTable, StructureStore, StructureTable
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.sets import DIMS, PHASE
from pspflow.studies.composite.structures.solution import (
    NORMAL_CASES,
    material_of,
    solution,
    solutions,
    unsolved,
)
from pspflow.studies.composite.structures.solved_stores import KEPT, MACRO, STIFFNESS, UNITS
from pspflow.studies.stage import AUTO, Device, stage

NO_FIELDS = np.empty(0)


@stage
def solve(
    *,
    structures: StructureStore,
    table: StructureTable,
    phases: PhaseTable,
    solved: Path,
    shard: str = "1-of-1",
    fields: int | Literal["all"] = 0,
    options: SolutionOptions = SolutionOptions(),
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Compute the stiffness of one share of the structures, and local fields of some of them.

    On a CPU they are solved one by one, on a GPU many at once.

    Parameters
    ----------
    solved
        Zarr store to write: the block of normal components in GPa (structure, 3, 3) and, where
        asked for, the local strain and the stress in GPa along x, under a macroscopic strain of
        0.001 along x.
    shard
        Which share, for example `2-of-8`.
    fields
        How many structures of the set keep their fields, spread over it; `all` of them.
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
    material = material_of(read_table(phases))
    array = get_array(open_store(structures), PHASE)
    blocks = np.empty((len(names[part]), 3, 3))

    with new_store(solved, origin) as group:
        group.attrs["first"] = part.start
        arrays = []
        if len(kept):
            group.attrs[KEPT] = names[kept].tolist()
            shape = (len(kept), *array.shape[1:])
            for name, unit in UNITS.items():
                arrays.append(add_array(group, name, shape, np.float32, DIMS, unit))
                arrays[-1].attrs.update(MACRO)
        writers = [RowWriter(each) for each in arrays]
        found = (
            _one_by_one(array, part, material, options)
            if device.type == "cpu"
            else _together(array, part, kept, material, options, device)
        )
        place = part.start
        try:
            for block, local in progress(found, len(blocks), "solving structures", "structure"):
                blocks[place - part.start] = block
                for writer, values in zip(writers, local, strict=True) if place in kept else ():
                    writer.add(values[np.newaxis])
                place += 1
        except ConvergenceError as error:
            raise unsolved(names[place + (error.structure or 0)], error) from error
        for writer in writers:
            writer.flush()
        put_array(group, STIFFNESS, blocks, ("structure", "row", "column"), "GPa")


def _one_by_one(
    array: zarr.Array, part: slice, material: Mapping[str, Any], options: SolutionOptions
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the stiffness and the local fields of every structure of a share."""
    for place in range(part.start, part.stop):
        with reading(array):
            voxels = np.asarray(array[place])
        yield solution(voxels, **material, options=options)


def _together(
    array: zarr.Array,
    part: slice,
    kept: np.ndarray,
    material: Mapping[str, Any],
    options: SolutionOptions,
    device: torch.device,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the same, computed in batches; without fields where they are not kept."""
    step = max(1, structures_at_once(array.shape[1:], len(NORMAL_CASES), device))
    for first in range(part.start, part.stop, step):
        last = min(first + step, part.stop)
        with reading(array):
            voxels = np.asarray(array[first:last])
        wanted = kept[(kept >= first) & (kept < last)] - first
        blocks, local = solutions(
            voxels, **material, options=options, device=device, fields_of=wanted
        )
        fields = dict(zip(wanted.tolist(), local, strict=True))
        for place, block in enumerate(blocks):
            yield block, fields.pop(place, NO_FIELDS)


def spread_over(count: int, wanted: int) -> np.ndarray:
    """Choose structures that are spread over a set, the same ones every time.

    The set is cut into equal parts and one is drawn from each: a set may be sorted, by specimen
    for example, and it may repeat itself, as morphologies do that take turns.

    Parameters
    ----------
    count
        Structures of the set.
    wanted
        How many to choose; all where there are fewer.

    Returns
    -------
    Positions in the set, (n,) int64, ascending.
    """
    parts = min(wanted, count)
    edges = np.arange(parts + 1) * count // max(1, parts)
    return generator(0, "composite strain fields").integers(edges[:-1], edges[1:])
