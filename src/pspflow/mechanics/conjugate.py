"""Preconditioned conjugate gradients on fields."""

from collections.abc import Callable

import torch
from torch import Tensor

Operator = Callable[[Tensor], Tensor]


class ConvergenceError(RuntimeError):
    """The solver stopped before it reached its tolerance.

    Attributes
    ----------
    iterations
        Number of iterations made.
    residual
        Relative residual that was reached.
    """

    def __init__(self, iterations: int, residual: float, tolerance: float) -> None:
        super().__init__(
            f"no equilibrium after {iterations} iterations: the relative residual is "
            f"{residual:.2g}, not {tolerance:g}. Allow more iterations or a larger tolerance, use "
            "precision='double', or lower the contrast of the moduli."
        )
        self.iterations = iterations
        self.residual = residual


def conjugate_gradients(
    apply: Operator, precondition: Operator, load: Tensor, goal: float, max_iterations: int
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
    for iteration in range(max_iterations):
        if squared <= goal * goal:
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
        direction.mul_(squared / previous).add_(preconditioned)
    return solution, max_iterations


def dot(left: Tensor, right: Tensor) -> float:
    """Return the sum of the products of two tensors."""
    return torch.dot(left.reshape(-1), right.reshape(-1)).item()
