"""Symmetric copies of structures, which have the same stiffness or the same with axes exchanged."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from pspflow.studies.composite.structures.properties import POSITIONS
from pspflow.studies.composite.structures.symmetries import Symmetries

AXES: Final = (2, 3, 4)
COPIES: Final = "symmetric_copies"
"""Where the provenance of weights and histories says which symmetries copies have."""


def symmetric_copies(
    structures: Tensor, stiffness: Tensor, rng: torch.Generator, symmetries: Symmetries
) -> tuple[Tensor, Tensor]:
    """Shift, mirror and turn a batch of periodic cells, all of it alike, as far as the set allows.

    Shifts and mirrors leave the normal block of the stiffness as it is; with axes exchanged, its
    components are exchanged with them.

    Parameters
    ----------
    structures
        `b x 1 x n x n x n`, axes x, y, z.
    stiffness
        `b x 6`, components in the order of `NORMAL`.
    rng
        Source of the draw, on the CPU.
    symmetries
        Mirrors and orders of axes to draw from.

    Returns
    -------
    Structures and stiffness of the same shapes.
    """
    edge = structures.shape[-1]
    shifts = torch.randint(edge, (3,), generator=rng).tolist()
    mirrored = torch.randint(2, (3,), generator=rng).tolist()
    copies = structures.roll(shifts, AXES)
    copies = copies.flip([AXES[place] for place in symmetries.mirrors if mirrored[place]])
    orders = symmetries.orders
    if len(orders) == 1:
        return copies, stiffness
    order = orders[int(torch.randint(len(orders), (), generator=rng))]
    return copies.permute(0, 1, *(2 + axis for axis in order)), chosen(stiffness, _columns(order))


def chosen(stiffness: Tensor, columns: Sequence[int]) -> Tensor:
    """Return columns of `b x 6` components, `b x columns`.

    A list as an index would be copied to the GPU, and the CPU would wait for that in every step.
    """
    if not columns:
        return stiffness[:, :0]
    return torch.stack([stiffness[:, column] for column in columns], dim=1)


def _columns(order: tuple[int, ...]) -> list[int]:
    """Say where each component of the exchanged block stands in the original one."""
    places = {frozenset(position): column for column, position in enumerate(POSITIONS)}
    return [places[frozenset((order[row], order[column]))] for row, column in POSITIONS]
