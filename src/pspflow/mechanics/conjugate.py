"""Preconditioned conjugate gradients on fields."""

from collections.abc import Callable

import torch
from torch import Tensor

from pspflow.mechanics.energy_bound import EnergyBound

Operator = Callable[[Tensor], Tensor]


class ConvergenceError(RuntimeError):
    """The solver stopped before it reached its tolerance.

    Parameters
    ----------
    iterations
        Number of iterations made.
    residual, tolerance
        Relative residual that was reached, and that was wanted.
    excess
        How far the energy may be too high, relative to it: the reason, where the residual is as
        wanted.

    Attributes
    ----------
    structure
        Which of many structures it was, where many are solved.
    """

    def __init__(
        self, iterations: int, residual: float, tolerance: float, excess: float = 0.0
    ) -> None:
        missed = (
            f"the stiffness may be {100 * excess:.2g} % too high"
            if excess and residual <= 2 * tolerance
            else f"the relative residual is {residual:.2g}, not {tolerance:g}"
        )
        super().__init__(
            f"no equilibrium after {iterations} iterations: {missed}. Allow more iterations or a "
            "larger tolerance, use precision='double', or lower the contrast of the moduli."
        )
        self.iterations = iterations
        self.residual = residual
        self.structure: int | None = None


def conjugate_gradients(
    apply: Operator,
    precondition: Operator,
    load: Tensor,
    goal: float,
    max_iterations: int,
    bound: EnergyBound | None = None,
) -> tuple[Tensor, int]:
    """Solve ``apply(x) = load``, starting from 0.

    Parameters
    ----------
    apply, precondition
        Symmetric positive semi-definite; the load is in the range of both.
    load
        Right-hand side, any shape; overwritten with the residual.
    goal
        The iteration ends when the residual's norm ``sqrt(r · precondition(r))`` is at most this,
        or when no direction of descent is left.
    max_iterations
        The iteration ends after this number of steps in any case.
    bound
        Where given, the iteration goes on until it too is met, or ends where it cannot be.

    Returns
    -------
    The solution, and the number of iterations. The caller must check whether the goal is met.

    References
    ----------
    Hestenes and Stiefel 1952, "Methods of conjugate gradients for solving linear systems",
    J. Res. Natl. Bur. Stand. 49, 409.
    """
    residual = load
    solution = torch.zeros_like(load)
    direction = precondition(residual)
    squared = dot(residual, direction)
    if bound is not None:
        bound.begin(squared)
    for iteration in range(max_iterations):
        if squared <= goal * goal and (bound is None or bound.met):
            return solution, iteration
        if bound is not None and bound.hopeless:
            return solution, iteration
        image = apply(direction)
        curvature = dot(direction, image)
        if not curvature > 0:
            return solution, iteration
        step = squared / curvature
        solution.add_(direction, alpha=step)
        residual.sub_(image, alpha=step)
        preconditioned = precondition(residual)
        previous, squared = squared, dot(residual, preconditioned)
        if bound is not None:
            bound.advance(step, squared)
        direction.mul_(squared / previous).add_(preconditioned)
    return solution, max_iterations


def dot(left: Tensor, right: Tensor) -> float:
    """Return the sum of the products of two tensors of one shape, any shape."""
    return torch.dot(left.reshape(-1), right.reshape(-1)).item()
