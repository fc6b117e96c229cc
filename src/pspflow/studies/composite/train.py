"""The stage that trains a network of the study, whichever it is, and tells what it predicts."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from lightning.pytorch import seed_everything
from torch import Tensor
from torch.utils.data import Dataset

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import save_weights
from pspflow.logs import log
from pspflow.models.pinet import parameter_count
from pspflow.seeds import generator
from pspflow.studies.composite.data_options import SetName
from pspflow.studies.composite.network_options import NetworkOptions
from pspflow.studies.composite.network_training import AutoencoderTraining, NetworkTraining
from pspflow.studies.composite.networks import LEAST, Network, to_input
from pspflow.studies.composite.priors import refit
from pspflow.studies.composite.properties import NORMAL, TARGETS, Target
from pspflow.studies.composite.recipes import RECIPES, ModelName
from pspflow.studies.composite.reconstruction import reconstruction_loss
from pspflow.studies.composite.rows import read_split, rows_of
from pspflow.studies.composite.structures import PHASE
from pspflow.training.data import loader
from pspflow.training.fit import fit
from pspflow.training.memory import keep_freed_memory

UNIT_STRUCTURES = 128
"""Training structures from which reconstruction losses take their units."""


class Structures(Dataset[tuple[Tensor, Tensor]]):
    """Structures in memory with their stiffness, cut into whole batches."""

    def __init__(self, phases: np.ndarray, stiffness_gpa: np.ndarray) -> None:
        self.phases = torch.from_numpy(phases)
        self.stiffness = torch.from_numpy(stiffness_gpa.astype(np.float32))

    def __len__(self) -> int:
        """Count the structures."""
        return len(self.phases)

    def __getitem__(self, positions: list[int]) -> tuple[Tensor, Tensor]:
        """Gather a batch."""
        return self.phases[positions], self.stiffness[positions]


def train_network(
    *,
    model: ModelName,
    name: SetName = "all",
    target: Target | None = None,
    run: int = 0,
    structures: Path,
    phases: Path,
    stiffness: Path,
    splits: Path,
    weights: Path,
    history: Path,
    predictions: Path | None = None,
    latents: Path | None = None,
    options: NetworkOptions = NetworkOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Train a network until its loss on validation structures stops falling.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    model
        Which network.
    name
        Set of the structures: axes are exchanged in symmetric copies of `all` alone.
    target
        What it predicts; none for the plain autoencoder.
    run
        Which random split; it also seeds the weights.
    structures
        Zarr store of the structures.
    phases
        Table of the phases' moduli.
    stiffness
        Table of the solved stiffnesses.
    splits
        Table of the splits.
    weights
        Safetensors file to write: the weights of the best epoch.
    history
        Parquet table to write: losses by epoch.
    predictions
        Parquet table to write: predicted properties of every structure and their deviations.
    latents
        Parquet table to write: means of q(z | x) of every structure.
    options
        Sizes, weights and length of the training.
    seed
        Seed of weights and draws, together with the run.
    threads
        Threads of torch; another number gives other rounding.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    recipe = RECIPES[model]
    if recipe.regression and target is None:
        raise InputError(f"Network {model} predicts properties: give --target c11 or normal.")
    properties = TARGETS[target] if recipe.regression and target else ()
    inputs: dict[str, Path] = {
        "structures": structures,
        "phases": phases,
        "stiffness": stiffness,
        "splits": splits,
    }
    if options.style_weights:
        inputs["style_weights"] = options.style_weights
    kind = f"composite train-network {model} {name} {target} {run}"
    origin = Provenance.of(kind, inputs, options, seed)
    seed_everything(seed + 1000 * run, verbose=False)

    rows = read_split(splits, run)
    values = rows_of(stiffness, rows["structure"].to_numpy(), splits)[list(NORMAL)].to_numpy()
    voxels = read_values(open_store(structures), PHASE)
    part = {name: np.flatnonzero(rows["split"] == name) for name in ("train", "validation")}
    data = {split: Structures(voxels[here], values[here]) for split, here in part.items()}
    columns = [NORMAL.index(each) for each in properties]
    known = values[part["train"]][:, columns]
    arguments = {
        "model": model,
        "edge": voxels.shape[1],
        "properties": list(properties),
        "log": bool(recipe.statistics and _positive(known)),
        "components": options.components if recipe.mixture else 1,
        **{key: getattr(options, key) for key in ("latent", "width", "decoder_width", "dense")},
    }
    network = Network(**arguments)
    if properties:
        network.scale.fit(torch.from_numpy(known.astype(np.float32)))
    training = _training(network, columns, name, options, seed + 1000 * run)
    if isinstance(training, AutoencoderTraining):
        training.reconstruction = reconstruction_loss(recipe.statistics, options.style_weights)
        # neighbours in a user's stack may be alike: the pairs that set the unit are drawn
        drawn = generator(seed, "composite units", run).permutation(len(known))[:UNIT_STRUCTURES]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        few = to_input(data["train"].phases[drawn]).to(device)
        training.reconstruction.to(device).fit(few)  # type: ignore[operator]
    log.info("%d structures to train on, %d parameters", len(known), parameter_count(network.net))
    resume = origin.resume_folder(weights)
    losses = fit(
        training,
        loader(data["train"], options.batch_size, seed + 1000 * run),
        loader(data["validation"], options.batch_size, None),
        resume,
        options.epochs(name),
        options.patience,
    )
    network.eval()
    if network.refitted is not None:
        _refit(network, data, columns, seed + 1000 * run)
    write_table(history, losses, origin)
    told = rows[["structure", "split"]].reset_index(drop=True)
    if predictions:
        write_table(predictions, told.join(predicted(network, voxels)), origin)
    if latents:
        means, _ = network.encode(voxels)
        frame = pd.DataFrame(means, columns=[f"z{place}" for place in range(means.shape[1])])
        write_table(latents, told.join(frame), origin)
    seen = voxels[part["train"]].mean(axis=(1, 2, 3), dtype=np.float64)
    material = _material(read_table(phases), properties, known, seen)
    save_weights(weights, network.state_dict(), {**arguments, "material": material}, origin)
    shutil.rmtree(resume.parent)


def predicted(network: Network, voxels: np.ndarray) -> pd.DataFrame:
    """Tabulate what a network predicts of structures: a property and its deviation, `NAME_sd`."""
    means, spreads = network.predict(voxels)
    columns: dict[str, np.ndarray] = {}
    for place, name in enumerate(network.properties):
        columns |= {name: means[:, place], f"{name}_sd": spreads[:, place]}
    return pd.DataFrame(columns)


def _training(
    network: Network, columns: list[int], name: SetName, options: NetworkOptions, seed: int
) -> NetworkTraining:
    recipe = RECIPES[network.model]
    kind = AutoencoderTraining if recipe.autoencoder else NetworkTraining
    return kind(
        network,
        columns,
        options.objective(network.model),
        options.epochs(name),
        seed,
        augmented=recipe.augmented,
        exchange=name == "all",
    )


def _refit(network: Network, data: Mapping[str, Structures], columns: list[int], seed: int) -> None:
    """Refit the prior on the latents of training and validation structures."""
    known = []
    for split in ("train", "validation"):
        means, log_variances = network.encode(data[split].phases.numpy())
        wanted = network.scale(data[split].stiffness[:, columns].to(network.device)).cpu()
        known.append((torch.from_numpy(means), torch.from_numpy(log_variances), wanted))
    prior = network.refitted
    assert prior is not None
    reached = refit(prior.cpu(), known[0], known[1], seed)
    prior.to(network.device)
    log.info("Refitted prior: %.2f nats a validation structure", reached)


def _positive(known: np.ndarray) -> bool:
    """Tell whether logarithms of properties `n x p` are safe: none comes near 0."""
    return bool((known.min(axis=0) > LEAST * np.abs(known).mean(axis=0)).all())


def _material(
    phases: pd.DataFrame, properties: tuple[str, ...], known: np.ndarray, fractions: np.ndarray
) -> dict[str, Any]:
    """Describe what the network was trained on, for those who use it without the run."""
    columns = {**dict(zip(properties, known.T, strict=True)), "volume_fraction": fractions}
    return {
        "young_gpa": phases["young_gpa"].tolist(),
        "poisson": phases["poisson"].tolist(),
        "ranges": {
            name: [float(column.min()), float(column.max())] for name, column in columns.items()
        },
    }
