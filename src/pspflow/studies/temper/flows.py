"""Stages of the flows: training them, and transferring held-out chips with them."""

import hashlib
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from lightning.fabric import Fabric
from lightning.pytorch import seed_everything
from torch import Tensor, nn

from pspflow.errors import InputError
from pspflow.evaluation.snr import signal_to_noise_db
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.io.tables import write_table
from pspflow.io.weights import load_weights, save_weights
from pspflow.logs import log, progress
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import cut_chips
from pspflow.models.discriminators import (
    PatchDiscriminator,
    PersistenceDiscriminator,
    Standardised,
)
from pspflow.models.multiflow import (
    LEVELS,
    MultiDomainFlow,
    directions,
    from_levels,
    nats_per_dimension,
    to_levels,
)
from pspflow.models.pinet import PINet, parameter_count
from pspflow.seeds import generator
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.options import FlowOptions, Imaging, Regularisation
from pspflow.studies.temper.synthetic import held_out, put_synthetic
from pspflow.topology import PersistenceImageLayer
from pspflow.training.alternating import play
from pspflow.training.gather import ChipGather
from pspflow.training.memory import keep_freed_memory
from pspflow.training.transfer import Rules, Side, TransferGame

BATCH = 256
VALIDATION_CHIPS_PER_SPECIMEN = 20
SAMPLES = 48
LEAST_SPREAD = 0.05
"""Least deviation that a pixel of persistence images is divided by, over the largest: where there
are next to no pairs, a discriminator would otherwise see nothing but rare ones."""
NO_SPREAD = 1e-6
"""In place of the deviation of images that are all equal."""
SCORE = "snr_gap_db"


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
    fabric = _fabric(options)
    topology, inputs = None, {"micrographs": micrographs, "chips": chips}
    if regularisation != "none":
        inputs |= {"persistence": persistence, "grid": grid}
        topology = fabric.to_device(
            _topology(imaging, pinet if regularisation == "pinet" else None)
        )
        inputs |= {"pinet": pinet} if regularisation == "pinet" and pinet else {}
    origin = Provenance.of(f"temper train-flow {regularisation} {replicate}", inputs, options, seed)

    domains = list(dict.fromkeys(rows["domain"]))
    exact = pi.images_of(persistence, chips) if regularisation == "exact" else None
    sides = {name: _side(name, rows, store, topology, exact, options) for name in domains}
    arguments = _arguments(sides, options)
    flow = MultiDomainFlow(**arguments)
    count = parameter_count(flow) // len(domains)
    log.info("%d domains, %d parameters a flow, on %s", len(domains), count, fabric.device)
    game = TransferGame(
        flow,
        sides,
        topology,
        _validation(rows, store, domains, seed),
        _rules(options, regularisation),
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


def load_flow(weights: Path) -> MultiDomainFlow:
    """Load trained flows, ready to transfer, onto the GPU where there is one."""
    tensors, model = load_weights(weights)
    flow = MultiDomainFlow(**model["flow"])
    flow.load_state_dict(tensors)
    return flow.eval().requires_grad_(False).to("cuda" if torch.cuda.is_available() else "cpu")


def transfer(flow: MultiDomainFlow, chips: np.ndarray, source: str, target: str) -> np.ndarray:
    """Transfer chips (n, rows, columns) uint8 of one domain to another, rounded to 8 bits."""
    device = next(flow.parameters()).device
    with torch.inference_mode():
        batches = torch.split(torch.from_numpy(chips), BATCH)
        made = [flow(from_levels(batch.to(device)), source, target) for batch in batches]
    return to_levels(torch.cat(made)).cpu().numpy()


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


def _arguments(sides: Mapping[str, Side], options: FlowOptions) -> dict[str, Any]:
    """Return the arguments of the flows, ready for JSON."""
    glow = options.architecture == "glow"
    arguments: dict[str, Any] = {
        "domains": list(sides),
        "architecture": options.architecture,
        "size_px": next(iter(sides.values())).chips.size,
        "width": options.width,
        **({"couplings": options.couplings} if glow else {"blocks": options.blocks}),
    }
    if options.scaling == "domain":
        arguments["limits"] = [_limits(side.chips) for side in sides.values()]
    return arguments


def _limits(chips: ChipGather) -> tuple[float, float]:
    """Return the ends of the grey levels of training chips, in image space."""
    ends = []
    for at in torch.split(torch.arange(len(chips)), BATCH):  # all at once may not fit in memory
        ends.append(torch.aminmax(chips(at)))
    low, high = min(int(least) for least, _ in ends), max(int(most) for _, most in ends)
    return low / LEVELS, (high + 1) / LEVELS


def _rules(options: FlowOptions, regularisation: Regularisation) -> Rules:
    weight = 0.0 if regularisation == "none" else getattr(options.topology_weight, regularisation)
    same = {f.name: getattr(options, f.name) for f in fields(Rules) if f.name != "topology_weight"}
    return Rules(**same, topology_weight=weight)


def _fabric(options: FlowOptions) -> Fabric:
    gpu = torch.cuda.is_available()
    precision: Literal["bf16-mixed", "32-true"] = "32-true"
    if gpu and options.mixed_precision:
        precision = "bf16-mixed"
    return Fabric(accelerator="cuda" if gpu else "cpu", devices=1, precision=precision)


class _Scaled(nn.Module):
    """A map of grey levels: its input or its output is divided by a number."""

    def __init__(self, net: nn.Module, before: float, after: float) -> None:
        super().__init__()
        self.net, self.before, self.after = net, before, after

    def forward(self, grey: Tensor) -> Tensor:
        images: Tensor = self.net(grey / self.before) / self.after
        return images


def _topology(imaging: Imaging, pinet: Path | None) -> nn.Module:
    """Return what maps grey levels to persistence images as the study stores them."""
    if pinet is not None:
        tensors, model = load_weights(pinet)
        net = PINet(**model)
        net.load_state_dict(tensors)
        return _Scaled(net.eval().requires_grad_(False), LEVELS - 1, 1)
    layer = PersistenceImageLayer(
        imaging.resolution,
        imaging.birth_range,
        imaging.persistence_range,
        imaging.sigma,
        imaging.weight,
        imaging.convention,
        imaging.infinite_death,
    )
    return _Scaled(layer, 1, imaging.unit_persistence if imaging.weight == "persistence" else 1)


def _side(
    domain: str,
    rows: pd.DataFrame,
    store: Micrographs,
    topology: nn.Module | None,
    exact: np.ndarray | None,
    options: FlowOptions,
) -> Side:
    """Gather a domain's training chips, and make its discriminators."""
    here = np.flatnonzero(((rows["domain"] == domain) & (rows["split"] == "train")).to_numpy())
    chips = ChipGather.of(store, rows.iloc[here])
    some = from_levels(chips(torch.arange(0, len(chips), 1 + len(chips) // BATCH)))
    # the paper's discriminators see images from -1 to 1
    mean, scale = (some.mean(), some.std()) if options.standardise else (torch.tensor(0.5),) * 2
    judge = Standardised(PatchDiscriminator(options.discriminator), mean, scale)
    if topology is None:
        return Side(chips, judge)
    if exact is not None:
        images = torch.from_numpy(exact[here]).float()
    else:
        images = _seen_through(topology, chips)
    spread = images.std(dim=0)
    spread = spread.clamp(min=max(LEAST_SPREAD * float(spread.max()), NO_SPREAD))
    net = PersistenceDiscriminator(images.shape[-1])
    return Side(chips, judge, images, Standardised(net, images.mean(dim=0), spread))


def _seen_through(topology: nn.Module, chips: ChipGather) -> Tensor:
    """Return PI-Net's images of real chips, so that its errors tell no discriminator anything."""
    device = next(topology.parameters()).device
    made = []
    positions = torch.split(torch.arange(len(chips)), BATCH)
    for at in progress(positions, len(chips), "PI-Net on training chips", "chip", len):
        with torch.inference_mode():
            made.append(topology(chips(at)[:, None].to(device).float()).cpu())
    return torch.cat(made)


def _validation(
    rows: pd.DataFrame, store: Micrographs, domains: list[str], seed: int
) -> Callable[[MultiDomainFlow], dict[str, float]]:
    """Return the measures of one epoch, all of validation chips."""
    here = np.flatnonzero((rows["split"] == "validation").to_numpy())
    rng = generator(seed, "flow validation")
    few = rows.iloc[here[few_chips(rows.iloc[here], VALIDATION_CHIPS_PER_SPECIMEN, rng)]]
    lacking = sorted(set(domains) - set(few["domain"]))
    if lacking:
        raise InputError(
            f"Domain {lacking[0]!r} has no validation chip, by which the flows' epoch is chosen; "
            "raise temper.split.validation or split by region."
        )
    real = {name: cut_chips(store, few[few["domain"] == name]) for name in domains}
    ratio = {name: float(signal_to_noise_db(chips).mean()) for name, chips in real.items()}

    def measure(flow: MultiDomainFlow) -> dict[str, float]:
        ratios, gaps = [], []
        for a, b in directions(domains):
            synthetic = float(signal_to_noise_db(transfer(flow, real[a], a, b)).mean())
            ratios.append(synthetic)
            gaps.append(abs(synthetic - ratio[b]))
        return {"snr_db": float(np.mean(ratios)), SCORE: float(np.mean(gaps))}

    return measure
