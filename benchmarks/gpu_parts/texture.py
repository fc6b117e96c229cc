"""An iteration of the texture paper's loop at its sizes: Gaussian process, selection and flow."""

import copy
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_parts.frame import Case, Check, Found, Part, Run
from gpu_parts.prepared import SEED, prepared
from pspflow.mechanics import (
    anisotropy_parameters,
    anisotropy_parameters_of_textures,
    independent_outputs,
)
from pspflow.mechanics.texture import draw_recipes, make_candidates
from pspflow.models.texture.acquisition import best, information
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.flow_gradient import FlowGradients
from pspflow.models.texture.flow_training import train_flow
from pspflow.models.texture.multi_output_gp import MultiOutputGP, fit_gp
from pspflow.models.texture.posterior import Posterior
from pspflow.seeds import generator

Floats = NDArray[np.float64]


class Sizes(NamedTuple):
    """What is measured."""

    observations: tuple[int, ...]
    candidates: int
    mixed_from: int
    """Candidates that are made of crystals; mixtures of two of these are the others."""
    grains: int
    blocks: int
    width: int
    batches: tuple[int, ...]
    epochs: int
    """Epochs that are timed, after one that is not."""


PAPER = Sizes((300, 1_076), 54_480, 2_000, 100, 20, 128, (200, 1_000, 5_000), 3)
SMALL = Sizes((10, 20), 120, 40, 12, 2, 8, (20, 60), 1)
PAPER_EPOCHS, WARM_EPOCHS, GRAINS = 70, 8, 500
PAPER_MINUTES = 11.0
"""Section 3: 10 to 12 minutes on 16 cores and four P100."""
STEPS, PLAIN_STEPS = 100, 10
SAME_GP, SAME_GRADIENT = 1e-6, 1e-3
"""Largest difference of predicted means from the CPU's over their spread, in float64; of the
gradient of a trained flow over its norm, in float32."""


class Timed(NamedTuple):
    """Seconds of what an iteration does with the Gaussian process."""

    cold: float
    warm: float
    predicted: float
    selected: float

    def case(self, name: str) -> Case:
        """Return a line of the table."""
        return Case(name, dict(zip(("s cold", "s warm", *LATER), self, strict=True)))


LATER = ("s of predicting all candidates", "s of selecting one")


def measure(run: Run) -> Iterator[Found]:
    """Measure the parts of an iteration, then the same Gaussian processes on the CPU."""
    sizes = SMALL if run.small else PAPER
    _data(SMALL)  # compiles
    started = time.perf_counter()
    pool, labels = _data(sizes)
    took = time.perf_counter() - started
    yield Case("labelled textures", {"textures": len(labels), "s with all CPU cores": took})
    with prepared():
        models = {}
        _timed_gp(run, pool, labels[: sizes.observations[0] // 3])  # libraries start
        for count in sizes.observations:
            timed, models[count] = _timed_gp(run, pool, labels[:count])
            yield timed.case(f"Gaussian process, {count} observations")
        posterior = models[count].predict(pool)
        epochs = []
        for batch in sizes.batches:
            flow, seconds, case = _timed_flow(run, sizes, pool, posterior, batch)
            epochs.append(seconds)
            yield case
        yield from _iterations(sizes, timed, epochs[0])
        yield from _gradients(run, sizes, flow, pool, posterior)
        cpu = Run(torch.device("cpu"), run.small, run.end)
        again = MultiOutputGP.from_arrays(models[count].arrays(), pool[:count], labels)
        means = posterior.mean()
        difference = np.abs(again.predict(pool).mean() - means).max(axis=0) / means.std(axis=0)
        yield Check("means of the Gaussian process, against the CPU", difference.max(), SAME_GP)
        for count in sizes.observations:
            timed, _ = _timed_gp(cpu, pool, labels[:count])
            yield timed.case(f"Gaussian process, {count} observations, all CPU cores")


def _data(sizes: Sizes) -> tuple[Floats, Floats]:
    """Return the pool's coefficients, and the independent outputs of its first textures."""
    random = generator(SEED, "textures of the benchmark")
    recipes = draw_recipes(0, sizes.mixed_from, 4, random)
    made = make_candidates(recipes, sizes.grains)
    more = random.integers(0, sizes.mixed_from, (2, sizes.candidates - sizes.mixed_from))
    share = random.uniform(size=(more.shape[1], 1))
    first, second = made.coefficients[more]
    count = max(sizes.observations)
    solved = anisotropy_parameters_of_textures(
        made.orientations[:count], made.weights[:count], threads=len(os.sched_getaffinity(0))
    )
    if solved.failures:
        raise RuntimeError(f"{len(solved.failures)} textures did not converge")
    mixtures = share * first + (1 - share) * second
    return np.concatenate([made.coefficients, mixtures]), independent_outputs(solved.parameters)


def _timed_gp(run: Run, pool: Floats, labels: Floats) -> tuple[Timed, MultiOutputGP]:
    """Fit to the first textures but one, then to all from there; predict the pool, select."""
    count = len(labels)
    given = {"seed": SEED, "reference": pool, "device": run.device}
    seconds = []

    @contextmanager
    def timed() -> Iterator[None]:
        run.wait()
        started = time.perf_counter()
        yield
        run.wait()
        seconds.append(time.perf_counter() - started)

    with timed():
        before = fit_gp(pool[: count - 1], labels[:-1], **given)
    with timed():
        model = fit_gp(pool[:count], labels, start=before, **given)
    with timed():
        posterior = model.predict(pool)
    with timed():
        scores = information(posterior.latent_variances, posterior.latent_noises)
        best(scores, 1, range(count))
    return Timed(*seconds), model


def _timed_flow(
    run: Run, sizes: Sizes, pool: Floats, posterior: Posterior, batch: int
) -> tuple[ConditionalFlow, float, Case]:
    """Train a flow for some epochs; return it, and the seconds of an epoch."""
    begun: list[float] = []
    drawing: list[float] = []

    def properties(epoch: int) -> Floats:
        begun.append(time.perf_counter())
        drawn = posterior.sample(generator(SEED, "posterior", epoch))
        drawing.append(time.perf_counter() - begun[-1])
        return drawn

    run.peak_gb()
    flow = _flow(sizes, pool, posterior).to(run.device)
    losses = train_flow(
        flow, pool, properties, epochs=1 + sizes.epochs, batch_size=batch, seed=SEED
    )
    begun.append(time.perf_counter())
    seconds = (begun[-1] - begun[1]) / sizes.epochs
    values = {
        "s an epoch": seconds,
        "s of it drawing properties on the CPU": float(np.mean(drawing[1:])),
        "textures/s": len(pool) / seconds,
        "ms a step": 1000 * seconds / -(-len(pool) // batch),
        f"loss after {len(losses)} epochs": losses[-1],
        "memory, GB": run.peak_gb(),
    }
    return flow, seconds, Case(f"flow, batches of {batch:,}", values)


def _flow(sizes: Sizes, pool: Floats, posterior: Posterior) -> ConditionalFlow:
    means = posterior.mean()
    flow = ConditionalFlow(pool.shape[1], means.shape[1], sizes.blocks, sizes.width, seed=SEED)
    flow.standardise(torch.from_numpy(pool), torch.from_numpy(means))
    return flow


def _iterations(sizes: Sizes, gp: Timed, epoch: float) -> Iterator[Case]:
    """Add up an iteration, with one texture that is labelled on one core."""
    grains = sizes.grains if sizes is SMALL else GRAINS
    texture = make_candidates(draw_recipes(0, 1, 4, generator(SEED, "truth")), grains)
    started = time.perf_counter()
    anisotropy_parameters(texture.orientations[0], texture.weights[0])
    truth = time.perf_counter() - started
    for name, epochs in (("anew", PAPER_EPOCHS), ("goes on", WARM_EPOCHS)):
        parts = {
            "s Gaussian process": gp.warm,
            "s prediction and selection": gp.predicted + gp.selected,
            "s flow": epochs * epoch,
            "s truth": truth,
        }
        minutes = sum(parts.values()) / 60
        parts |= {"minutes": minutes, "the paper's minutes": PAPER_MINUTES}
        yield Case(f"iteration, flow {name}: {epochs} epochs", parts)


def _gradients(
    run: Run, sizes: Sizes, flow: ConditionalFlow, pool: Floats, posterior: Posterior
) -> Iterator[Found]:
    """Time the gradient of a batch, captured and plain, and compare it with the CPU's."""
    count = sizes.batches[0]
    given = [torch.from_numpy(each[:count]).float() for each in (pool, posterior.mean())]
    here = torch.device("cpu")
    ways = [("all CPU cores", copy.deepcopy(flow).to(here), False, PLAIN_STEPS)]
    if run.device.type == "cuda":
        ways += [("plain", flow, False, STEPS), ("captured", flow, True, STEPS)]
    found = []
    for name, each, captured, repeats in ways:
        gradients = FlowGradients(each, count, captured=captured)
        batch = each.standardised(*(one.to(each.texture_mean) for one in given))
        seconds = run.seconds(lambda way=gradients, on=batch: way(*on), repeats, warm=3)
        yield Case(f"gradient of {count} textures, {name}", {"ms": 1000 * seconds})
        parts = [
            one.grad.double().cpu().flatten() for one in each.parameters() if one.requires_grad
        ]
        found.append(torch.cat(parts))
    difference = float((found[-1] - found[0]).norm() / found[0].norm())
    yield Check("gradient of the flow, against the CPU", difference, SAME_GRADIENT)


PART = Part(
    "An iteration of the texture loop",
    "The paper's sizes: 1,076 observations at its stop, a pool of 54,480, 35 independent outputs, "
    "a flow of 20 blocks of two layers of 128, in batches of 200, trained for 70 epochs on "
    "properties that are drawn anew for each. The labelled textures have 100 grains, that of an "
    "iteration's truth 500; most of the pool are mixtures of two of 2,000 textures. `cold` is a "
    "fit from the middle of the priors, `warm` one after another observation. An iteration adds up "
    "the warm fit, the flow's epochs at the rate above, and one texture that is labelled on one "
    "core; the paper's took 10 to 12 minutes on 16 cores and four P100.",
    0.7,
    measure,
)
