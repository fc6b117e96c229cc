"""Computing times of strain fields: solver, networks and linear models."""

import time
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
import torch

from pspflow.mechanics import ConvergenceError, strain_field
from pspflow.mechanics.localization import Predictor
from pspflow.models.parameters import parameter_count
from pspflow.studies.composite.localization.fields import StrainSet
from pspflow.studies.composite.localization.localizers import Localizer, WindowLocalizer
from pspflow.studies.composite.localization.names import CPNET, SOLVER, window_of
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.solution import unsolved

TIMED_STRUCTURES = 4
TIMED_GAPS = (7, 5, 3, 1)
NO_GAP = -1
"""Gap of what predicts whole cells."""
COLUMNS = ["model", "gap", "parameters", "device", "threads", "seconds_per_structure"]


def speeds(
    fields: StrainSet,
    predictors: Mapping[str, Predictor],
    parameters: Mapping[str, int],
    moduli: pd.DataFrame,
    solver: SolutionOptions,
    threads: int,
    device: torch.device,
) -> pd.DataFrame:
    """Time every way to the strains of a structure; a first structure is not counted.

    CPNet is timed for gaps that were not trained as well: its weights do not change its speed.

    Parameters
    ----------
    fields
        The structures.
    predictors
        Models by name.
    parameters
        Number of parameters of each.
    moduli
        Moduli of the phases: columns young_gpa and poisson.
    solver
        Element and tolerance of the solver.
    threads
        Threads of torch; the solver and the linear models take one.
    device
        Where the networks are.

    Returns
    -------
    One row per way: model, gap (of CPNet, in voxels; -1 for the others), parameters, device,
    threads, seconds_per_structure.

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
    try:
        rows = [(SOLVER, NO_GAP, 0, "cpu", 1, _seconds(solve, ids))]
    except ConvergenceError as error:
        raise unsolved(" or ".join(fields.rows["structure"].iloc[timed]), error) from error
    for name, one in predictors.items():
        if not isinstance(one, WindowLocalizer):
            used = (device.type, threads) if isinstance(one, Localizer) else ("cpu", 1)
            seconds = _seconds(partial(_predict, one), ids)
            rows.append((name, NO_GAP, parameters[name], *used, seconds))
    window = window_of(fields.edge)
    for gap in (gap for gap in TIMED_GAPS if gap <= window):
        net = WindowLocalizer(window, gap).eval().to(device)
        # a sweep by single voxels takes seconds: one structure is enough
        few = ids if gap > 1 else ids[:2]
        seconds = _seconds(partial(_predict, net), few)
        rows.append((f"{CPNET}{gap}", gap, parameter_count(net), device.type, threads, seconds))
    return pd.DataFrame(rows, columns=COLUMNS)


def _predict(one: Predictor, structure: np.ndarray) -> np.ndarray:
    return one.predict(structure[None])


def _seconds(way: Callable[[np.ndarray], object], structures: np.ndarray) -> float:
    """Time a way on each structure but the first, which warms it up."""
    way(structures[0])
    started = time.perf_counter()
    for structure in structures[1:]:
        way(structure)
    return (time.perf_counter() - started) / (len(structures) - 1)
