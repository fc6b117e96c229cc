"""Designs moved to what is wanted with the solver in the loop, and existing structures likewise."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import torch
from joblib import Parallel, delayed
from scipy.ndimage import gaussian_filter
from torch import Tensor

from pspflow.logs import progress
from pspflow.studies.composite.design.designs import Design
from pspflow.studies.composite.design.latent_refinement import exchange_voxels, refine_latent
from pspflow.studies.composite.design.refinement import Refined, Solve, refine_level
from pspflow.studies.composite.design.solver import LoopSolver
from pspflow.studies.composite.networks.network import Network
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.solution import solve_candidates

GOAL_PERCENT: Final = 0.1
"""Error of one property at which its refinement ends."""
SMOOTHING: Final = 0.7
"""Width in voxels of the smoothing of an existing structure, so that its boundary can move."""
SHARPNESS: Final = 10.0
"""Factor of its field, which a logistic function of makes the structure again, nearly."""


def refine_best(
    network: Network,
    material: Mapping[str, Any],
    found: Design,
    count: int = 1,
    *,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Move the best designs to what is wanted, with the solver in the loop.

    Parameters
    ----------
    network, material, options, threads
        As in `design`.
    found
        What `design` returned.
    count
        Number of designs, the best, that are refined.

    Returns
    -------
    Phase ids, uint8, shape ``(count, edge, edge, edge)``, and a table of these designs in the order
    of their ranks before: decoded_error_percent (of the best that the decoder makes: another level
    or latent vector), refined_error_percent (after the exchange of voxels too), refined_NAME (all
    six of `NORMAL`), refined_volume_fraction, solves (structures solved), seconds, and
    exchanged_percent (voxels in which a structure differs from what the decoder makes).
    """
    columns = list(network.properties)
    wanted = found.table[[f"wanted_{name}" for name in columns]].to_numpy()

    def one(place: int) -> Refined:
        solve = LoopSolver(material, columns, options)
        latent, noise = found.drafts[place]

        def field_of(moved: Tensor) -> Tensor:
            return network.autoencoder.field(moved[None], noise)[0, 0]

        if len(columns) == 1:
            with torch.no_grad():
                field = field_of(latent).double().cpu().numpy()
            return refine_cut(field, found.phases[place], wanted[place], solve)
        return refine_latent(field_of, latent, wanted[place], solve)

    return _refined(one, count, material, options, threads)


def refine_all(
    network: Network,
    material: Mapping[str, Any],
    found: Design,
    *,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> Design:
    """Move every design to what is wanted, and rank them anew by what is reached.

    Parameters
    ----------
    network, material, found, options, threads
        As in `refine_best`.

    Returns
    -------
    The refined structures; their table has the columns of both. What each was decoded from is that
    of before.
    """
    phases, refined = refine_best(
        *(network, material, found, len(found.phases)), options=options, threads=threads
    )
    order = np.argsort(refined["refined_error_percent"].to_numpy(), kind="stable")
    table = found.table.join(refined).iloc[order].reset_index(drop=True)
    table["rank"] = np.arange(1, len(table) + 1)
    return Design(phases[order], table, tuple(found.drafts[place] for place in order))


def refine_nearest(
    phases: np.ndarray,
    wanted_gpa: np.ndarray,
    columns: Sequence[str],
    material: Mapping[str, Any],
    *,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Do the same with existing structures, each for a target: there is no latent vector to move.

    The boundary of the phases moves as a whole for one property, and voxel by voxel for several, in
    the structure smoothed a little.

    Parameters
    ----------
    phases
        Phase ids 0 and 1, shape ``(n, edge, edge, edge)``.
    wanted_gpa
        What is wanted in the place of each, shape ``(n, properties)``.
    columns
        Names of these properties.
    material, options, threads
        As in `design`.

    Returns
    -------
    As `refine_best`, in the order given.
    """

    def one(place: int) -> Refined:
        solve = LoopSolver(material, columns, options)
        structure, wanted = phases[place], wanted_gpa[place]
        if len(columns) == 1:
            return refine_cut(structure.astype(np.float64), structure, wanted, solve)
        smooth = gaussian_filter(structure.astype(np.float64), SMOOTHING, mode="wrap")
        field = torch.from_numpy(SHARPNESS * (smooth - 0.5))
        return refine_latent(lambda still: field + 0 * still.sum(), torch.zeros(1), wanted, solve)

    return _refined(one, len(phases), material, options, threads)


def refine_cut(
    field: np.ndarray, phases: np.ndarray, wanted_gpa: np.ndarray, solve: Solve
) -> Refined:
    """Find the level at which a field is cut, then exchange voxels where that is not enough.

    Parameters
    ----------
    field
        Field that ranks the voxels, shape ``(n, n, n)``.
    phases
        Its cut to start from, phase ids 0 and 1.
    wanted_gpa
        The one property that is wanted, shape ``(1,)``.
    solve
        Solves a structure for it.
    """
    level = refine_level(
        field, wanted_gpa[0], solve, count=int(phases.sum()), goal_percent=GOAL_PERCENT
    )
    if level.error_percent <= GOAL_PERCENT:
        return level
    moved = exchange_voxels(field, level.phases, wanted_gpa, solve, goal_percent=GOAL_PERCENT)
    return moved._replace(
        error_before_percent=level.error_before_percent,
        seconds=level.seconds + moved.seconds,
        history=level.history + moved.history,
    )


def _decoded(refined: Refined) -> float:
    """Return the smallest error before voxels are exchanged, in percent."""
    return min(step.error_percent for step in refined.history if step.stage != "exchange")


def _refined(
    one: Callable[[int], Refined],
    count: int,
    material: Mapping[str, Any],
    options: SolutionOptions,
    threads: int,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Refine structures by their place, and solve all components of what they become."""
    work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(one)(place) for place in range(count)
    )
    refined: list[Refined] = list(progress(work, count, "refining by the solver", "structure"))
    phases = np.stack([each.phases for each in refined])
    solved = solve_candidates(phases, material, options, threads)
    table = {
        "decoded_error_percent": [_decoded(each) for each in refined],
        "refined_error_percent": [each.error_percent for each in refined],
        **{f"refined_{name}": values for name, values in zip(NORMAL, solved.T, strict=True)},
        "refined_volume_fraction": phases.mean(axis=(1, 2, 3)),
        "solves": [len(each.history) for each in refined],
        "seconds": [each.seconds for each in refined],
        "exchanged_percent": [100 * each.exchanged / each.phases.size for each in refined],
    }
    return phases, pd.DataFrame(table)
