"""Training steps of the flows: what topological regularisation costs, at two sizes.

Prints JSON. A step is one of all domains' flows and one of their discriminators, on chips of noise:
what the chips show does not matter to the speed, but that they hold persistence pairs does.
"""

import json
import time
from functools import partial

import numpy as np
import pandas as pd
import torch
from torch.profiler import ProfilerActivity, profile

from pspflow.models.discriminators import (
    PAPER_WIDTHS,
    PatchDiscriminator,
    PersistenceDiscriminator,
)
from pspflow.models.multiflow import MultiDomainFlow
from pspflow.models.pinet import PAPER_CHANNELS, PINet
from pspflow.studies.shared.persistence.imaging import Imaging
from pspflow.studies.temper.flows.training import exact_topology
from pspflow.training.devices import using
from pspflow.training.flows.transfer import DomainData, Settings, TransferTraining
from pspflow.training.gather import ChipGather
from pspflow.training.memory import keep_freed_memory

DOMAINS = ("as_extruded", "t5", "t6")
GPU = torch.cuda.is_available()
THREADS = 2
PAPER_CHIPS_PER_S = 437_000 * 30 / (12 * 3600)
GRID = Imaging(birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=255)
DEMO = {"size_px": 32, "architecture": "glow", "width": 32, "couplings": 4}
PAPER = {"size_px": 128, "architecture": "realnvp", "width": 64, "blocks": 4}


def training(
    regularisation: str,
    device: torch.device,
    size: dict[str, object],
    widths: tuple[int, ...],
    channels: tuple[int, ...],
    batch: int,
) -> TransferTraining:
    """Set up a training on micrographs of noise."""
    edge = int(size["size_px"])
    rng = np.random.default_rng(0)
    topology = None
    if regularisation == "exact":
        topology = exact_topology(GRID)
    elif regularisation == "pinet":
        topology = PINet("pooled", channels)
    data = {}
    for name in DOMAINS:
        image = rng.normal(85, 6, (4 * edge, 4 * edge)).astype(np.uint8)
        starts = rng.integers(0, 3 * edge, (64, 2))
        chips = pd.DataFrame({"row": starts[:, 0], "column": starts[:, 1]})
        chips = chips.assign(size_px=edge, flip=False, micrograph=name)
        discriminator = PatchDiscriminator(widths)
        each = {"chips": ChipGather.of({name: image}, chips), "discriminator": discriminator}
        if topology is not None:
            each |= {
                "persistence": torch.rand(64, 2, 10, 10),
                "topology_discriminator": PersistenceDiscriminator(),
            }
        data[name] = DomainData(**each)
    flow = MultiDomainFlow(DOMAINS, **size)
    settings = Settings(
        1, 100, batch, 1e-3, (0.5, 0.99), 0.0, 0.5, 0.0, 2.0, 0.5, None, 5.0, 0.995, 50
    )
    return TransferTraining(flow, data, topology, lambda _: {}, settings, 0, device)


def seconds_a_step(trained: TransferTraining, steps: int, warm: int) -> float:
    """Time steps after some that are not counted."""
    trained.begin_epoch(0)
    started = time.perf_counter()
    for index in range(warm + steps):
        if index == warm:
            _wait()
            started = time.perf_counter()
        trained.step(index)
    _wait()
    return (time.perf_counter() - started) / steps


def _wait() -> None:
    if GPU:
        torch.cuda.synchronize()


def shares(started: TransferTraining) -> dict[str, float]:
    """Profile one step: shares of its CPU time."""
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        started.step(90)
    events = {event.key: event.self_cpu_time_total for event in profiled.key_averages()}
    total = sum(events.values())
    kinds = {
        "convolutions": ("convolution",),
        "persistence images": ("_LevelImages",),
        "optimisers": ("Optimizer", "_foreach"),
    }
    found = {
        kind: sum(time for key, time in events.items() if any(name in key for name in names))
        for kind, names in kinds.items()
    }
    return {f"{kind}, share of a step": time / total for kind, time in found.items()}


def main() -> None:
    """Measure every regularisation at the demo's size, and at the paper's."""
    with using("auto", THREADS) as device:
        measure(device)


def measure(device: torch.device) -> None:
    """Print the record."""
    torch.set_num_threads(THREADS)
    keep_freed_memory()
    torch.manual_seed(0)
    sizes = {
        "demo": partial(training, size=DEMO, widths=(16, 32, 64), channels=(8, 8, 8, 8), batch=16),
        # on a CPU a step of the paper's 8 chips a domain takes minutes
        "paper": partial(
            training,
            size=PAPER,
            widths=PAPER_WIDTHS,
            channels=PAPER_CHANNELS,
            batch=8 if GPU else 1,
        ),
    }
    cases, ratios = {}, {}
    for name, make in sizes.items():
        long = name == "demo" or GPU
        took = {}
        for kind in ("none", "exact", "pinet"):
            started = make(kind, device)
            took[kind] = seconds_a_step(started, 20 if long else 1, 5 if long else 1)
            chips = len(DOMAINS) * started.settings.batch_size
            cases[f"{name}, {kind}"] = {
                "ms_a_step": 1000 * took[kind],
                "chips_per_s": chips / took[kind],
                **(shares(started) if name == "demo" and not GPU else {}),
            }
        for kind in ("exact", "pinet"):
            ratios[f"{name}: {kind} over none"] = took[kind] / took["none"]
    ratios["chips/s of the paper's model, with PI-Net, over the paper's 303 on an A100"] = (
        cases["paper, pinet"]["chips_per_s"] / PAPER_CHIPS_PER_S
    )
    name = torch.cuda.get_device_name(device) if GPU else f"CPU, {THREADS} threads"
    print(
        json.dumps(
            {
                "title": f"Training steps of three flows ({name})",
                "cases": cases,
                "ratios": ratios,
                "note": "Demo: chips of 32 pixels, batches of 16 a domain, the flow that squeezes "
                "first. Paper: chips of 128 pixels, RealNVP, and its PI-Net as printed, batches of "
                f"{8 if GPU else 1} a domain (8 in the paper). The paper's 303 chips/s are 437,000 "
                "chips in 30 epochs in 12 hours.",
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
