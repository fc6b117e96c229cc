"""Stages of the flows: training them, and transferring held-out chips with them."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from lightning.pytorch import seed_everything

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights
from pspflow.logs import log, progress
from pspflow.microstructure.loader import cut_chips
from pspflow.models.multiflow import (
    MultiDomainFlow,
    directions,
    from_levels,
    nats_per_dimension,
    to_levels,
)
from pspflow.models.pinet import parameter_count
from pspflow.seeds import generator
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.flow_options import FlowOptions, Regularisation, TransferOptions
from pspflow.studies.temper.playing import (
    SCORE,
    arguments_of,
    check_splits,
    exact_topology,
    fabric_for,
    learned_topology,
    rules_of,
    side_of,
    validation_of,
)
from pspflow.studies.temper.synthetic import held_out, put_synthetic
from pspflow.studies.temper.transfer import batch_size, load_flow, transfer
from pspflow.training.alternating import play
from pspflow.training.memory import keep_freed_memory
from pspflow.training.transfer import TransferGame

SAMPLES = 48
"""Chips of every domain that are drawn from noise."""


def train_flow(
    *,
    regularisation: Regularisation,
    replicate: int,
    micrographs: Path,
    chips: Path,
    weights: Path,
    history: Path,
    persistence: Path | None = None,
    grid: Path | None = None,
    pinet: Path | None = None,
    options: FlowOptions = FlowOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Train the flows of all domains against their discriminators.

    A killed training goes on from its last epoch when it is started again. Of all epochs in which
    discriminators play, that one's weights are kept whose synthetic validation chips come closest
    to real ones in their signal-to-noise ratio.

    Parameters
    ----------
    regularisation
        What discriminators of persistence images look through: none, pinet or exact.
    replicate
        Number of the training; it and the seed decide weights, data order and noise.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    weights
        Safetensors file to write.
    history
        Parquet table to write: losses and measures by epoch.
    persistence, grid
        Zarr store of the persistence images and table of what they are made with, for
        regularisation `exact`.
    pinet
        Weights of PI-Net, for regularisation `pinet`.
    options
        Size of the flows and their training.
    seed
        The run's seed.
    threads
        Threads of torch; another number gives other rounding.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    stream = int(generator(seed, "flow", replicate).integers(2**31))
    seed_everything(stream, verbose=False)
    rows, store = read_chips(chips), Micrographs(micrographs)
    check_splits(rows)
    fabric = fabric_for(options)
    inputs = {"micrographs": micrographs, "chips": chips}
    topology, exact = None, None
    if regularisation == "pinet":
        inputs["pinet"] = _needed(pinet, "--pinet", regularisation)
        topology = fabric.to_device(learned_topology(inputs["pinet"]))
    elif regularisation == "exact":
        inputs["grid"] = _needed(grid, "--grid", regularisation)
        inputs["persistence"] = _needed(persistence, "--persistence", regularisation)
        topology = fabric.to_device(exact_topology(pi.read_imaging(inputs["grid"])))
        exact = pi.images_of(inputs["persistence"], chips)
    origin = Provenance.of(f"temper train-flow {regularisation} {replicate}", inputs, options, seed)

    domains = list(dict.fromkeys(rows["domain"]))
    sides = {name: side_of(name, rows, store, topology, exact, options) for name in domains}
    arguments = arguments_of(sides, options)
    flow = MultiDomainFlow(**arguments)
    count = parameter_count(flow) // len(domains)
    log.info("%d domains, %d parameters a flow, on %s", len(domains), count, fabric.device)
    game = TransferGame(
        flow,
        sides,
        topology,
        validation_of(rows, store, domains, seed),
        rules_of(options, regularisation),
        stream,
        fabric,
    )
    resume = origin.resume_folder(weights)
    eligible = math.ceil(options.likelihood_share * options.epochs)
    losses, kept = play(game, fabric, options.epochs, resume, SCORE, eligible)
    write_table(history, losses, origin)
    scale = {"pixel_size_um": store.pixel_size_um, "grey_range": grey_range(micrographs)}
    save_weights(weights, kept, {"flow": arguments, "scale": scale}, origin)
    shutil.rmtree(resume.parent)


def transfer_chips(
    *,
    weights: Path,
    micrographs: Path,
    chips: Path,
    synthetic: Path,
    checks: Path,
    options: TransferOptions = TransferOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Transfer held-out chips in every direction, and draw chips of every domain from noise.

    Parameters
    ----------
    weights
        Weights of the flows.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    synthetic
        Zarr store to write: the synthetic chips, and which chips they come from.
    checks
        Parquet table to write: by domain, likelihood and error of the way there and back.
    options
        How many chips.
    seed
        Seed of their draw.
    threads
        Threads of torch.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    rows, store = read_chips(chips), Micrographs(micrographs)
    flow = load_flow(weights)
    drawn = held_out(rows, options.chips_per_specimen, seed)
    sources = {name: cut_chips(store, rows.iloc[at]) for name, at in drawn.items()}
    inputs = {"weights": weights, "micrographs": micrographs, "chips": chips}
    origin = Provenance.of("temper transfer-chips", inputs, options, seed)
    made = {
        (a, b): transfer(flow, sources[a], a, b)
        for a, b in progress(
            directions(flow.domains), len(directions(flow.domains)), "transfers", "direction"
        )
    }
    draws = torch.Generator().manual_seed(int(generator(seed, "samples").integers(2**62)))
    samples = {
        name: to_levels(flow.sample(name, SAMPLES, draws)).cpu().numpy() for name in flow.domains
    }
    write_table(checks, _checks(flow, sources, made, draws), origin)
    put_synthetic(synthetic, chips, drawn, made, samples, origin)


def _needed(path: Path | None, flag: str, regularisation: Regularisation) -> Path:
    if path is None:
        raise InputError(f"Regularisation {regularisation!r} needs {flag}; give it.")
    return path


def _checks(
    flow: MultiDomainFlow,
    sources: Mapping[str, np.ndarray],
    made: Mapping[tuple[str, str], np.ndarray],
    draws: torch.Generator,
) -> pd.DataFrame:
    """Tabulate what a flow promises by construction, and the likelihood of held-out chips."""
    rows = []
    for name, chips in sources.items():
        bits, error = _likelihood_and_error(flow, name, chips, draws)
        back = [
            np.abs(transfer(flow, made[name, other], other, name).astype(float) - chips).mean()
            for other in flow.domains
            if other != name
        ]
        rows.append((name, len(chips), bits, error, float(np.max(back))))
    columns = ["domain", "chips", "bits_per_pixel", "round_trip_error", "round_trip_8bit_grey"]
    return pd.DataFrame(rows, columns=columns)


def _likelihood_and_error(
    flow: MultiDomainFlow, domain: str, chips: np.ndarray, draws: torch.Generator
) -> tuple[float, float]:
    """Return bits a pixel of dequantised chips, and the mean error of the way to z and back."""
    device = next(flow.parameters()).device
    nats = error = 0.0
    with torch.inference_mode():
        for batch in torch.split(torch.from_numpy(chips), batch_size(flow)):
            noise = torch.rand(batch.shape, generator=draws)
            images = from_levels(batch, noise).to(device)
            latents, log_det = flow[domain](images)
            nats += len(batch) * float(nats_per_dimension(latents, log_det))
            error += float((flow[domain].inverse(latents) - images).abs().mean((1, 2, 3)).sum())
    return nats / len(chips) / math.log(2), error / len(chips)
