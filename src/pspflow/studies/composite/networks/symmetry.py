"""Symmetric copies of structures, which have the same stiffness or the same with axes exchanged."""

from itertools import permutations
from typing import Final

import torch
from torch import Tensor

from pspflow.studies.composite.structures.properties import POSITIONS

AXES: Final = (2, 3, 4)
ORDERS: Final = tuple(permutations(range(3)))


def symmetric_copies(
    structures: Tensor, stiffness: Tensor, rng: torch.Generator, *, exchange: bool
) -> tuple[Tensor, Tensor]:
    """Shift, mirror and, where asked for, turn a batch of periodic cells, all of it alike.

    Shifts and mirrors leave the normal block of the stiffness as it is; with axes exchanged, its
    components are exchanged with them. That would take structures out of a set of chosen
    morphologies.

    Parameters
    ----------
    structures
        `b x 1 x n x n x n`, axes x, y, z.
    stiffness
        `b x 6`, components in the order of `NORMAL`.
    rng
        Source of the draw, on the CPU.
    exchange
        Whether axes are exchanged.

    Returns
    -------
    Structures and stiffness of the same shapes.
    """
    edge = structures.shape[-1]
    shifts = torch.randint(edge, (3,), generator=rng).tolist()
    mirrored = torch.randint(2, (3,), generator=rng).tolist()
    copies = structures.roll(shifts, AXES)
    copies = copies.flip([axis for axis, bit in zip(AXES, mirrored, strict=True) if bit])
    if not exchange:
        return copies, stiffness
    order = ORDERS[int(torch.randint(len(ORDERS), (), generator=rng))]
    return copies.permute(0, 1, *(2 + axis for axis in order)), stiffness[:, _columns(order)]


def _columns(order: tuple[int, ...]) -> list[int]:
    """Say where each component of the exchanged block stands in the original one."""
    places = {frozenset(position): column for column, position in enumerate(POSITIONS)}
    return [places[frozenset((order[row], order[column]))] for row, column in POSITIONS]
