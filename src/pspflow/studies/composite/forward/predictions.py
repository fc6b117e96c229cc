"""Predictions for a user's structures, beside what the solver finds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.mechanics import check_structure
from pspflow.studies.composite.forward.accuracy import nearly_none
from pspflow.studies.composite.networks.network import Network
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.solution import solve_candidates
from pspflow.studies.composite.structures.stack import missing_voxels, open_array
from pspflow.studies.composite.structures.stack_tables import read_moduli

IDS = (0, 1)
"""The soft and the stiff phase, where no table says otherwise."""
SAME_MODULUS = 1e-6
"""Largest relative difference of moduli that count as the same."""


def predict_table(
    network: Network,
    material: Mapping[str, Any],
    phases: np.ndarray,
    *,
    solve: bool = True,
    refine: bool = False,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> pd.DataFrame:
    """Tabulate what a network predicts of structures, and what the solver finds.

    Parameters
    ----------
    network, material
        As `pspflow.studies.composite.networks.network.load_network` returns them.
    phases
        Phase ids 0 (soft) and 1 (stiff), uint8, shape ``(n, edge, edge, edge)``.
    solve
        Whether to solve the structures too.
    refine
        Whether to solve them on the doubled grid as well.
    options
        Element and tolerance of the solver.
    threads
        Threads of the solver.

    Returns
    -------
    One row per structure: structure (its position, from 0), volume_fraction, and for each property
    NAME in GPa and NAME_sd, predicted mean and standard deviation (NaN for a network that gives
    none); if solved, also NAME_solved and NAME_error_percent, the difference over the solved; if
    refined, also NAME_refined and NAME_refined_percent, the change on the doubled grid over the
    solved. Percentages are NaN for structures that have nearly none beside those of the training.

    Raises
    ------
    InputError
        If the network predicts nothing.
    """
    if not network.properties:
        raise InputError(
            f"Network {network.model} predicts no properties; name one that does, "
            "mixture_statistics for one."
        )
    means, spreads = network.predict(phases)
    solved = solve_candidates(phases, material, options, threads) if solve else None
    fine = solve_candidates(phases, material, options, threads, doubled=True) if refine else None
    table: dict[str, Any] = {
        "structure": np.arange(len(phases)),
        "volume_fraction": phases.mean(axis=(1, 2, 3)),
    }
    for place, name in enumerate(network.properties):
        table |= {name: means[:, place], f"{name}_sd": spreads[:, place]}
        if solved is not None:
            true = solved[:, NORMAL.index(name)]
            table[f"{name}_solved"] = true
            few = nearly_none(true, float(np.abs(material["ranges"][name]).mean()))
            sizes = np.where(few, np.nan, np.abs(true))
            table[f"{name}_error_percent"] = 100 * (means[:, place] - true) / sizes
            if fine is not None:
                table[f"{name}_refined"] = fine[:, NORMAL.index(name)]
                change = table[f"{name}_refined"] - true
                table[f"{name}_refined_percent"] = 100 * change / sizes
    return pd.DataFrame(table)


def read_ids(moduli: Path | None, material: Mapping[str, Any]) -> tuple[int, int]:
    """Return the ids of the soft and the stiff phase; refuse a material that is not the model's.

    Parameters
    ----------
    moduli
        The user's table of phases. None: 0 is the soft phase and 1 the stiff one.
    material
        As `pspflow.studies.composite.networks.network.load_network` returns it.

    Raises
    ------
    InputError
        If the table cannot be used, or moduli are not the model's.
    """
    if moduli is None:
        return IDS
    table = read_moduli(moduli)
    for name in ("young_gpa", "poisson"):
        if not np.allclose(table[name], material[name], rtol=SAME_MODULUS, atol=0):
            given, known = (
                " and ".join(f"{value:g}" for value in values)
                for values in (table[name], material[name])
            )
            raise InputError(
                f"{moduli}: {name} of the soft and the stiff phase is {given}, the model's "
                f"{known}; a model knows only its own material, so train one on yours."
            )
    soft, stiff = table.index
    return int(soft), int(stiff)


def read_stack(path: Path, array: str, edge: int, ids: tuple[int, int]) -> np.ndarray:
    """Read structures as a network takes them.

    Parameters
    ----------
    path
        A .npy file of phase ids (structure, x, y, z), or a Zarr array or group, whose dimensions
        may have names in any order.
    array
        Name of the array, where it is a Zarr group.
    edge
        Voxels along an edge of the network's structures.
    ids
        Ids of the soft and the stiff phase.

    Returns
    -------
    Phase ids 0 (soft) and 1 (stiff), uint8, shape ``(n, edge, edge, edge)``.

    Raises
    ------
    InputError
        If there is no such stack; with one sentence for each structure that cannot be used.
    """
    stack = open_array(path, array)
    if len(stack.shape) != 4 or stack.shape[0] == 0:
        raise InputError(
            f"{path}: its shape is {stack.shape}; give 4 axes (structure, x, y, z), one structure "
            "included."
        )
    size = tuple(stack.shape[1:])
    if len(set(size)) == 1 and size[0] != edge:
        raise InputError(
            f"{path}: its structures have {size[0]} voxels per edge, the model's {edge}; name a "
            f"model trained at {size[0]}, or make the structures again at {edge}."
        )
    problems: list[str] = []
    made = np.empty((stack.shape[0], *size), np.uint8)
    for place in range(len(made)):
        structure = np.asarray(stack[place])
        problem = missing_voxels(stack, structure) or _problem(structure, ids)
        if problem:
            problems.append(f"{path} structure {place}: {problem}.")
        made[place] = structure == ids[1]
        if problem and (len(set(size)) > 1 or stack.dtype.kind not in "bui"):
            break  # the same is wrong with all of them
    raise_problems(problems)
    return made


def _problem(structure: np.ndarray, ids: tuple[int, int]) -> str:
    """Say what is wrong with a structure, if anything."""
    whole = structure.dtype.kind in "bui"
    unknown = np.setdiff1d(structure.astype(np.int64), ids) if whole else np.empty(0)
    if unknown.size:
        return (
            f"it holds phase {unknown[0]}, which is neither {ids[0]} (soft) nor {ids[1]} (stiff); "
            "correct it, or say with --phases which phase is which"
        )
    try:
        check_structure(structure, max(ids) + 1)
    except ValueError as error:
        return str(error)
    return ""
