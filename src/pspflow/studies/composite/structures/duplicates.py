"""Structures that a stack holds twice: also shifted by the period, mirrored, turned, or nearly.

A copy in another split lets a model be tested on what it has learned. The sizes of Fourier
coefficients do not change with shifts, and change places with turns: pairs in which they are alike
are few, and these are laid upon each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations, product
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from scipy.fft import ifftn, irfftn, rfftn

from pspflow.errors import raise_problems
from pspflow.logs import log

LEAST: Final = 0.98
"""Correlation of two structures, laid upon each other, above which they are nearly the same."""
ALIKE: Final = 0.03
"""Largest squared difference of the coefficients of such structures, over their squared size."""
WAVES: Final = 3
"""Largest number of waves along each axis."""
GRID: Final = 32
"""Shifts along each axis that are tried first, with a few waves."""
ROUGHLY: Final = 0.85
"""Correlation that such structures have at one of them."""
EXACT: Final = 1e-5
"""Difference of coefficients that rounding alone can make."""
NEAREST: Final = 8
"""Structures that each is compared with: enough to join the copies of one."""
MOST_MISSED: Final = 500
"""Pairs without success after which only those are compared that may be exactly the same."""
BLOCK: Final = 512
NOISE: Final = 1e-5
"""Size of coefficients that rounding alone can make, over the standard deviation of phases."""
MOST_NAMED: Final = 5
TURNS: Final = tuple(
    (order, flips) for order in permutations(range(3)) for flips in product((1, -1), (1, -1), (1,))
)
"""Orders and directions of the axes; the others are these and all axes reversed."""


@dataclass(frozen=True)
class Pair:
    """Two structures that are the same, or nearly."""

    first: int
    second: int
    differing: float
    """Share of voxels that differ when one is laid upon the other."""
    moved: bool
    """Whether one has to be shifted, mirrored or turned for this."""


def signature(structure: np.ndarray) -> np.ndarray:
    """Return Fourier coefficients, of whose sizes no shift changes any.

    Parameters
    ----------
    structure
        Phase ids 0 and 1, shape ``(n, n, n)``.

    Returns
    -------
    Complex64, flat: those of up to 3 waves along each axis, ``(7, 7, 7)``, and of more waves along
    one axis alone, ``(3, n // 2 - 3)``.
    """
    edge = len(structure)
    field = structure - np.float32(structure.mean(dtype=np.float64))
    waves = np.arange(-WAVES, WAVES + 1)
    basis = np.exp(-2j * np.pi / edge * np.outer(waves, np.arange(edge))).astype(np.complex64)
    low = field.astype(np.complex64)
    for _ in range(3):  # each pass puts the coefficients of the first axis last
        low = np.tensordot(low, basis, axes=(0, 1))
    sums = np.stack([field.sum(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)])
    high = np.fft.rfft(sums, axis=1)[:, WAVES + 1 :]
    return np.concatenate([low.ravel(), high.ravel()], dtype=np.complex64) / edge**3


def copies(
    signatures: np.ndarray, fractions: np.ndarray, read: Callable[[int], np.ndarray]
) -> list[Pair]:
    """Find structures that are the same or nearly: of each group of them, pairs that join it.

    Parameters
    ----------
    signatures
        Of all structures, see `signature`, shape ``(count, size)``.
    fractions
        Share of phase 1 in each.
    read
        Returns a structure by its position: phase ids 0 and 1.
    """
    candidates = sorted(_candidates(signatures, fractions))
    group = np.arange(len(signatures))
    found, missed = [], 0
    for place, (difference, first, second) in enumerate(candidates):
        if group[first] == group[second]:
            continue
        if missed >= MOST_MISSED and difference > EXACT:
            log.info(
                "%d pairs that might nearly be copies were not compared", len(candidates) - place
            )
            break
        pair = _laid_upon(signatures, first, second, read)
        missed += pair is None
        if pair is not None:
            found.append(pair)
            group[group == group[second]] = group[first]
    return found


def check_copies(path: Path, rows: pd.DataFrame, pairs: list[Pair]) -> None:
    """Refuse copies of different specimens, which a split could separate; warn of the others.

    Parameters
    ----------
    path
        The stack, for errors.
    rows
        Columns structure and specimen, by position in the stack.
    pairs
        The copies that were found.

    Raises
    ------
    InputError
        With a sentence for each pair of copies of different specimens.
    """
    names, specimens = rows["structure"].to_numpy(), rows["specimen"].to_numpy()
    problems, said = [], []
    for pair in sorted(pairs, key=lambda each: (each.first, each.second)):
        apart = specimens[pair.first] != specimens[pair.second]
        both = " and ".join(f"{place} ({names[place]})" for place in (pair.first, pair.second))
        moved = ", once one of them is shifted, mirrored or turned" if pair.moved else ""
        if pair.differing:
            if apart:
                said.append(f"{both} differ in {100 * pair.differing:.2g} % of the voxels{moved}")
        elif apart:
            problems.append(
                f"{path} structures {both} are the same{moved}, but of different specimens; remove "
                "one, or give both the same specimen in the table of the structures."
            )
        else:
            said.append(f"{both} are the same{moved}")
    raise_problems(problems)
    if said:
        more = f", and {len(said) - MOST_NAMED} more pairs" if len(said) > MOST_NAMED else ""
        log.warning(
            "%s holds copies: structures %s%s; remove them, and give those that are nearly the "
            "same one specimen in the table of the structures, so that no split separates them",
            *(path, "; ".join(said[:MOST_NAMED]), more),
        )


def _candidates(signatures: np.ndarray, fractions: np.ndarray) -> Iterator[tuple[float, int, int]]:
    """Yield pairs whose signatures are alike for one of the turns, and how much they differ."""
    order = np.argsort(fractions, kind="stable")
    sorted_fractions, values = fractions[order], np.abs(signatures[order])
    sizes = np.square(values).sum(axis=1)
    noise = np.float32(NOISE**2) * (sorted_fractions * (1 - sorted_fractions)).astype(np.float32)
    # voxels that differ between structures of this correlation change the fraction by no more
    reach = sorted_fractions + 2 * (1 - LEAST) * sorted_fractions * (1 - sorted_fractions) + 1e-9
    for start in range(0, len(order), BLOCK):
        block = values[start : start + BLOCK]
        stop = np.searchsorted(sorted_fractions, reach[start : start + BLOCK])
        end = int(stop.max())
        others = values[start:end]
        mean = (sizes[start : start + BLOCK, None] + sizes[None, start:end]) / 2
        most = np.full(mean.shape, -np.inf, np.float32)
        for turned in _turned(block):
            np.maximum(most, turned @ others.T, out=most)
        # where only many waves are left, there is nothing to compare, and all are candidates
        least = noise[start : start + BLOCK, None]
        distances = 2 * (1 - (most + least) / (mean + least))
        for row, last in enumerate(stop - start):
            near = distances[row, row + 1 : last]
            chosen = np.flatnonzero(near <= ALIKE)
            for column in chosen[np.argsort(near[chosen], kind="stable")[:NEAREST]] + row + 1:
                first, second = sorted((int(order[start + row]), int(order[start + column])))
                yield float(distances[row, column]), first, second


def _turned(signatures: np.ndarray) -> Iterator[np.ndarray]:
    """Yield signatures of turned structures, for each of `TURNS`."""
    count, size = signatures.shape[0], 2 * WAVES + 1
    low = signatures[:, : size**3].reshape(count, size, size, size)
    high = signatures[:, size**3 :].reshape(count, 3, -1)
    for order, flips in TURNS:
        moved = low.transpose(0, *(1 + axis for axis in order))[:, :: flips[0], :: flips[1]]
        yield np.concatenate([moved.reshape(count, -1), high[:, order].reshape(count, -1)], axis=1)


def _laid_upon(
    signatures: np.ndarray, first: int, second: int, read: Callable[[int], np.ndarray]
) -> Pair | None:
    """Lay one structure upon another in every way in which they may be the same."""
    given, other = read(first), read(second)
    if np.array_equal(given, other):
        return Pair(first, second, 0.0, moved=False)
    noise = NOISE * float(given.std())
    # one after the other, since structures of many symmetries fit in the first of many ways
    turns = (
        (turn, reverse)
        for turn, turned in zip(TURNS, _turned(signatures[first : first + 1]), strict=True)
        for reverse in (False, True)
        if _roughly_same(turned[0].conj() if reverse else turned[0], signatures[second], noise)
    )
    ones, spread = int(given.sum()) + int(other.sum()), 2 * given.mean() * (1 - given.mean())
    spectrum = rfftn(other.astype(np.float64))
    for (order, flips), reverse in turns:
        turned = given.transpose(order)[:: flips[0], :: flips[1]].astype(np.float64)
        waves = rfftn(turned)
        # with all axes reversed, coefficients are conjugated
        overlap = irfftn((waves if reverse else waves.conj()) * spectrum, given.shape).max()
        differing = (ones - 2 * round(float(overlap))) / given.size
        if differing <= (1 - LEAST) * spread:
            moved = float((given != other).mean()) > differing
            return Pair(first, second, differing, moved)
    return None


def _roughly_same(given: np.ndarray, other: np.ndarray, noise: float) -> bool:
    """Tell whether structures of a few waves, shifted by parts of the period, are much the same.

    Where their waves are but noise, since both are finer, they may be.
    """
    size = 2 * WAVES + 1
    low, same = (each[: size**3].reshape(size, size, size) for each in (given, other))
    apart = np.square(np.abs(given) - np.abs(other)).sum()
    if apart > ALIKE * np.square(np.abs(other)).sum() + noise**2:
        return False
    both = float(np.linalg.norm(low)) * float(np.linalg.norm(same))
    if both <= noise**2:
        return True
    waves = np.zeros((GRID, GRID, GRID), np.complex64)
    waves[:size, :size, :size] = low.conj() * same
    # the grid's first wave is not 0 but -3, which turns the phase of the sum and not its size
    overlap = np.abs(ifftn(waves)).max() * GRID**3
    return bool(overlap >= ROUGHLY * both)
