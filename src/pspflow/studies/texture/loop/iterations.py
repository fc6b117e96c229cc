"""The loop of the paper's section 3: forward model, synthetic data, inverse model, next textures.

Everything that is drawn is a function of the run's seed, the start and the number of the iteration
or observation, and of nothing that happened before in the process. New flows are trained with the
same random numbers in every iteration and arm: the likelihoods of two flows that differ by theirs
alone differ by half a nat on 2,000 candidates, which would hide whether it settles (equation 10).
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.logs import log
from pspflow.models.texture.multi_output_gp import MultiOutputGP, fit_gp
from pspflow.models.texture.stopping import stopping_reason
from pspflow.studies.texture.loop.arms import Arm, planned_observations
from pspflow.studies.texture.loop.inverse_model import Checks, Flow, checked, trained_flow
from pspflow.studies.texture.loop.observations import (
    PoolTruth,
    ask,
    check_unchanged,
    choose,
    chosen_at_random,
    chosen_by_determinant,
    random_order,
)
from pspflow.studies.texture.loop.options import LoopOptions
from pspflow.studies.texture.loop.round_trips import stream
from pspflow.studies.texture.loop.state import Choice, LoopState, Observation

Floats = NDArray[np.float64]
LEAST = 5
"""Observations without which no model is fitted."""


@dataclass(frozen=True)
class Loop:
    """One loop: an arm from one set of first observations."""

    arm: Arm
    start: int
    pool: Floats
    """Coefficients of the candidates, `n x 36`."""
    checks: Checks
    truth: PoolTruth
    options: LoopOptions
    seed: int
    device: torch.device

    def run(self, state: LoopState) -> None:
        """Go on until the loop ends; what it made is in the state.

        Raises
        ------
        InputError
            If the ground truth has no answer yet, too few textures have parameters, or a flow does
            not train.
        """
        check_unchanged(state, self.truth)
        plan = planned_observations(self.arm, self.options, len(self.pool))
        rows = state.iterations()
        while not (rows and rows[-1]["stopped"]):
            number = len(rows)
            self._observe(state, plan[number], number)
            rows.append(self._iterate(state, plan, rows))
            log.info("%s", _described(rows[-1]))
            if not self.arm.warm and number:
                state.drop_flow(number - 1)

    def _observe(self, state: LoopState, wanted: int, iteration: int) -> None:
        """Observe until as many textures have parameters, or no candidate is left."""
        order = random_order(self.seed, self.start, len(self.pool))
        while True:
            ask(state, self.truth, iteration)
            known = len(state.log.labelled)
            lacking = min(wanted - known, len(self.pool) - len(set(state.log.asked)))
            if lacking <= 0:
                break
            by_model = bool(iteration) and self.arm.acquisition == "determinant"
            model = self._process(state, known) if by_model else None
            began = time.perf_counter()
            if model is None:
                picks = chosen_at_random(order, state, lacking)
            else:
                count = 1 if self.arm.one_by_one else lacking
                picks = chosen_by_determinant(model, self.pool, state, count)
            choose(state, picks, iteration, began)
        if known < LEAST:
            raise InputError(
                f"Only {known} of {len(self.pool)} candidates have parameters, with which no model "
                "is fitted; the log says why the others failed."
            )

    def _process(self, state: LoopState, observations: int) -> MultiOutputGP:
        """Return the process to go on from, fitted on as many observations where that is wanted.

        Arms that choose several at once, and the random one, fit it once in an iteration.
        """
        latest = state.latest_process(observations)
        if not self.arm.one_by_one and latest is not None:
            return state.process(latest, self.pool, self.device)
        return self.fitted_process(state, observations)

    def fitted_process(self, state: LoopState, observations: int) -> MultiOutputGP:
        """Return the process that is fitted on the first observations."""
        latest = state.latest_process(observations)
        if latest != observations:
            start = None if latest is None else state.process(latest, self.pool, self.device)
            textures, outputs = state.log.textures(), state.log.outputs()
            began = time.perf_counter()
            model = fit_gp(
                self.pool[textures[:observations]],
                outputs[:observations],
                seed=stream(self.seed, "loop process", self.start, observations),
                start=start,
                reference=self.pool,
                latents=self.options.gp.latents,
                iterations=self.options.gp.iterations,
                device=self.device,
            )
            state.save_process(observations, model, time.perf_counter() - began)
        # what was just fitted is read too: a loop that goes on later has nothing else
        return state.process(observations, self.pool, self.device)

    def _iterate(
        self, state: LoopState, plan: list[int], before: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Fit, train and measure; return what is known of the iteration, which is kept."""
        number, known = len(before), len(state.log.labelled)
        model = self.fitted_process(state, known)
        if not state.has_flow(number):
            self._train(state, model, number)
        flow, _ = state.flow(number, self.device)
        began = time.perf_counter()
        measures, samples = checked(
            flow, model, self.checks, stream(self.seed, "loop trips", self.start)
        )
        row: dict[str, Any] = {"iteration": number, "observations": known, **measures}
        row["stopped"] = self._stopped(plan, [*before, row])
        first = before[-1]["observations"] + 1 if before else 0
        row |= {
            "seconds_truth": state.seconds_of(Observation, number),
            "seconds_gp": state.seconds_of_processes(first, known),
            "seconds_flow": state.seconds_of_flow(number),
            "seconds_selection": state.seconds_of(Choice, number),
            "seconds_checks": time.perf_counter() - began,
        }
        state.save_iteration(number, row, samples)
        return row

    def _train(self, state: LoopState, model: MultiOutputGP, number: int) -> None:
        """Train the flow of an iteration, on a joint sample of every candidate for each epoch."""
        began = time.perf_counter()
        goes_on = self.arm.warm and number > 0
        # a flow that goes on must not see the same noise again and again
        position = (self.start, number if goes_on else 0)
        draws = model.predict(self.pool).sampler(
            stream(self.seed, "loop synthetic data", *position)
        )
        flow = Flow(stream(self.seed, "loop flow", *position), self.options.flow, self.device)
        before = state.flow(number - 1, self.device)[0] if goes_on else None
        trained, sizes = trained_flow(flow, self.pool, draws, before)
        state.save_flow(number, trained, sizes, time.perf_counter() - began)

    def _stopped(self, plan: list[int], rows: list[dict[str, Any]]) -> str:
        """Return why the loop ends after the last of these iterations, or an empty text."""
        known, number = rows[-1]["observations"], len(rows)
        if self.arm.settles:
            values = [row["validation_per_point"] for row in rows]
            reason = stopping_reason(
                values, len(plan) + 1, window=self.options.window, tolerance=self.options.tolerance
            )
            if reason is not None:
                return reason
        if known < plan[number - 1] or known >= len(self.pool):
            return f"No candidate is left to observe ({known} have parameters)."
        if number < len(plan):
            return ""
        settled = " before the likelihood settled" if self.arm.settles else ""
        return f"The limit of {known} observations was reached{settled}."


def _described(row: dict[str, Any]) -> str:
    return (
        f"iteration {row['iteration'] + 1}, {row['observations']} observations: log-likelihood "
        f"{row['validation_per_point']:.4g} per validation texture, mean error of round trips "
        f"{row['own_error_mean']:.3g} %. {row['stopped']}".rstrip()
    )
