"""What the game of the flows is played with, made from artefacts and options."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from pspflow.errors import InputError
from pspflow.evaluation.snr import signal_to_noise_db
from pspflow.io.imagesets import Micrographs
from pspflow.logs import progress
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import cut_chips
from pspflow.models.discriminators import (
    PatchDiscriminator,
    PersistenceDiscriminator,
    Standardised,
)
from pspflow.models.multiflow import LEVELS, MultiDomainFlow, directions, from_levels
from pspflow.seeds import generator
from pspflow.studies.temper.flow_options import FlowOptions, Regularisation
from pspflow.studies.temper.options import Imaging
from pspflow.studies.temper.surrogate import trained_pinet
from pspflow.studies.temper.synthetic import held_out_split
from pspflow.studies.temper.transfer import transfer
from pspflow.topology import PersistenceImageLayer
from pspflow.training.gather import ChipGather
from pspflow.training.transfer import Rules, Side

VALIDATION_CHIPS_PER_SPECIMEN = 20
BATCH = 256
"""Chips that are looked at together, as pixels."""
LEAST_SPREAD = 0.05
"""Least deviation that a pixel of persistence images is divided by, over the largest: where there
are next to no pairs, a discriminator would otherwise see nothing but rare ones."""
NO_SPREAD = 1e-6
"""In place of the deviation of images that are all equal."""
SCORE = "snr_gap_db"
"""Measure by which an epoch is kept: mean distance, over directions, of the signal-to-noise ratio
of synthetic validation chips from that of real ones. The paper takes the highest ratio; but chips
of too much contrast have more of it than real ones, and blank chips none."""


def check_splits(rows: pd.DataFrame) -> None:
    """Refuse domains without chips to learn from, to choose the epoch by, or to be judged on."""
    for split in ("train", "validation", held_out_split(rows)):
        lacking = set(rows["domain"]) - set(rows.loc[rows["split"] == split, "domain"])
        if lacking:
            raise InputError(
                f"Domain {min(lacking)!r} has no {split} chip, and flows need some of every "
                f"domain; raise temper.split.{split}, add specimens or split by region."
            )


def arguments_of(sides: Mapping[str, Side], options: FlowOptions) -> dict[str, Any]:
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


def rules_of(options: FlowOptions, regularisation: Regularisation) -> Rules:
    """Return how the game is played; without regularisation topology weighs nothing."""
    weight = 0.0 if regularisation == "none" else getattr(options.topology_weight, regularisation)
    same = {f.name: getattr(options, f.name) for f in fields(Rules) if f.name != "topology_weight"}
    return Rules(**same, topology_weight=weight)


def fabric_for(options: FlowOptions) -> Fabric:
    """Return the GPU where there is one, and the precision that the options allow on it."""
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


def learned_topology(pinet: Path) -> nn.Module:
    """Return PI-Net as a map of grey levels to persistence images as the study stores them."""
    return _Scaled(trained_pinet(pinet).requires_grad_(False), LEVELS - 1, 1)


def exact_topology(imaging: Imaging) -> nn.Module:
    """Return the exact layer as a map of grey levels to persistence images as stored."""
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


def side_of(
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


def validation_of(
    rows: pd.DataFrame, store: Micrographs, domains: list[str], seed: int
) -> Callable[[MultiDomainFlow], dict[str, float]]:
    """Return the measures of one epoch, all of validation chips."""
    here = np.flatnonzero((rows["split"] == "validation").to_numpy())
    rng = generator(seed, "flow validation")
    few = rows.iloc[here[few_chips(rows.iloc[here], VALIDATION_CHIPS_PER_SPECIMEN, rng)]]
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
