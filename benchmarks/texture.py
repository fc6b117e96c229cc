"""An iteration of the texture study at the paper's sizes, part by part, on one thread.

Prints JSON. Times are CPU times: arms of a loop share the cores, one each, and a second thread
gains a flow nothing. The paper says 11 to 14 minutes an iteration, on 16 cores and 4 GPUs: 1 to 2
for the Gaussian process, and 10 to 12 for the flow. What a part takes does not depend on the values
of the parameters, so most are those of a random quadratic function; labels are computed.

The peers: gpytorch's own exact Gaussian processes, one for each output, with kernels of its own;
and the flow of FrEIA's `RNVPCouplingBlock`, with the same hidden layers. Both run the same data.
"""

import json
import time
from collections.abc import Callable
from typing import NamedTuple

import FrEIA.framework as ff
import FrEIA.modules as fm
import gpytorch
import numpy as np
import torch
from torch import nn

from pspflow.mechanics import anisotropy_parameters
from pspflow.mechanics.texture import draw_recipes, make_candidates, symmetrise
from pspflow.models.texture.acquisition import best, information
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.flow_training import train_flow
from pspflow.models.texture.latent_fit import log_posterior
from pspflow.models.texture.latent_gp import Hyperparameters
from pspflow.models.texture.multi_output_gp import MultiOutputGP, fit_gp

OUTPUTS = 35
REPEATS = 3


class Sizes(NamedTuple):
    """What an iteration is made of."""

    pool: int = 54_480
    few: int = 300
    many: int = 1_076
    grains: int = 128
    blocks: int = 20
    width: int = 128
    batch: int = 200
    epochs: int = 70
    steps: int = 100
    """Training steps that are timed; an epoch is extrapolated."""
    iterations: int = 50
    """Steps of L-BFGS, as the study has them."""


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Time work: the median CPU time of a few runs."""
    taken = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return float(np.median(taken))


def pool_of(sizes: Sizes) -> tuple[np.ndarray, np.ndarray]:
    """Make candidates, and outputs that are a random quadratic function of them with noise."""
    rng = np.random.default_rng(0)
    singles = sizes.pool // 6
    recipes = draw_recipes(singles, sizes.pool - singles, 6, rng)
    # few grains: coefficients of many are as fast to work with
    textures = make_candidates(recipes, 24).coefficients
    scaled = textures / textures.std(axis=0)
    linear = rng.standard_normal((scaled.shape[1], OUTPUTS)) / 6
    square = rng.standard_normal((scaled.shape[1], OUTPUTS)) / 12
    outputs = 1 + 0.1 * (scaled @ linear + scaled**2 @ square)
    return textures, outputs + 0.005 * rng.standard_normal(outputs.shape)


def seconds_a_label(sizes: Sizes) -> float:
    """Time the plasticity model: a symmetric texture, in 18 directions."""
    made = make_candidates(draw_recipes(1, 10, 6, np.random.default_rng(1)), sizes.grains)
    grains = [symmetrise(*each) for each in zip(made.orientations, made.weights, strict=True)]
    anisotropy_parameters(*grains[0])  # compiles
    taken = [seconds(lambda each=each: anisotropy_parameters(*each), 1) for each in grains]
    return float(np.median(taken))


def standardised(values: np.ndarray) -> torch.Tensor:
    """Give columns a mean of 0 and a spread of 1."""
    return torch.from_numpy((values - values.mean(axis=0)) / values.std(axis=0))


def seconds_a_gp_step(textures: np.ndarray, outputs: np.ndarray) -> float:
    """Time a step of our fit: its density and gradient."""
    inputs, values = standardised(textures), standardised(outputs)
    typical = Hyperparameters.typical(inputs.shape[1], OUTPUTS)
    numbers = (typical.lengths, typical.variances, typical.noises)
    logarithms = torch.cat(numbers).log().requires_grad_()

    def step() -> None:
        torch.autograd.grad(log_posterior(inputs, values, logarithms), logarithms)

    step()
    return seconds(step)


class Independent(gpytorch.models.ExactGP):
    """The peer: as many exact processes as outputs, in one batch."""

    def __init__(
        self,
        inputs: torch.Tensor,
        values: torch.Tensor,
        likelihood: gpytorch.likelihoods.Likelihood,
    ) -> None:
        super().__init__(inputs, values, likelihood)
        batch = torch.Size([len(values)])
        self.mean_module = gpytorch.means.ZeroMean(batch_shape=batch)
        self.covar_module = gpytorch.kernels.ScaleKernel(
            gpytorch.kernels.RBFKernel(ard_num_dims=inputs.shape[1], batch_shape=batch),
            batch_shape=batch,
        )

    def forward(self, inputs: torch.Tensor) -> gpytorch.distributions.MultivariateNormal:
        """Return the prior."""
        return gpytorch.distributions.MultivariateNormal(
            self.mean_module(inputs), self.covar_module(inputs)
        )


def seconds_a_peer_step(textures: np.ndarray, outputs: np.ndarray) -> float:
    """Time a step of the peer: its marginal likelihood and gradient, by Cholesky factors."""
    inputs, values = standardised(textures), standardised(outputs).T.contiguous()
    likelihood = gpytorch.likelihoods.GaussianLikelihood(batch_shape=torch.Size([len(values)]))
    model = Independent(inputs, values, likelihood).double().train()
    density = gpytorch.mlls.ExactMarginalLogLikelihood(likelihood, model)

    def step() -> None:
        model.zero_grad()
        (-density(model(inputs), values).sum()).backward()

    with gpytorch.settings.fast_computations(log_prob=False, covar_root_decomposition=False):
        step()
        return seconds(step, 1)


def gp_parts(
    observed: tuple[np.ndarray, np.ndarray], pool: np.ndarray, sizes: Sizes
) -> dict[str, float]:
    """Time a fit from the start, and one that goes on from it when an observation has come in."""

    def fit(count: int, start: MultiOutputGP | None = None) -> MultiOutputGP:
        textures, outputs = (each[:count] for each in observed)
        steps = sizes.iterations
        return fit_gp(textures, outputs, seed=0, reference=pool, start=start, iterations=steps)

    count = len(observed[0])
    started = time.process_time()
    before = fit(count - 1)
    cold = time.process_time() - started
    return {"cold": cold, "warm": seconds(lambda: fit(count, before), 1)}


def peer_flow(coefficients: int, sizes: Sizes) -> ff.SequenceINN:
    """Make the flow of the peer's blocks."""

    def network(before: int, after: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Linear(before, sizes.width),
            nn.Sigmoid(),
            nn.Linear(sizes.width, sizes.width),
            nn.Sigmoid(),
            nn.Linear(sizes.width, after),
        )

    flow = ff.SequenceINN(coefficients)
    for seed in range(sizes.blocks):
        flow.append(fm.RNVPCouplingBlock, cond=0, cond_shape=(OUTPUTS,), subnet_constructor=network)
        flow.append(fm.PermuteRandom, seed=seed)
    return flow


def seconds_a_step_of_flows(
    textures: np.ndarray, outputs: np.ndarray, sizes: Sizes
) -> tuple[float, float]:
    """Time training steps of our flow and of the peer's."""
    count = sizes.steps * sizes.batch
    points, given = (torch.from_numpy(each).float() for each in (textures, outputs))
    flow = ConditionalFlow(points.shape[1], OUTPUTS, sizes.blocks, sizes.width, seed=0)
    flow.standardise(points, given)
    few = np.resize(np.arange(len(textures)), count)

    def ours() -> None:
        train_flow(
            flow,
            textures[few],
            lambda _: outputs[few],
            epochs=1,
            batch_size=sizes.batch,
            final_rate=1e-4,
            seed=0,
        )

    other = peer_flow(points.shape[1], sizes)
    optimiser = torch.optim.Adam(other.parameters(), lr=0.001)
    points = (points - flow.texture_mean) / flow.texture_spread
    given = (given - flow.property_mean) / flow.property_spread

    def theirs() -> None:
        for rows in torch.from_numpy(few).split(sizes.batch):
            latents, log_det = other(points[rows], c=[given[rows]])
            loss = (0.5 * latents.square().sum(1) - log_det).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    return seconds(ours) / sizes.steps, seconds(theirs) / sizes.steps


def measure(sizes: Sizes) -> dict[str, object]:
    """Measure every part."""
    textures, outputs = pool_of(sizes)
    order = np.random.default_rng(2).permutation(sizes.pool)
    at = {count: order[:count] for count in (sizes.few, sizes.many)}
    parts: dict[str, float] = {f"label, {sizes.grains} grains": seconds_a_label(sizes)}
    ratios: dict[str, float] = {}
    for count, rows in at.items():
        observed = textures[rows], outputs[rows]
        found = gp_parts(observed, textures, sizes)
        parts |= {f"GP, {name}, {count:,} observations": value for name, value in found.items()}
        ratios[f"GP, a step of gpytorch's independent ones over ours, {count:,} observations"] = (
            seconds_a_peer_step(*observed) / seconds_a_gp_step(*observed)
        )
    model = fit_gp(*observed, seed=0, reference=textures, iterations=0)
    model.predict(textures[:2])  # decomposes
    parts["prediction of the pool"] = seconds(lambda: model.predict(textures))
    predicted = model.predict(textures)
    parts["selection"] = seconds(
        lambda: best(
            information(predicted.latent_variances, predicted.latent_noises), 1, at[sizes.many]
        )
    )
    draw = predicted.sampler(0)
    parts["posterior sample of an epoch"] = seconds(lambda: draw(0))
    ours, theirs = seconds_a_step_of_flows(textures, outputs, sizes)
    epoch = ours * -(-sizes.pool // sizes.batch) + parts["posterior sample of an epoch"]
    parts["flow, an epoch (extrapolated from steps)"] = epoch
    parts[f"flow, {sizes.epochs} epochs (extrapolated)"] = sizes.epochs * epoch
    ratios["flow, a step of FrEIA's RNVPCouplingBlock over ours"] = theirs / ours
    rest = sum(
        parts[name]
        for name in (
            f"label, {sizes.grains} grains",
            f"GP, warm, {sizes.many:,} observations",
            "prediction of the pool",
            "selection",
        )
    )
    for name, epochs in (("70 epochs", sizes.epochs), ("an epoch of a warm flow", 1)):
        parts[f"iteration with {name}"] = rest + epochs * epoch
        ratios[f"the paper's 11 minutes over an iteration with {name}"] = (
            660 / parts[f"iteration with {name}"]
        )
    parts["iteration without a flow"] = rest
    ratios["the paper's 11 minutes over an iteration without a flow"] = 660 / rest
    return {
        "title": "Texture: an iteration at the paper's sizes, one thread",
        "cases": {name: {"CPU-s": value} for name, value in parts.items()},
        "ratios": ratios,
        "note": "The paper's 11 to 14 minutes an iteration are of 16 cores and 4 P100 GPUs: 1 to 2 "
        "for the Gaussian process, 10 to 12 for the flow. Selection needs the Gaussian process "
        "alone, so that an iteration may go without a flow. Epochs are extrapolated from "
        f"{sizes.steps} steps.",
    }


def main() -> None:
    """Print the record."""
    torch.set_num_threads(1)
    print(json.dumps(measure(Sizes()), indent=2))


if __name__ == "__main__":
    main()
