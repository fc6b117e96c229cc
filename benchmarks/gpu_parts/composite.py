"""The composite networks at the paper's size: their speed, and the error they reach in the time."""

import time
from collections.abc import Iterator
from pathlib import Path

import torch
import yaml
from torch import Tensor

from gpu_parts.frame import Case, Found, Part, Run
from gpu_parts.prepared import SEED, prepared
from gpu_parts.solver import labelled_structures
from pspflow.microstructure.splits import apportion
from pspflow.seeds import generator
from pspflow.studies.composite.forward import paper
from pspflow.studies.composite.forward.accuracy import mape
from pspflow.studies.composite.networks.network import Network, to_input
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.networks.reconstruction_losses import reconstruction_loss
from pspflow.studies.composite.networks.stages.train import UNIT_STRUCTURES
from pspflow.studies.composite.networks.training import AutoencoderLoss, NetworkLoss, training_of
from pspflow.studies.composite.structures.options import StructureSplitOptions
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.training.data import Pairs, in_order, shuffled
from pspflow.training.supervised import Supervised

MODELS = ("cnn", "gaussian", "mixture")
STRUCTURES = 8900
MOST_SECONDS = 180.0
"""Longest training of a network."""
PAPER = Path(__file__).parents[2] / "workflow/config/paper.yaml"
SMALL = {"width": 2, "decoder_width": 2, "dense": 8, "latent": 4, "batch_size": 4}
SCORE = "validation_loss"

Splits = dict[str, Pairs]


def measure(run: Run) -> Iterator[Found]:
    """Train each network in its share of the time, and test the epoch that it would keep."""
    options = NetworkOptions.model_validate(SMALL) if run.small else _papers_options()
    data = _split(*labelled_structures(run.until(0.4), STRUCTURES))
    for place, model in enumerate(MODELS):
        run.peak_gb()
        with prepared():
            network, training = network_training(model, data, options, run.device)
            share = run.until(1 / (len(MODELS) - place))
            end = min(share.end, time.perf_counter() + MOST_SECONDS)
            epochs = _train(Run(run.device, run.small, end), training, network, options)
        yield Case(model, epochs | _tested(model, network, data) | {"memory, GB": run.peak_gb()})
        del network, training


def network_training(
    model: str, data: Splits, options: NetworkOptions, device: torch.device
) -> tuple[Network, Supervised]:
    """Make a network that predicts C11 and its training, as the stage does."""
    recipe, train = RECIPES[model], data["train"]
    columns = [NORMAL.index(name) for name in C11]
    network = Network(
        model,
        train.inputs.shape[1],
        C11,
        log=False,
        components=options.components if recipe.mixture else 1,
        latent=options.latent,
        width=options.width,
        decoder_width=options.decoder_width,
        dense=options.dense,
    )
    network.scale.fit(train.targets[:, columns].cpu())
    kind = AutoencoderLoss if recipe.autoencoder else NetworkLoss
    loss = kind(network, columns, options.objective(model), SEED)
    if isinstance(loss, AutoencoderLoss):
        loss.reconstruction = reconstruction_loss(recipe, None).to(device)
        loss.reconstruction.fit(to_input(train.inputs[:UNIT_STRUCTURES]).to(device))
    batches = (
        shuffled(train, options.batch_size, SEED),
        in_order(data["validation"], options.batch_size),
    )
    return network, training_of(loss, *batches, options.epochs(model, "all"), device)


def _train(
    run: Run, training: Supervised, network: Network, options: NetworkOptions
) -> dict[str, float]:
    """Train whole epochs while another fits into the time; load the best epoch's weights."""
    scores: list[float] = []
    trained = whole = 0.0
    kept: dict[str, Tensor] = {}
    items = sum(map(len, training.train.order(0)))
    most = options.epochs(network.model, "all")
    while True:
        started = time.perf_counter()
        for index in range(training.begin_epoch(len(scores))):
            training.step(index)
        run.wait()
        trained += time.perf_counter() - started
        scores.append(training.validate()[SCORE])
        whole += time.perf_counter() - started
        best = scores.index(min(scores))
        if best == len(scores) - 1:
            kept = {name: each.clone() for name, each in training.weights().items()}
        stalled = len(scores) - 1 - best >= options.patience
        if stalled or len(scores) >= most or run.left() < whole / len(scores):
            break
    network.load_state_dict(kept)
    return {
        "structures/s, training": items * len(scores) / trained,
        "s an epoch, with validation": whole / len(scores),
        "epochs": len(scores),
        "epoch kept": best + 1,
    }


def _tested(model: str, network: Network, data: Splits) -> dict[str, float]:
    """Return the error of C11 on test structures beside the paper's."""
    test = data["test"]
    predicted, _ = network.eval().predict(test.inputs.cpu().numpy())
    solved = test.targets[:, NORMAL.index("c11_gpa")].double().cpu().numpy()
    return {
        "MAPE of C11, %": mape(solved, predicted[:, 0]),
        "the paper's, %": paper.FORWARD["c11"][model]["c11_gpa"].mape,
    }


def _split(phases: Tensor, stiffness: Tensor) -> Splits:
    """Split structures at random, with the shares of the study."""
    shares = StructureSplitOptions()
    names = ("train", "validation", "test")
    counts = apportion(len(phases), {name: getattr(shares, name) for name in names})
    order = generator(SEED, "structures of the benchmark").permutation(len(phases))
    parts = torch.from_numpy(order).to(phases.device).split([counts[name] for name in names])
    values = stiffness.float().to(phases.device)
    return {
        name: Pairs(phases[here], values[here]) for name, here in zip(names, parts, strict=True)
    }


def _papers_options() -> NetworkOptions:
    """Return the sizes of the paper's networks as the workflow has them."""
    config = yaml.safe_load(PAPER.read_text(encoding="utf-8"))
    return NetworkOptions.model_validate(config["composite"]["networks"])


PART = Part(
    "Composite networks at the paper's size",
    "Networks of C11 at the printed widths, in float32, on structures and batches that lie on the "
    "GPU. Each has a third of the time, at most three minutes; the table says how many epochs fit "
    "into it. A stage, like the paper, trains until ten epochs bring nothing (patience), which the "
    "box may not reach: its MAPE then is that of an unfinished training. The paper's MAPE are "
    "those of its Table 1, means over ten runs: 3.69 % of Reg-Only (`cnn`), 3.50 % of VAE-Reg, "
    "without a word on its prior (`gaussian`, `mixture`).",
    3.1,
    measure,
)
