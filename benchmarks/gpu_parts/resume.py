"""A training that is stopped and goes on ends as an unbroken one, on this device."""

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from gpu_parts.composite import SMALL, network_training
from gpu_parts.frame import Case, Check, Found, Part, Run
from gpu_parts.prepared import SEED, prepared
from pspflow.models.discriminators import PatchDiscriminator, PersistenceDiscriminator
from pspflow.models.multiflow import MultiDomainFlow
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.topology import PersistenceImageLayer
from pspflow.training.data import Pairs
from pspflow.training.flows.transfer import DomainData, Settings, TransferTraining
from pspflow.training.gather import ChipGather
from pspflow.training.loop import Trainable, train

EPOCHS, STEPS, BATCH = 3, 4, 8
WHERE_STOPPED = EPOCHS // 2, STEPS // 2
"""Epoch and step, from 0, in which a training is stopped."""
SCORE = "validation_loss"
DOMAINS = ("as_extruded", "t5", "t6")
TOLERANCE = 5e-3
"""Of trainings of flows, in which sums have no fixed order on a GPU: the difference of their
weights over the way that these went. On a CPU, other rounding made a difference of 3e-5, and a
resume that forgot the pools of earlier images, its slightest fault, one of 0.02 to 0.04."""

Tensors = dict[str, Tensor]


class Stopped(BaseException):
    """The process is killed: no handler of ordinary errors sees it."""


def measure(run: Run) -> Iterator[Found]:
    """Break a training of a composite network, then one of the flows."""
    with prepared():
        whole, broken, took = _broken(run, partial(_composite, run))
    yield Case("network `mixture`", {"epochs": EPOCHS, "s of three trainings": took})
    names = [name for name, each in whole.items() if each.is_floating_point()]
    largest = max(float((whole[name] - broken[name]).abs().max()) for name in names)
    yield Check("network `mixture`: largest difference of a weight, resumed", largest, 0.0)
    with prepared(deterministic=False):
        start = {name: each.cpu().clone() for name, each in _flows(run).weights().items()}
        whole, broken, took = _broken(run, partial(_flows, run))
        again, _ = _trained(_flows(run))
    yield Case("flows, `exact`", {"epochs": EPOCHS, "s of three trainings": took})
    way = _distance(whole, start)
    for name, other in (("unbroken again", again), ("resumed", broken)):
        said = f"flows, `exact`: difference of weights over their way, {name}"
        yield Check(said, _distance(whole, other) / way, TOLERANCE)


def _broken(run: Run, start: Callable[[], Trainable]) -> tuple[Tensors, Tensors, float]:
    """Train without a break, then with one; return both weights, and the seconds of it all."""
    started = time.perf_counter()
    whole, _ = _trained(start())
    with tempfile.TemporaryDirectory() as folder:
        try:
            _trained(_stopping(start()), Path(folder))
        except Stopped:
            broken, epochs = _trained(start(), Path(folder))
        else:
            raise RuntimeError("the training was not stopped")
    assert epochs == EPOCHS
    run.wait()
    return whole, broken, time.perf_counter() - started


def _trained(trainable: Trainable, folder: Path | None = None) -> tuple[Tensors, int]:
    """Train; return the weights of the last epoch, and how many there were."""
    with tempfile.TemporaryDirectory() as own:
        last = {"score": SCORE, "eligible_from": EPOCHS - 1}
        history, weights = train(trainable, EPOCHS, folder or Path(own), **last)
    return weights, len(history)


def _stopping(trainable: Trainable) -> Trainable:
    """Let a training stop in the middle of an epoch, as a kill would."""
    begin, step, epoch = trainable.begin_epoch, trainable.step, [0]

    def begin_epoch(number: int) -> int:
        epoch[0] = number
        return begin(number)

    def stop(index: int) -> Tensors:
        if (epoch[0], index) == WHERE_STOPPED:
            raise Stopped
        return step(index)

    trainable.begin_epoch, trainable.step = begin_epoch, stop  # type: ignore[method-assign]
    return trainable


def _distance(one: Tensors, other: Tensors) -> float:
    """Return the root of the sum of squared differences of weights."""
    names = [name for name, each in one.items() if each.is_floating_point()]
    squares = [(one[name].double() - other[name].double()).square().sum() for name in names]
    return float(torch.stack(squares).sum().sqrt())


def _composite(run: Run) -> Trainable:
    """Start the training of a network; always from the same weights."""
    edge = 9 if run.small else 21
    small = SMALL if run.small else {"batch_size": BATCH, "max_epochs": {"all": EPOCHS}}
    rng = np.random.default_rng(SEED)
    fractions = rng.uniform(0.3, 0.7, STEPS * BATCH)
    phases = torch.from_numpy(
        np.stack([simulate_composite(edge, (2, 1, 1), share, rng) for share in fractions])
    )
    pairs = Pairs(phases, torch.from_numpy(100 * fractions[:, None].repeat(6, 1)).float())
    torch.manual_seed(SEED)
    options = NetworkOptions.model_validate({**small, "batch_size": BATCH})
    data = {"train": pairs, "validation": pairs}
    return network_training("mixture", data, options, run.device)[1]


def _flows(run: Run) -> TransferTraining:
    """Start the training of small flows on micrographs of noise; always from the same weights."""
    edge = 16 if run.small else 32
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    data = {}
    for number, name in enumerate(DOMAINS):
        image = rng.normal(85 + 20 * number, 6, (4 * edge, 4 * edge)).astype(np.uint8)
        starts = rng.integers(0, 3 * edge, (64, 2))
        chips = pd.DataFrame({"row": starts[:, 0], "column": starts[:, 1], "flip": False})
        chips = chips.assign(size_px=edge, micrograph=name)
        data[name] = DomainData(
            ChipGather.of({name: image}, chips),
            PatchDiscriminator((8, 16)),
            torch.rand(64, 2, 10, 10),
            PersistenceDiscriminator(),
        )
    # RealNVP amplifies rounding within these steps to percents, in which no fault would be seen
    flow = MultiDomainFlow(DOMAINS, "glow", edge, width=8, couplings=2)
    settings = Settings(
        epochs=EPOCHS,
        steps_per_epoch=STEPS,
        batch_size=BATCH,
        learning_rate=1e-3,
        betas=(0.5, 0.99),
        weight_decay=0.0,
        constant_share=0.5,
        likelihood_share=0.0,
        likelihood_weight=2.0,
        topology_weight=0.5,
        topology_share=None,
        gradient_clip=5.0,
        average=0.9,
        pool_size=50,
    )
    topology = PersistenceImageLayer(10, (0, 255), (0, 255), 12.75)
    return TransferTraining(
        flow, data, topology, lambda _: {SCORE: 0.0}, settings, SEED, run.device
    )


PART = Part(
    "A training that was stopped goes on",
    f"Trainings of {EPOCHS} epochs, stopped as by a kill in the middle of the second and started "
    "again, beside unbroken ones. A composite network's training is reproducible on a GPU: its "
    "weights have to be the same, bit by bit. The flows' is not restricted to reproducible "
    "operations: two unbroken trainings differ as well, and a stopped one may differ as little, "
    f"{TOLERANCE} of the way that the weights went in the training.",
    0.7,
    measure,
)
