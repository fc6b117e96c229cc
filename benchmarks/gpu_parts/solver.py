"""The elastic solver: one structure at a time, in batches, and as many of the paper's as fit."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from gpu_parts.frame import Case, Check, Found, Part, Run
from gpu_parts.structures import make_structures
from pspflow.mechanics import (
    effective_stiffness,
    homogenise_structures,
)
from pspflow.mechanics.batched.structures import structures_at_once
from pspflow.studies.composite.structures.options import SimulatedOptions, SolutionOptions
from pspflow.studies.composite.structures.properties import POSITIONS
from pspflow.studies.composite.structures.solution import NORMAL_CASES, solutions

MATERIAL = SimulatedOptions().young_gpa, SimulatedOptions().poisson
PAPERS = 8900
EDGE, SMALL_EDGE = 51, 11
SMALL_COUNT = 64
BATCHES, SMALL_BATCHES = (4, 16, 64, 128), (4, 16)
LOADS = {"C11": (0,), "normal block": NORMAL_CASES}
SEED = 0
_LABELLED: dict[tuple[torch.device, bool], tuple[Tensor, Tensor]] = {}
"""Structures by device and size, and the stiffness of the first of them."""


def measure(run: Run) -> Iterator[Found]:
    """Time the solver, compare it with the CPU, and label structures until the time is up."""
    edge = SMALL_EDGE if run.small else EDGE
    count = SMALL_COUNT if run.small else PAPERS
    started = time.perf_counter()
    structures = make_structures(run, edge, count, SEED)
    run.wait()
    seconds = time.perf_counter() - started
    values = {"edge, voxels": edge, "structures": count, "structures/s": count / seconds}
    yield Case("structures made on the device", values)
    # one of every morphology comes first
    voxels = structures[: max(BATCHES)].cpu().numpy()
    for name, cases in LOADS.items():
        yield _timed(run.until(0.05), f"{name}, one at a time", voxels, cases, run.device)
        for batch in SMALL_BATCHES if run.small else BATCHES:
            yield _batched(run, f"{name}, {batch} at once", voxels[:batch], cases)
    for name, cases in LOADS.items():
        yield from _beside_cpu(run.until(0.1), name, voxels, cases)
    _LABELLED[run.device, run.small] = structures, torch.empty(0, 6, dtype=torch.float64)
    started = time.perf_counter()
    done = len(_labelled(run, count)[1])
    seconds = time.perf_counter() - started
    yield Case(
        "labelled: normal block of the paper's structures",
        {
            "structures": done,
            "seconds": seconds,
            "structures/s": done / seconds,
            f"seconds for {PAPERS:,}": PAPERS * seconds / done,
            "memory, GB": run.peak_gb(),
        },
    )


def labelled_structures(run: Run, count: int) -> tuple[Tensor, Tensor]:
    """Return the paper's structures with their stiffness, or as many as there is time for.

    What the part `solver` has labelled in this process is not labelled again.

    Parameters
    ----------
    run
        Where they are made and solved, and for how long; one batch is labelled in any case.
    count
        How many at most.

    Returns
    -------
    phases, stiffness
        Phase ids, uint8, shape ``(n, edge, edge, edge)``, on the device; and the columns of
        `NORMAL` in GPa, float64, shape ``(n, 6)``, in the main memory. Morphologies take turns.
    """
    if (run.device, run.small) not in _LABELLED:
        edge = SMALL_EDGE if run.small else EDGE
        made = make_structures(run, edge, SMALL_COUNT if run.small else PAPERS, SEED)
        _LABELLED[run.device, run.small] = made, torch.empty(0, 6, dtype=torch.float64)
    return _labelled(run, count)


def _labelled(run: Run, count: int) -> tuple[Tensor, Tensor]:
    """Label structures that have no label yet, until there are enough or the time is up."""
    structures, known = _LABELLED[run.device, run.small]
    rows, columns = zip(*POSITIONS, strict=True)
    found = [known]
    done, wanted = len(known), min(count, len(structures))
    batch = max(1, structures_at_once(structures.shape[1:], len(NORMAL_CASES), run.device))
    while done < wanted and (done == 0 or run.left()):
        some = structures[done : min(done + batch, wanted)]
        blocks, _ = solutions(some.cpu().numpy(), *MATERIAL, SolutionOptions(), run.device)
        found.append(torch.from_numpy(blocks[:, rows, columns]))
        done += len(some)
    stiffness = torch.cat(found)
    _LABELLED[run.device, run.small] = structures, stiffness
    done = min(done, count)
    return structures[:done], stiffness[:done]


def _timed(
    run: Run, name: str, voxels: np.ndarray, cases: Sequence[int], device: torch.device
) -> Case:
    """Solve one structure after the other, after one that is not counted."""
    _alone(voxels[0], cases, device)
    started, done = time.perf_counter(), 0
    while done == 0 or (done < len(voxels) and run.left()):
        _alone(voxels[done], cases, device)
        done += 1
    seconds = time.perf_counter() - started
    return Case(name, {"structures": done, "seconds": seconds, "structures/s": done / seconds})


def _batched(run: Run, name: str, voxels: np.ndarray, cases: Sequence[int]) -> Case:
    def work() -> None:
        _together(voxels, cases, run.device)

    run.peak_gb()
    seconds = run.until(0.03).seconds(work, repeats=3)
    return Case(
        name,
        {
            "structures": len(voxels),
            "seconds": seconds,
            "structures/s": len(voxels) / seconds,
            "memory, GB": run.peak_gb(),
        },
    )


def _beside_cpu(run: Run, name: str, voxels: np.ndarray, cases: Sequence[int]) -> Iterator[Found]:
    """Solve structures of different morphologies on one core, and compare the results."""
    # 64 morphologies take turns: 13 and 64 have no common divisor, so none comes twice
    voxels = voxels[np.arange(len(voxels)) * 13 % len(voxels)]
    cpu, before = torch.device("cpu"), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        expected, started = [], time.perf_counter()
        while not expected or (len(expected) < min(64, len(voxels)) and run.left()):
            expected.append(_alone(voxels[len(expected)], cases, cpu))
        seconds = time.perf_counter() - started
    finally:
        torch.set_num_threads(before)
    done = len(expected)
    values = {"structures": done, "seconds": seconds, "structures/s": done / seconds}
    yield Case(f"{name}, one CPU core", values)
    found = _together(voxels[:done], cases, run.device)
    largest = abs(np.stack(expected)).max(axis=(1, 2))
    difference = float((abs(found - np.stack(expected)).max(axis=(1, 2)) / largest).max())
    yield Check(f"{name} of {done} morphologies, largest relative difference", difference, 1e-5)


def _alone(voxels: np.ndarray, cases: Sequence[int], device: torch.device) -> np.ndarray:
    return effective_stiffness(voxels, *MATERIAL, load_cases=cases, device=device)


def _together(voxels: np.ndarray, cases: Sequence[int], device: torch.device) -> np.ndarray:
    return homogenise_structures(
        voxels, *MATERIAL, load_cases=cases, device=device, at_once=len(voxels)
    ).stiffness


PART = Part(
    "Elastic solver",
    "Structures of the composite paper (contrast 50, 64 morphologies, volume fractions from 25 to "
    "75 %), tolerance 1e-4, single precision. What is alone is `effective_stiffness`, what is at "
    "once `homogenise_structures`; labelling is what the stage `solve` does on a GPU.",
    2.4,
    measure,
)
