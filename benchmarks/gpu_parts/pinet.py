"""PI-Net of the printed size, beside the exact kernel on the CPU cores of the same machine."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import torch
from persistence import make_chips

from gpu_parts.frame import Case, Found, Part, Run
from gpu_parts.prepared import SEED, prepared
from pspflow.models.pinet import HEADS, PAPER_CHANNELS, Head, PINet
from pspflow.studies.temper.pinet.network import GreyPINet
from pspflow.topology import persistence_images
from pspflow.training.data import ChipTargets, in_order, shuffled
from pspflow.training.devices import mixed_precision
from pspflow.training.gather import ChipGather
from pspflow.training.optimisers import Adam
from pspflow.training.regression import Regression
from pspflow.training.supervised import Supervised

CHIPS, BATCH = 512, 128
PREDICTIONS, EPOCHS = 20, 3
"""Batches that are predicted, and epochs that are trained, to be timed."""
SMALL_CHIPS, SMALL_BATCH, SMALL_PX, SMALL_CHANNELS = 24, 8, 32, (4, 4, 4, 4)
LEARNING_RATE = 1e-3
TRAINING_COST = 3
"""Operations of a training step over those of a prediction: backward, they are about twice."""


def measure(run: Run) -> Iterator[Found]:
    """Time the kernel, then predictions and training steps of both heads."""
    chips = make_chips(SMALL_CHIPS if run.small else CHIPS)
    batch, channels = BATCH, PAPER_CHANNELS
    if run.small:
        chips, batch = np.ascontiguousarray(chips[:, :SMALL_PX, :SMALL_PX]), SMALL_BATCH
        channels = SMALL_CHANNELS
    cores = len(os.sched_getaffinity(0))
    persistence_images(chips[:2])
    rates = {threads: _kernel(chips, threads) for threads in sorted({1, cores})}
    for threads, (rate, _) in rates.items():
        yield Case(f"exact kernel, {threads} of {cores} CPU cores", {"chips/s": rate})
    exact, images = rates[cores]
    work = _operations(channels, chips.shape[1])
    for place, head in enumerate(HEADS):
        share = run.until(1 / (len(HEADS) - place))
        for mixed in (False, True):
            name = f"{head}, prediction, {'bfloat16' if mixed else 'float32'}"
            part = share.until(0.25)
            yield Case(name, _prediction(part, head, channels, chips[:batch], mixed, work, exact))
        found = _training(share, head, channels, chips, images, batch, work)
        yield Case(f"{head}, training, float32", found)


def _kernel(chips: np.ndarray, threads: int) -> tuple[float, np.ndarray]:
    """Return the chips/s of the exact kernel in so many threads, and its images."""
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(persistence_images, np.array_split(chips, 4 * threads)))
    return len(chips) / (time.perf_counter() - started), np.concatenate(parts)


def _prediction(
    run: Run,
    head: Head,
    channels: Sequence[int],
    chips: np.ndarray,
    mixed: bool,
    work: float,
    exact: float,
) -> dict[str, float]:
    """Time predictions of chips that lie on the device."""
    net = GreyPINet(PINet(head, channels)).eval().to(run.device)
    given = torch.from_numpy(chips).to(run.device)
    run.peak_gb()
    with torch.inference_mode(), mixed_precision(run.device, mixed):
        rate = len(given) / run.seconds(lambda: net(given), PREDICTIONS, warm=3)
    return {**_speed(run, rate, work), "over the kernel on all cores": rate / exact}


def _training(
    run: Run,
    head: Head,
    channels: Sequence[int],
    chips: np.ndarray,
    images: np.ndarray,
    batch: int,
    work: float,
) -> dict[str, float]:
    """Time training steps as the stage takes them: whole batches of the first epoch, again."""
    run.peak_gb()
    with prepared():
        targets = images.astype(np.float32)
        table = pd.DataFrame({"row": 0, "column": 0, "flip": False}, index=range(len(chips)))
        table["size_px"] = chips.shape[1]
        data = ChipTargets(ChipGather(list(chips), table, np.arange(len(chips))), targets)
        net = GreyPINet(PINet(head, channels))
        spread = torch.from_numpy(targets.std(axis=(0, 2, 3)))[:, None, None].to(run.device)
        optimiser = Adam(net.parameters(), lr=LEARNING_RATE)
        batches = (shuffled(data, batch, SEED), in_order(data, batch))
        training = Supervised(
            net.net, Regression(net, spread), optimiser, *batches, device=run.device
        )
        steps = training.begin_epoch(0)

        def epoch() -> None:
            for index in range(steps):
                training.step(index)

        rate = len(chips) / run.seconds(epoch, EPOCHS)
    return _speed(run, rate, TRAINING_COST * work)


def _speed(run: Run, rate: float, operations: float) -> dict[str, float]:
    return {
        "chips/s": rate,
        "TFLOP/s": rate * operations / 1e12,
        "memory, GB": run.peak_gb(),
    }


def _operations(channels: Sequence[int], edge: int) -> float:
    """Return the floating-point operations of the convolutions of a chip, sums and products."""
    pairs = zip((1, *channels), channels, strict=False)
    return 2.0 * 9 * edge**2 * sum(before * after for before, after in pairs)


PART = Part(
    "PI-Net of the printed size",
    "Both readings of the paper's last layers, on chips of 128 pixels that lie on the GPU, in "
    "batches of 128, beside the exact kernel on the CPU cores of the same machine. A chip costs "
    "33.9 GFLOP, and a training step about three times as much, from which TFLOP/s follow. "
    "Trainings are in float32 and reproducible, as in the stage; bfloat16 is not an option of it, "
    "but says what predictions could gain. The paper's 437,000 chips in several minutes are at "
    "least 1,000 chips/s.",
    0.7,
    measure,
)
