"""Stage: held-out chips are transferred, and chips are drawn from noise."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import write_table
from pspflow.logs import progress
from pspflow.microstructure.loader import cut_chips
from pspflow.models.multiflow import (
    MultiDomainFlow,
    directions,
    from_levels,
    nats_per_dimension,
    to_levels,
)
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore, Weights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.temper.flows.trained import batch_size, load_flow, transfer
from pspflow.studies.temper.transfer.draws import held_out
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.synthetic import put_synthetic
from pspflow.training.memory import keep_freed_memory

SAMPLES = 48
"""Chips of every domain that are drawn from noise."""


@stage
def chips(
    *,
    weights: Weights,
    micrographs: MicrographStore,
    chips: ChipTable,
    synthetic: Path,
    checks: Path,
    options: TransferOptions = TransferOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Transfer held-out chips in every direction, and draw chips of every domain from noise.

    Parameters
    ----------
    synthetic
        Zarr store to write: the synthetic chips, and the chips that they come from.
    checks
        Parquet table to write: for each domain, the likelihood and the error of a transfer to
        another domain and back.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    rows, store = read_chips(chips), Micrographs(micrographs)
    flow = load_flow(weights, device)
    drawn = held_out(rows, options.chips_per_specimen, seed)
    sources = {name: cut_chips(store, rows.iloc[at]) for name, at in drawn.items()}
    ways = directions(flow.domains)
    made = {
        (a, b): transfer(flow, sources[a], a, b)
        for a, b in progress(ways, len(ways), "transfers", "direction")
    }
    draws = torch.Generator().manual_seed(int(generator(seed, "samples").integers(2**62)))
    samples = {
        name: to_levels(flow.sample(name, SAMPLES, draws)).cpu().numpy() for name in flow.domains
    }
    write_table(checks, _checks(flow, sources, made, draws), origin)
    put_synthetic(synthetic, chips, drawn, made, samples, origin)


def _checks(
    flow: MultiDomainFlow,
    sources: Mapping[str, np.ndarray],
    made: Mapping[tuple[str, str], np.ndarray],
    draws: torch.Generator,
) -> pd.DataFrame:
    """Tabulate the likelihood of held-out chips, and the errors of a transfer and back."""
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
    """Return bits per pixel of dequantised chips, and the mean error of a way to z and back."""
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
