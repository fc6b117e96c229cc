"""What is observed next, and what the ground truth says about it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pspflow.logs import log
from pspflow.models.texture.acquisition import greedy_batch
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.seeds import generator
from pspflow.studies.texture.loop.state import Choice, LoopState, Observation
from pspflow.studies.texture.plasticity.truth import GroundTruth
from pspflow.studies.texture.textures.store import TextureSet

Floats = NDArray[np.float64]


class Answer(NamedTuple):
    """What the ground truth says about one texture."""

    parameters: tuple[float, ...]
    """All 54; none where it failed."""
    failure: str
    """Why it failed, or an empty text."""


@dataclass(frozen=True)
class PoolTruth:
    """The ground truth for the textures of the pool."""

    truth: GroundTruth
    pool: TextureSet
    names: Sequence[str]
    at_once: int | None = 1
    """Textures that are asked for at once, and kept together; None: as many as wait."""
    may_change: bool = False
    """Whether it may say something else tomorrow: people enter its values."""

    def answers(self, textures: Sequence[int]) -> Iterator[Answer]:
        """Answer for textures of the pool, by their rows, in order.

        Raises
        ------
        InputError
            If the ground truth has no answer yet, or one that cannot be used.
        """
        step = self.at_once or max(1, len(textures))
        for place in range(0, len(textures), step):
            part = textures[place : place + step]
            found = self.truth.parameters(
                [self.pool.symmetric_grains(texture) for texture in part],
                [self.names[texture] for texture in part],
            )
            for number, row in enumerate(found.parameters.tolist()):
                failure = found.failures.get(number, "")
                yield Answer((), failure) if failure else Answer(tuple(row), "")


def random_order(seed: int, start: int, candidates: int) -> NDArray[np.int64]:
    """Return the order (candidates,) of the first textures of all arms, and of all of random."""
    return generator(seed, "order of random observations", start).permutation(candidates)


def chosen_by_determinant(
    model: MultiOutputGP, pool: Floats, state: LoopState, count: int
) -> tuple[int, ...]:
    """Choose textures by the determinant of the predicted covariance (paper, section 2.2.3).

    Parameters
    ----------
    model
        The forward model, fitted before the latest observations or with them.
    pool
        Coefficients of the candidates, `n x 36`.
    state
        What was observed; what was ever chosen is not chosen again.
    count
        Textures to choose, together.
    """
    known = state.log.textures()
    if len(known) > len(model.latents.inputs):  # a texture of the same batch failed
        model = model.conditioned(pool[known], state.log.outputs())
    picks = greedy_batch(model, pool, count, excluded=sorted(set(state.log.asked)))
    return tuple(int(pick) for pick in picks)


def chosen_at_random(order: NDArray[np.int64], state: LoopState, count: int) -> tuple[int, ...]:
    """Choose the next textures of a random order (n,) that were not chosen before."""
    asked = set(state.log.asked)
    left = (int(each) for each in order if int(each) not in asked)
    return tuple(pick for pick, _ in zip(left, range(count), strict=False))


def choose(state: LoopState, textures: tuple[int, ...], iteration: int, began: float) -> None:
    """Record a choice, and how long it took since `began` (of `time.perf_counter`)."""
    state.append(Choice(textures, iteration, time.perf_counter() - began))


def ask(state: LoopState, truth: PoolTruth, iteration: int) -> None:
    """Observe every texture that waits, and keep each answer as soon as it is there.

    Raises
    ------
    InputError
        If the ground truth has no answer yet; what it said until then is kept.
    """
    waiting = state.log.waiting
    answers = truth.answers(waiting)
    for texture in waiting:
        began = time.perf_counter()
        parameters, failure = next(answers)
        if failure:
            log.warning(
                "Texture %s has no parameters and is left out: %s", truth.names[texture], failure
            )
        seconds = time.perf_counter() - began
        state.append(Observation(texture, iteration, parameters, failure, seconds))


def check_unchanged(state: LoopState, truth: PoolTruth) -> None:
    """Go back to before the first observation about which the ground truth now says another thing.

    Only one that people fill in is asked again.

    Raises
    ------
    InputError
        If it has no answer any more.
    """
    if not truth.may_change:
        return
    before = state.log.observations
    answers = truth.answers([each.texture for each in before])
    for number, (each, now) in enumerate(zip(before, answers, strict=True)):
        if now != (each.parameters, each.failure):
            log.warning(
                "What was measured of texture %s, observation %d, has changed: the loop goes back "
                "to before it, and makes everything after it again.",
                truth.names[each.texture],
                number + 1,
            )
            state.go_back(number)
            return
