"""Training steps and predictions of the composite study's networks at 21 x 21 x 21, one thread.

Prints JSON. Each network is held against the solver, which is what it saves or costs, and ours
against the paper's of the same sizes. Weights are untrained: they cost the same.
"""

import json
import time
from collections.abc import Callable

import numpy as np
import torch

from pspflow.mechanics import stiffness_and_strain
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.localization.localizers import Localizer, make_localizer
from pspflow.studies.composite.networks.network import Network, to_input
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.networks.reconstruction_losses import reconstruction_loss
from pspflow.studies.composite.networks.training import AutoencoderLoss, NetworkLoss
from pspflow.studies.composite.structures.symmetries import EVERY
from pspflow.training.memory import keep_freed_memory

EDGE, BATCH, REPEATS = 21, 8, 5
MODULI = ((2.4, 120.0), (0.3, 0.3))
MODELS = ("cnn", "gaussian", "mixture", "mixture_statistics")
LOCALIZERS = {
    "CPNet, gap 7": {"window": 21, "gap": 7},
    "CPNet, gap 5": {"window": 21, "gap": 5},
    "Fourier operator": {"width": 8, "modes": 6, "blocks": 4},
}


def seconds(work: Callable[[], object]) -> float:
    """Time work: the median of a few runs, after one that is not counted."""
    work()
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))


def structures() -> np.ndarray:
    """Simulate a batch of structures."""
    rng = np.random.default_rng(0)
    return np.stack([simulate_composite(EDGE, (3, 1, 1), 0.5, rng) for _ in range(BATCH)])


def loss_of(model: str) -> NetworkLoss:
    """Make a network and its loss as in the reference run."""
    options, recipe = NetworkOptions(), RECIPES[model]
    network = Network(
        model=model,
        edge=EDGE,
        properties=["c11_gpa"],
        log=recipe.log,
        components=2 if recipe.mixture else 1,
        latent=options.latent,
        width=options.width,
        decoder_width=options.decoder_width,
        dense=options.dense,
    )
    kind = AutoencoderLoss if recipe.autoencoder else NetworkLoss
    objective = options.objective(model)
    made = kind(network, [0], objective, 0, EVERY if recipe.augmented else None)
    if isinstance(made, AutoencoderLoss):
        made.reconstruction = reconstruction_loss(recipe, None)
    return made


def step(made: NetworkLoss, cells: torch.Tensor) -> None:
    """Compute the gradient of a batch."""
    wanted = torch.linspace(10, 50, BATCH)[:, None]
    loss, _ = made.losses(cells, wanted, torch.Generator().manual_seed(0))
    made.network.zero_grad()
    loss.backward()


def main() -> None:
    """Print the record."""
    torch.set_num_threads(1)
    keep_freed_memory()
    phases = structures()
    cells = to_input(torch.from_numpy(phases))
    solver = seconds(
        lambda: [stiffness_and_strain(each, *MODULI, load_cases=(0,)) for each in phases]
    )
    cases = {"solver, C11 and its strains": {"structures/s": BATCH / solver}}
    for model in MODELS:
        made = loss_of(model)
        cases[model] = {
            "ms a training step": 1000 * seconds(lambda made=made: step(made, cells)),
            "structures/s": BATCH / seconds(lambda made=made: made.network.predict(phases)),
        }
    for name, arguments in LOCALIZERS.items():
        localizer: Localizer = make_localizer(arguments).eval()
        taken = seconds(lambda localizer=localizer: localizer.predict(phases))
        cases[name] = {"structures/s": BATCH / taken}
    ours, theirs = cases["mixture_statistics"], cases["mixture"]
    solved = cases["solver, C11 and its strains"]["structures/s"]
    ratios = {
        "training step, mixture_statistics over mixture": ours["ms a training step"]
        / theirs["ms a training step"],
        **{
            f"structures/s, {name} over solver": case["structures/s"] / solved
            for name, case in cases.items()
            if "solver" not in name
        },
    }
    title = "Composite networks, 21³ voxels, batches of 8, one thread"
    print(json.dumps({"title": title, "cases": cases, "ratios": ratios}, indent=2))


if __name__ == "__main__":
    main()
