"""The solver in the loop for several components: steps in the latent vector, then few voxels.

Each solution says what every voxel's change of phase would do to the stiffness. With that model,
damped Gauss-Newton steps move the latent vector and the number of stiff voxels: where the decoder's
field moves against the cut, the voxels near the cut change phase. How many may change between two
solutions is the trust region: it grows after a step that lowers the solved error, and shrinks after
one that does not. What the decoder cannot reach is left to the last stage, which adds a small
correction to the field, so that voxels of the phase boundary are exchanged: of all corrections that
give the wanted change, the smallest.

References
----------
Marquardt 1963, "An algorithm for least-squares estimation of nonlinear parameters", J. Soc. Ind.
Appl. Math. 11, 431.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.studies.composite.design.refinement import (
    Loop,
    Refined,
    Solve,
    Solved,
    Stage,
    cut_at,
    inner,
    near_cut,
    ranked,
)
from pspflow.studies.composite.inverse.errors import error_scale

DAMPINGS: Final = tuple(10.0**power for power in range(-4, 3))
"""Dampings to choose from, relative to the mean curvature."""
STEPS: Final = 6
"""Most steps between two solutions."""
SINGLE: Final = 8
"""Most voxels that are exchanged one by one between two solutions."""
LEVEL: Final = 0.1
"""Share of the voxels whose change of phase counts as much as a latent vector's unit."""
TRUSTED: Final[dict[Stage, float]] = {"latent": 0.1, "exchange": 0.03}
"""Share of the voxels that may change their phase in the first step of a stage."""
GROWN, SHRUNK, LARGEST = 1.5, 0.3, 2.0
"""Factors of that share after a better and a worse structure, and its largest relative value."""
STALLED: Final = 0.8
PATIENCE: Final = 4
"""The latent vector is left when so many solutions leave more than this share of the error."""

Field = Callable[[Tensor], Tensor]
"""Maps a latent vector ``(latent,)`` to a field ``(n, n, n)`` that ranks the voxels."""


@refuses_masks
def refine_latent(
    field: Field,
    latent: Tensor,
    wanted_gpa: np.ndarray,
    solve: Solve,
    *,
    goal_percent: float = 0.5,
    most: int = 40,
    exchange: bool = True,
) -> Refined:
    """Move a decoded structure until several properties are as wanted.

    Parameters
    ----------
    field
        The decoder's field, with its noise fixed; its logistic function is the soft structure.
    latent
        Where to start, shape ``(latent,)``. The structure at the start keeps the volume fraction
        of the soft structure.
    wanted_gpa
        Wanted properties, shape ``(p,)``.
    solve
        Solves a structure for these.
    goal_percent
        Mean of the relative errors at which the search ends.
    most
        Most structures solved, the start included; at least half of them are for the last stage,
        if there is one.
    exchange
        Whether voxels may be exchanged in the end.

    Returns
    -------
    Refined
        The best structure solved: never worse than the start.
    """
    loop = Loop(solve, wanted_gpa)
    state = _decoded(field, latent)
    loop.attempt("start", state.phases)
    search = _Search(loop, wanted_gpa, goal_percent)
    search.run("latent", state, most // 2 if exchange else most)
    if not exchange:
        return loop.result()
    decoded = loop.phases
    search.run("exchange", _Corrected(search.state.values, decoded), most)
    return loop.result(int((loop.phases != decoded).sum()))


@refuses_masks
def exchange_voxels(
    field: np.ndarray,
    phases: np.ndarray,
    wanted_gpa: np.ndarray,
    solve: Solve,
    *,
    goal_percent: float = 0.1,
    most: int = 20,
) -> Refined:
    """Exchange voxels of the phase boundary alone: the last stage of `refine_latent`.

    It helps one property as well, where a single voxel is a bridge and no number of stiff voxels
    comes near what is wanted.

    Parameters
    ----------
    field
        Field that ranks the voxels, shape ``(n, n, n)``.
    phases
        Phase ids at the start, a cut of the field.
    wanted_gpa, solve, goal_percent, most
        As in `refine_latent`.
    """
    loop = Loop(solve, wanted_gpa)
    loop.attempt("start", phases)
    search = _Search(loop, wanted_gpa, goal_percent)
    search.run("exchange", _Corrected(field.astype(np.float64), phases), most)
    return loop.result(int((loop.phases != phases).sum()))


class _Decoded(NamedTuple):
    """A structure of the decoder: its latent vector and number of stiff voxels."""

    field: Field
    latent: Tensor
    stiff: int
    values: np.ndarray
    phases: np.ndarray

    def slopes(self, change: np.ndarray) -> np.ndarray:
        """Return the derivative by latent vector and number, ``(p, latent + 1)``.

        The derivative of a smooth cut by the field goes back through the decoder; that by the cut's
        own level is taken off, since the number is a variable of its own.
        """
        _, near = near_cut(self.values, ranked(self.values), self.stiff)
        mean = np.tensordot(change, near, axes=3) / near.sum()
        pulls = near * (change - mean[:, None, None, None])
        with torch.enable_grad():
            at = self.latent.detach().requires_grad_()
            found = self.field(at)
            pulled = [
                torch.autograd.grad(found, at, found.new_tensor(pull), retain_graph=True)[0]
                for pull in pulls
            ]
        columns = torch.stack(pulled).double().cpu().numpy()
        return np.column_stack([columns, LEVEL * change[0].size * mean])

    def moved(self, step: np.ndarray) -> "_Decoded":
        """Return the structure a step away."""
        latent = self.latent + self.latent.new_tensor(step[:-1])
        return _decoded(self.field, latent, self.stiff + LEVEL * step[-1] * self.values.size)


def _decoded(field: Field, latent: Tensor, count: float | None = None) -> _Decoded:
    """Decode a latent vector; by default to the volume fraction of the soft structure."""
    with torch.no_grad():
        found = field(latent)
        soft = float(torch.sigmoid(found).double().sum())
    values = found.double().cpu().numpy()
    many = inner(soft if count is None else count, values.size)
    return _Decoded(field, latent, many, values, cut_at(ranked(values), many, values.shape))


class _Corrected(NamedTuple):
    """A structure whose field is corrected voxel by voxel."""

    values: np.ndarray
    phases: np.ndarray

    def _near(self) -> tuple[float, np.ndarray]:
        return near_cut(self.values, ranked(self.values), int(self.phases.sum()))

    def slopes(self, change: np.ndarray) -> np.ndarray:
        """Return the derivative by the field, weighted by nearness to the cut, ``(p, voxels)``."""
        return np.asarray((change * np.sqrt(self._near()[1])).reshape(len(change), -1))

    def moved(self, step: np.ndarray) -> "_Corrected":
        """Return the structure a step away; no voxel far from the cut changes."""
        level, near = self._near()
        # by the whole width of the cut, all voxels near it have changed their phase
        width = 1 / near.max()
        root = np.sqrt(near)
        correction = np.divide(
            step.reshape(near.shape), root, out=np.zeros_like(near), where=near > 0
        )
        values = self.values + np.clip(correction, -width, width)
        phases = (values > level).astype(np.uint8)
        tied = values == level
        phases[tied] = self.phases[tied]
        return _Corrected(values, phases)

    def singly(self, model: "_Model") -> "_Corrected":
        """Exchange the few voxels near the cut that lower the predicted error most, one by one.

        Where the correction is so small that it moves hardly a voxel, it is no guide any more.
        """
        _, near = self._near()
        places = np.flatnonzero(near)
        sides = 1 - 2 * self.phases.ravel()[places].astype(np.float64)
        effects = model.change.reshape(len(model.errors), -1)[:, places] * sides
        errors, chosen = model.predicted(self.phases), np.zeros(places.size, bool)
        for _ in range(SINGLE):
            sizes = np.linalg.norm(errors[:, None] + effects, axis=0)
            sizes[chosen] = np.inf
            best = int(sizes.argmin())
            if sizes[best] >= _size(errors):
                break
            chosen[best] = True
            errors = errors + effects[:, best]
        phases, values = self.phases.ravel().copy(), self.values.ravel().copy()
        moved = places[chosen]
        phases[moved] = 1 - phases[moved]
        level = self._near()[0]
        values[moved] = 2 * level - values[moved]
        return _Corrected(values.reshape(near.shape), phases.reshape(near.shape))


class _Model(NamedTuple):
    """What the last solution says of structures near it."""

    phases: np.ndarray
    errors: np.ndarray
    """Relative errors ``(p,)``; of positive properties, in the logarithm, which is more linear."""
    change: np.ndarray
    """Their change by each voxel, ``(p, n, n, n)``."""

    def predicted(self, phases: np.ndarray) -> np.ndarray:
        """Predict the errors of a structure."""
        difference = phases.astype(np.float64) - self.phases
        return np.asarray(self.errors + np.tensordot(self.change, difference, axes=3))

    def changed(self, phases: np.ndarray) -> float:
        """Return the share of voxels that differ."""
        return float((phases != self.phases).mean())


class _Search:
    """The two stages and what they share."""

    state: _Decoded | _Corrected

    @refuses_masks
    def __init__(self, loop: Loop, wanted_gpa: np.ndarray, goal_percent: float) -> None:
        self._loop, self._goal = loop, goal_percent
        self._wanted, self._scale = wanted_gpa, error_scale(wanted_gpa)

    def run(self, stage: Stage, state: _Decoded | _Corrected, most: int) -> None:
        """Solve structures until the goal, the budget or the end of progress is reached."""
        self.state, loop = state, self._loop
        trusted, errors = TRUSTED[stage], [loop.error_percent]
        while loop.error_percent > self._goal and len(loop.history) < most:
            model = self._model(self.state.phases, loop.solved)
            tried = _proposed(self.state, model, trusted)
            changed = model.changed(tried.phases)
            if not changed:
                return
            _, better = loop.attempt(stage, tried.phases)
            if better:
                self.state, trusted = tried, min(GROWN * trusted, LARGEST * TRUSTED[stage])
            else:
                trusted = SHRUNK * min(trusted, changed)
            errors.append(loop.error_percent)
            stalled = len(errors) > PATIENCE and errors[-1] > STALLED * errors[-1 - PATIENCE]
            if trusted * tried.phases.size < 1 or (stalled and stage == "latent"):
                return

    def _model(self, phases: np.ndarray, solved: Solved) -> _Model:
        values, wanted, change = solved.values_gpa, self._wanted, solved.change_gpa
        if (values > 0).all() and (wanted > 0).all():
            share = wanted / self._scale
            slope = (share / values)[:, None, None, None]
            return _Model(phases, share * np.log(values / wanted), change * slope)
        scale = self._scale[:, None, None, None]
        return _Model(phases, (values - wanted) / self._scale, change / scale)


def _proposed(state: _Decoded | _Corrected, model: _Model, trusted: float) -> _Decoded | _Corrected:
    """Take the steps that lower the predicted error most, within the share that is trusted."""
    errors = model.predicted(state.phases)
    for _ in range(STEPS):
        slopes = state.slopes(model.change)
        tried = [state.moved(step) for step in _damped_steps(slopes, errors)]
        near = [each for each in tried if model.changed(each.phases) <= trusted]
        best = min(near, key=lambda each: _size(model.predicted(each.phases)), default=state)
        found = model.predicted(best.phases)
        if _size(found) >= _size(errors):
            break
        state, errors = best, found
    if isinstance(state, _Corrected) and not model.changed(state.phases):
        return state.singly(model)
    return state


def _size(errors: np.ndarray) -> float:
    return float(np.linalg.norm(errors))


def _damped_steps(slopes: np.ndarray, errors: np.ndarray) -> list[np.ndarray]:
    """Return the smallest steps that cancel the errors, one per damping."""
    curvature = slopes @ slopes.T
    mean = np.trace(curvature) / len(curvature)
    if not mean > 0:
        return []
    unit = mean * np.eye(len(curvature))
    return [-slopes.T @ np.linalg.solve(curvature + each * unit, errors) for each in DAMPINGS]
