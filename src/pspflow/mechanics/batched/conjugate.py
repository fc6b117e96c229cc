"""Preconditioned conjugate gradients on the fields of many cells at once."""

import numpy as np
import torch
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.mechanics.batched.energy import EnergyBounds
from pspflow.mechanics.batched.operator import BatchStiffness
from pspflow.mechanics.batched.reference import BatchInverse

CHECK = 4  # iterations between two looks at who has converged: a look waits for the GPU
PARTS = 8  # a batch shrinks by parts of a power of two: every new size is new to the transforms


def conjugate_gradients(
    stiffness: BatchStiffness,
    inverse: BatchInverse,
    load: Tensor,
    goal: Tensor,
    max_iterations: int,
    bounds: EnergyBounds,
) -> Tensor:
    """Solve ``stiffness(x) = load`` for every cell, starting from 0.

    A cell that has converged stands still. Once many have, the others are moved to the front and
    the iteration goes on with them alone.

    Parameters
    ----------
    stiffness, inverse
        Of the cells; afterwards the moduli of `stiffness` are no more in their order.
    load
        Right-hand sides, shape ``(b, 3, nx, ny, nz)``; overwritten.
    goal
        Norms of the residuals that are wanted, float64, shape ``(b,)``.
    max_iterations
        The iteration ends after this number of steps in any case.
    bounds
        A cell goes on until its bound is met too, or ends where it cannot be.

    Returns
    -------
    Tensor
        The solutions, shape ``(b, 3, nx, ny, nz)``. The caller must check whether the goals are
        met.
    """
    cells, device = len(load), load.device
    residual, solution = load, torch.zeros_like(load)
    image, scratch = torch.empty_like(load), torch.empty_like(load)
    direction = inverse(residual)
    bounds.begin(dots(residual, direction, scratch))
    goals, done = goal * goal, torch.zeros_like(goal, dtype=torch.bool)
    order = torch.arange(cells, device=device)
    for iteration in range(max_iterations):
        done = done | ((bounds.squared <= goals) & bounds.met) | bounds.hopeless
        if iteration % CHECK == 0:
            kept, here, there = closed_up(done[:cells].cpu().numpy())
            if not kept:
                break
            if kept < cells:
                swap = torch.arange(len(goal))
                swap[here], swap[there] = there, here
                here, there, swap = here.to(device), there.to(device), swap.to(device)
                solution[here], solution[there] = solution[there], solution[here]
                # of the cells that leave, no other field is needed again
                residual[here], direction[here] = residual[there], direction[there]
                stiffness.overwrite(here, there)
                bounds.take(swap)
                goals, done, order = goals[swap], done[swap], order[swap]
                cells = kept
                residual, direction, image = residual[:cells], direction[:cells], image[:cells]
        stiffness.forces(direction, image)
        curvature = _among(goal, dots(direction, image, scratch))
        done = done | ~(curvature > 0)
        step = torch.where(done, 0.0, bounds.squared / curvature)
        alpha = _for_fields(step[:cells], load.dtype)
        solution[:cells].addcmul_(direction, alpha)
        residual.addcmul_(image, alpha, value=-1)
        preconditioned = inverse(residual)
        previous, squared = bounds.squared, _among(goal, dots(residual, preconditioned, scratch))
        bounds.advance(step, squared, ~done)
        ratio = torch.where(done, 0.0, squared / previous)
        torch.addcmul(
            preconditioned, direction, _for_fields(ratio[:cells], load.dtype), out=direction
        )
    back = torch.argsort(order)
    bounds.take(back)
    return solution[back]


def dots(left: Tensor, right: Tensor, scratch: Tensor) -> Tensor:
    """Return the sums of the products of two fields of k cells, float64, shape ``(k,)``."""
    return torch.mul(left, right, out=scratch[: len(left)]).flatten(1).sum(dim=1).double()


@refuses_masks
def closed_up(done: np.ndarray) -> tuple[int, Tensor, Tensor]:
    """Say which cells to move so that those in front are the ones that are not done.

    Parameters
    ----------
    done
        Which cells are, bool, shape ``(k,)``.

    Returns
    -------
    kept, here, there
        How many cells in front go on, 0 where all are done, and the positions that are to be
        filled, int64, with those that fill them. Some that are done may be among the first.
    """
    active = int((~done).sum())
    part = max(1, (1 << active.bit_length() >> 1) // PARTS)
    kept = min(len(done), -(-active // part) * part)
    there = kept + np.flatnonzero(~done[kept:])
    here = np.flatnonzero(done[:kept])[: len(there)]
    return kept, torch.from_numpy(here), torch.from_numpy(there)


def _among(cells: Tensor, some: Tensor) -> Tensor:
    """Return one value per cell of the batch: that of the first ones, and 0."""
    values = torch.zeros_like(cells)
    values[: len(some)] = some
    return values


def _for_fields(values: Tensor, dtype: torch.dtype) -> Tensor:
    return values.to(dtype)[:, None, None, None, None]
