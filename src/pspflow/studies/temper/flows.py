"""Stages of the flows: training them, and transferring held-out chips with them."""

import hashlib
import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from lightning.pytorch import seed_everything

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
from pspflow.studies.temper.options import FlowOptions, Regularisation
from pspflow.studies.temper.playing import (
    SCORE,
    arguments_of,
    check_splits,
    fabric_for,
    rules_of,
    side_of,
    topology_of,
    validation_of,
)
from pspflow.studies.temper.synthetic import held_out, put_synthetic
from pspflow.studies.temper.transfer import BATCH, load_flow, transfer
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
    persistence: Path,
    grid: Path,
    weights: Path,
    history: Path,
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
    persistence
        Zarr store of the persistence images.
    grid
        Table of what they were made with.
    weights
        Safetensors file to write.
    history
        Parquet table to write: losses and measures by epoch.
    pinet
        Weights of PI-Net, for that regularisation.
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
    rows, store, imaging = read_chips(chips), Micrographs(micrographs), pi.read_imaging(grid)
    check_splits(rows)
    fabric = fabric_for(options)
    topology, inputs = None, {"micrographs": micrographs, "chips": chips}
    if regularisation != "none":
        inputs |= {"persistence": persistence, "grid": grid}
        topology = fabric.to_device(
            topology_of(imaging, pinet if regularisation == "pinet" else None)
        )
        inputs |= {"pinet": pinet} if regularisation == "pinet" and pinet else {}
    origin = Provenance.of(f"temper train-flow {regularisation} {replicate}", inputs, options, seed)

    domains = list(dict.fromkeys(rows["domain"]))
    exact = pi.images_of(persistence, chips) if regularisation == "exact" else None
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
    resume = weights.parent / "resume" / hashlib.sha256(origin.as_json().encode()).hexdigest()[:16]
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
    chips_per_specimen: int = 60,
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
    chips_per_specimen
        Most chips of one specimen and domain.
    seed
        Seed of their draw.
    threads
        Threads of torch.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    rows, store = read_chips(chips), Micrographs(micrographs)
    flow = load_flow(weights)
    drawn = held_out(rows, chips_per_specimen, seed)
    sources = {name: cut_chips(store, rows.iloc[at]) for name, at in drawn.items()}
    inputs = {"weights": weights, "micrographs": micrographs, "chips": chips}
    origin = Provenance.of("temper transfer-chips", inputs, None, seed)
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
    write_table(checks, _checks(flow, sources, made), origin)
    put_synthetic(synthetic, drawn, made, samples, origin)


def _checks(
    flow: MultiDomainFlow,
    sources: Mapping[str, np.ndarray],
    made: Mapping[tuple[str, str], np.ndarray],
) -> pd.DataFrame:
    """Tabulate what a flow promises by construction, and the likelihood of held-out chips."""
    rows = []
    device = next(flow.parameters()).device
    for name, chips in sources.items():
        images = from_levels(torch.from_numpy(chips[:BATCH]).to(device))
        with torch.inference_mode():
            latents, log_det = flow[name](images)
            error = float((flow[name].inverse(latents) - images).abs().mean())
            bits = float(nats_per_dimension(latents, log_det)) / math.log(2)
        back = [
            np.abs(transfer(flow, made[name, other], other, name).astype(float) - chips).mean()
            for other in flow.domains
            if other != name
        ]
        rows.append((name, len(chips), bits, error, float(np.max(back))))
    columns = ["domain", "chips", "bits_per_pixel", "round_trip_error", "round_trip_8bit_grey"]
    return pd.DataFrame(rows, columns=columns)
