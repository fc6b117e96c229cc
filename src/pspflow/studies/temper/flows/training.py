"""What a training of flows is made of: its data, discriminators, topology and measures."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

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
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.flows.score import GAP, NEGATIVE
from pspflow.studies.temper.flows.splits import chips_that_train
from pspflow.studies.temper.flows.trained import transfer
from pspflow.studies.temper.flows.training_options import (
    ChosenEpoch,
    FlowTraining,
    Regularisation,
)
from pspflow.studies.temper.pinet.network import trained_pinet
from pspflow.training.flows.transfer import DomainData, Settings
from pspflow.training.gather import ChipGather

VALIDATION_CHIPS_PER_SPECIMEN = 20
BATCH = 256
"""Chips that are processed together."""
LEAST_SPREAD = 0.05
"""Least deviation by which a pixel of persistence images is divided, over the largest deviation:
without it, pixels with hardly any pairs would dominate what a discriminator sees."""
NO_SPREAD = 1e-6
"""In place of the deviation of images that are all equal."""
LEFT_OUT = 1e-3
"""Share of a domain's training pixels below its limits, and of those above: hot pixels do not set
them."""


def arguments_of(data: Mapping[str, DomainData], options: FlowTraining) -> dict[str, Any]:
    """Return the arguments of the flows, ready for JSON."""
    glow = options.architecture == "glow"
    arguments: dict[str, Any] = {
        "domains": list(data),
        "architecture": options.architecture,
        "size_px": next(iter(data.values())).chips.size,
        "width": options.width,
        **({"couplings": options.couplings} if glow else {"blocks": options.blocks}),
    }
    if options.scaling == "domain":
        arguments["limits"] = [_limits(each.chips) for each in data.values()]
        arguments["tails"] = True
    return arguments


def _limits(chips: ChipGather) -> tuple[float, float]:
    """Return the ends of the grey levels of training chips, in image space, without hot pixels."""
    counts = torch.zeros(LEVELS, dtype=torch.int64)
    for at in torch.split(torch.arange(len(chips)), BATCH):  # all at once may not fit in memory
        counts += torch.bincount(chips(at).flatten().long().cpu(), minlength=LEVELS)
    tail = LEFT_OUT * int(counts.sum())
    low = int((counts.cumsum(0) <= tail).sum())
    high = LEVELS - 1 - int((counts.flip(0).cumsum(0) <= tail).sum())
    return low / LEVELS, (high + 1) / LEVELS


def settings_of(options: FlowTraining, regularisation: Regularisation) -> Settings:
    """Return the settings of a training; without regularisation topology has no weight."""
    weight = 0.0 if regularisation == "none" else getattr(options.topology_weight, regularisation)
    same = {
        f.name: getattr(options, f.name) for f in fields(Settings) if f.name != "topology_weight"
    }
    return Settings(**same, topology_weight=weight)


class _Scaled(nn.Module):
    """A map of grey levels: its input or its output is divided by a number."""

    def __init__(self, net: nn.Module, before: float, after: float) -> None:
        super().__init__()
        self.net, self.before, self.after = net, before, after

    def forward(self, grey: Tensor) -> Tensor:
        images: Tensor = self.net(grey / self.before) / self.after
        return images


class _Clipped(nn.Module):
    """A map of the grey levels 0 to 255, beyond which flows in training reach now and then."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, grey: Tensor) -> Tensor:
        images: Tensor = self.net(grey.clamp(0, LEVELS - 1))
        return images


def learned_topology(pinet: Path) -> nn.Module:
    """Return PI-Net as a map of grey levels to persistence images as the study stores them."""
    return _Scaled(trained_pinet(pinet).requires_grad_(False), LEVELS - 1, 1)


def exact_topology(imaging: Imaging) -> nn.Module:
    """Return the exact layer as a map of grey levels to persistence images as stored."""
    from pspflow.topology import PersistenceImageLayer  # noqa: PLC0415 - compiled kernels

    layer = PersistenceImageLayer(
        imaging.resolution,
        imaging.birth_range,
        imaging.persistence_range,
        imaging.sigma,
        imaging.weight,
        imaging.convention,
        imaging.infinite_death,
    )
    return _Scaled(
        _Clipped(layer), 1, imaging.unit_persistence if imaging.weight == "persistence" else 1
    )


def domain_data(
    domain: str,
    rows: pd.DataFrame,
    store: Micrographs,
    topology: nn.Module | None,
    exact: np.ndarray | None,
    options: FlowTraining,
) -> DomainData:
    """Collect the training chips of a domain, and make its discriminators.

    `exact` are the persistence images of all chips, (n, 2, resolution, resolution).
    """
    here = chips_that_train(rows, domain, paired=options.paired)
    chips = ChipGather.of(store, rows.iloc[here])
    some = from_levels(chips(torch.arange(0, len(chips), 1 + len(chips) // BATCH)))
    # the paper's discriminators see images from -1 to 1
    mean, scale = (some.mean(), some.std()) if options.standardise else (torch.tensor(0.5),) * 2
    discriminator = Standardised(PatchDiscriminator(options.discriminator), mean, scale)
    if topology is None:
        return DomainData(chips, discriminator)
    if exact is not None:
        images = torch.from_numpy(exact[here]).float()
    else:
        images = _images_of(topology, chips)
    net: nn.Module = PersistenceDiscriminator(images.shape[-1], squash=options.standardise_topology)
    if options.standardise_topology:
        spread = images.std(dim=0)
        spread = spread.clamp(min=max(LEAST_SPREAD * float(spread.max()), NO_SPREAD))
        net = Standardised(net, images.mean(dim=0), spread)
    return DomainData(chips, discriminator, images, net)


def _images_of(topology: nn.Module, chips: ChipGather) -> Tensor:
    """Return PI-Net's images of real chips, so that its errors do not reveal synthetic chips."""
    device = next(topology.parameters()).device
    made = []
    positions = torch.split(torch.arange(len(chips)), BATCH)
    for at in progress(positions, len(chips), "PI-Net on training chips", "chip", len):
        with torch.inference_mode():
            made.append(topology(chips(at)[:, None].to(device).float()).cpu())
    return torch.cat(made)


def validation_of(
    rows: pd.DataFrame,
    store: Micrographs,
    domains: list[str],
    seed: int,
    chosen_epoch: ChosenEpoch = "nearest",
) -> Callable[[MultiDomainFlow], dict[str, float]]:
    """Return a function that measures an epoch on validation chips, `SCORES` among the measures."""
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
        measures = {"snr_db": float(np.mean(ratios)), GAP: float(np.mean(gaps))}
        if chosen_epoch == "highest":
            measures[NEGATIVE] = -measures["snr_db"]
        return measures

    return measure
