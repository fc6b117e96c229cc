"""Computing times of local fields: solver, networks and linear models."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd
import torch

from pspflow.mechanics import ConvergenceError, strain_field
from pspflow.mechanics.localization import LinearConvolution, PhaseMean, Predictor
from pspflow.models.parameters import parameter_count
from pspflow.studies.composite.localization.fields import FieldSet
from pspflow.studies.composite.localization.localizers import (
    CellLocalizer,
    Localizer,
    WindowLocalizer,
)
from pspflow.studies.composite.localization.names import (
    CPNET,
    FNO,
    LINEAR,
    PHASE_MEAN,
    SOLVER,
    gap_of,
    is_cpnet,
    window_of,
)
from pspflow.studies.composite.localization.options import OperatorOptions
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.solution import unsolved

TIMED_STRUCTURES = 4
TIMED_GAPS = (7, 5, 3, 1)
NO_GAP = -1
"""Gap of what predicts whole cells."""
COLUMNS = ["model", "gap", "parameters", "device", "threads", "edge_voxels"]
COLUMNS += ["seconds_per_structure"]


def speeds(
    fields: FieldSet,
    operator: OperatorOptions,
    moduli: pd.DataFrame,
    solver: SolutionOptions,
    threads: int,
    device: torch.device,
) -> pd.DataFrame:
    """Time every way to the strains of a structure; a first structure is not counted.

    Networks have random weights, and linear models random coefficients: they do not change a time.
    All run one structure after the other. The solver and networks on a CPU take the same threads.

    Parameters
    ----------
    fields
        The structures.
    operator
        Sizes of the Fourier neural operator.
    moduli
        Moduli of the phases: columns young_gpa and poisson.
    solver
        Element and tolerance of the solver.
    threads
        Threads of torch; where they are several, all is timed with one as well.
    device
        Where the networks are.

    Returns
    -------
    One row per way and number of threads: model, gap (of CPNet, in voxels; -1 for the others),
    parameters, device, threads, edge_voxels, seconds_per_structure.

    Raises
    ------
    InputError
        If a structure has no solution.
    """
    timed = np.arange(min(TIMED_STRUCTURES, len(fields.rows)))
    ids, _ = fields.read(timed)
    solve = partial(
        strain_field,
        young_gpa=moduli["young_gpa"].to_numpy(),
        poisson=moduli["poisson"].to_numpy(),
        macro_strain=[fields.macro_strain, 0, 0, 0, 0, 0],
        element=solver.element,
        tolerance=solver.tolerance,
    )
    edge = fields.edge
    networks, rows = dict(_networks(edge, operator, device)), []
    for used in sorted({1, threads}):
        torch.set_num_threads(used)
        try:
            rows.append((SOLVER, NO_GAP, 0, "cpu", used, edge, _seconds(solve, ids)))
        except ConvergenceError as error:
            raise unsolved(" or ".join(fields.rows["structure"].iloc[timed]), error) from error
        if used == 1:  # numpy's transforms take no more
            for name, (one, size) in _linear(edge).items():
                seconds = _seconds(partial(_predict, one), ids)
                rows.append((name, NO_GAP, size, "cpu", 1, edge, seconds))
        for name, net in networks.items():
            gap = gap_of(name) if is_cpnet(name) else NO_GAP
            # a sweep by single voxels takes seconds: one structure is enough, and none to warm up
            seconds = _seconds(partial(_predict, net), ids[-1:] if gap == 1 else ids)
            size = parameter_count(net)
            rows.append((name, gap, size, device.type, used, edge, seconds))
    return pd.DataFrame(rows, columns=COLUMNS)


def _networks(
    edge: int, operator: OperatorOptions, device: torch.device
) -> Iterator[tuple[str, Localizer]]:
    """Yield the networks: the operator, and CPNet with every gap, trained in this run or not."""
    net: Localizer = CellLocalizer(operator.width, operator.modes, operator.blocks)
    yield FNO, net.eval().to(device)
    window = window_of(edge)
    for gap in (gap for gap in TIMED_GAPS if gap <= window):
        yield f"{CPNET}{gap}", WindowLocalizer(window, gap).eval().to(device)


def _linear(edge: int) -> Mapping[str, tuple[Predictor, int]]:
    """Return the linear models with the number of their parameters."""
    response = np.random.default_rng(0).normal(size=(edge, edge, edge // 2 + 1))
    return {
        PHASE_MEAN: (PhaseMean(np.array([2.0, 0.5])), 2),
        LINEAR: (LinearConvolution(response.astype(np.complex128), 1.0), edge**3),
    }


def _predict(one: Predictor, structure: np.ndarray) -> np.ndarray:
    return one.predict(structure[None])


def _seconds(way: Callable[[np.ndarray], object], structures: np.ndarray) -> float:
    """Return the median time of a way on each structure but the first, which warms it up."""
    taken = []
    for structure in structures:
        started = time.perf_counter()
        way(structure)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken[1:] or taken))
