"""The steel paper's networks at its sizes: training, encoding, and drawing maps of codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gpu_parts.frame import Case, Check, Found, Part, Run
from gpu_parts.prepared import SEED, prepared
from pspflow.models.steel.pixelcnn import PixelCNN, log_likelihood
from pspflow.models.steel.sampling import naive, sample
from pspflow.models.steel.vqvae import VQVAE
from pspflow.seeds import generator
from pspflow.studies.steel.codes.losses import CodeLoss
from pspflow.studies.steel.codes.trained import TrainedCodes
from pspflow.studies.steel.codes.training import CodeTraining
from pspflow.studies.steel.prior.stages.train import CrossEntropy
from pspflow.training.data import Pairs, in_order, shuffled
from pspflow.training.optimisers import Adam
from pspflow.training.supervised import Supervised


class Sizes(NamedTuple):
    """What is measured."""

    vqvae: dict[str, Any]
    pixelcnn: dict[str, int]
    chip_px: int
    chips: int
    """Chips in a batch."""
    maps: int
    """Maps of codes in a batch."""
    drawn: tuple[int, ...]
    """Maps that are drawn together; the smallest number on a CPU and by full recomputation too."""
    steps: int
    warm: int


PAPER = Sizes(
    {"channels": (32, 64, 128), "bottleneck": 32, "code_dim": 128, "codes": 512},
    {"channels": 64, "layers": 15},
    *(128, 256, 128, (64, 256, 1_024), 100, 10),
)
SMALL = Sizes(
    {"channels": (2, 2, 2), "bottleneck": 2, "code_dim": 4, "codes": 8},
    {"channels": 4, "layers": 2},
    *(32, 4, 4, (2, 3), 1, 1),
)
PAPERS_CHIPS, VQVAE_EPOCHS, PIXELCNN_EPOCHS, GENERATED = 52_800, 135, 116, 4_000
"""Section III A: chips with their mirror images, epochs until the losses stop falling, and chips
generated for the tables."""
SAME_LATENTS, SAME_NATS, OTHER_MAPS = 1e-4, 1e-4, 0.05
"""Largest difference of latents over their spread; of nats a code; share of maps of which rounding
may change a code, and with it those that follow."""


def measure(run: Run) -> Iterator[Found]:
    """Measure both networks, compare them with the CPU, and measure one thread of that."""
    sizes = SMALL if run.small else PAPER
    chips = _chips(sizes)
    with prepared():
        vqvae, chip_rate, case = _trained_vqvae(run, sizes, chips)
        yield case
        model = TrainedCodes(vqvae, run.device)
        codes, case = _coded(run, model, chips)
        yield case
        prior, map_rate, case = _trained_prior(run, sizes, codes)
        yield case
        rate = 0.0
        for count in sizes.drawn:
            rate, case = _drawn(run, sizes, prior, count)
            yield case
        _, case = _drawn(run, sizes, prior, sizes.drawn[0], function=naive)
        yield case
        yield _paper(chip_rate, map_rate, rate)
        yield from _compared(run, sizes, prior, codes, model, chips)
        yield from _one_thread(run, sizes, chips, codes)


def _chips(sizes: Sizes) -> np.ndarray:
    """Return two batches of chips of two grey levels and noise, uint8."""
    rng = generator(SEED, "chips of the benchmark")
    coarse = rng.integers(0, 2, (2 * sizes.chips, *[sizes.chip_px // 8] * 2)) * 100 + 70
    whole = coarse.repeat(8, axis=1).repeat(8, axis=2)
    noisy: np.ndarray = (whole + rng.normal(0, 8, whole.shape)).round().clip(0, 255)
    return noisy.astype(np.uint8)


def _trained_vqvae(run: Run, sizes: Sizes, chips: np.ndarray) -> tuple[VQVAE, float, Case]:
    torch.manual_seed(SEED)
    net = VQVAE(**sizes.vqvae)
    data = Pairs(torch.from_numpy(chips), torch.zeros(len(chips), 0))
    training = CodeTraining(
        net.to(run.device),
        CodeLoss(net, 1.0, None, SEED),
        Adam(net.parameters(), lr=1e-3),
        shuffled(data, sizes.chips, SEED),
        in_order(data, sizes.chips),
        run.device,
        seed=SEED,
        data_init=True,
        restart_unused=False,
        continuous_steps=0,
    )
    rate, case = _steps(run, sizes, training, "VQ-VAE", "chips", sizes.chips)
    return net, rate, case


def _trained_prior(run: Run, sizes: Sizes, codes: Tensor) -> tuple[PixelCNN, float, Case]:
    torch.manual_seed(SEED)
    net = PixelCNN(int(sizes.vqvae["codes"]), 1, **sizes.pixelcnn)
    data = Pairs(codes.to(torch.int32), torch.linspace(-1, 1, len(codes))[:, None])
    training = Supervised(
        net,
        CrossEntropy(net),
        Adam(net.parameters(), lr=3e-4),
        shuffled(data, sizes.maps, SEED),
        in_order(data, sizes.maps),
        run.device,
    )
    rate, case = _steps(run, sizes, training, "PixelCNN", "maps", sizes.maps)
    return net, rate, case


def _steps(
    run: Run, sizes: Sizes, training: Supervised, name: str, items: str, batch: int
) -> tuple[float, Case]:
    """Time steps; return items a second."""
    run.peak_gb()
    training.begin_epoch(0)
    slow = run.device.type == "cpu"
    repeats, warm = (1, 0) if slow else (sizes.steps, sizes.warm)
    seconds = run.seconds(lambda: training.step(0), repeats, warm)
    values = {
        "steps/s": 1 / seconds,
        f"{items}/s": batch / seconds,
        "GPU memory, GB": run.peak_gb(),
    }
    return batch / seconds, Case(f"{name}, training, batches of {batch} {items}", values)


def _coded(run: Run, model: TrainedCodes, chips: np.ndarray) -> tuple[Tensor, Case]:
    codes = model.encode(chips)
    encoding = run.seconds(lambda: model.encode(chips), 10)
    decoding = run.seconds(lambda: model.decode(codes), 10)
    values = {"chips/s encoded": len(chips) / encoding, "chips/s decoded": len(chips) / decoding}
    return torch.from_numpy(codes), Case("VQ-VAE, chips to codes and back", values)


def _drawn(
    run: Run, sizes: Sizes, prior: PixelCNN, count: int, function: Any = sample
) -> tuple[float, Case]:
    """Time the drawing of maps; return maps a second."""
    run.peak_gb()
    given = _numbers(run, sizes, count)
    seconds = run.seconds(lambda: function(prior, *given), 3, 0 if function is naive else 1)
    how = "all computed for every code" if function is naive else "with what is known kept"
    values = {"maps/s": count / seconds, "GPU memory, GB": run.peak_gb()}
    return count / seconds, Case(f"PixelCNN, {count} maps drawn together, {how}", values)


def _numbers(run: Run, sizes: Sizes, count: int) -> tuple[Tensor, Tensor]:
    """Return conditions and uniform numbers of maps."""
    edge = sizes.chip_px // 8
    uniforms = generator(SEED, "maps of the benchmark").random((count, edge, edge))
    conditions = torch.linspace(-1, 1, count, device=run.device)[:, None]
    return conditions, torch.from_numpy(uniforms).to(run.device)


def _paper(chip_rate: float, map_rate: float, drawn_rate: float) -> Case:
    values = {
        f"VQ-VAE, min for {VQVAE_EPOCHS} epochs": VQVAE_EPOCHS * PAPERS_CHIPS / chip_rate / 60,
        f"PixelCNN, min for {PIXELCNN_EPOCHS} epochs": PIXELCNN_EPOCHS
        * PAPERS_CHIPS
        / map_rate
        / 60,
        f"s to draw {GENERATED:,} maps": GENERATED / drawn_rate,
    }
    return Case("the paper's trainings at these rates", values)


@torch.inference_mode()
def _compared(
    run: Run,
    sizes: Sizes,
    prior: PixelCNN,
    codes: Tensor,
    model: TrainedCodes,
    chips: np.ndarray,
) -> Iterator[Check]:
    """Compare cached with full drawing on the device, and both networks with the CPU's."""
    given = _numbers(run, sizes, sizes.drawn[0])
    differs = (sample(prior, *given) != naive(prior, *given)).flatten(1).any(dim=1)
    said = "maps that differ, drawn with what is known kept and by full computation"
    yield Check(said, float(differs.float().mean()), OTHER_MAPS)
    few, some = chips[: sizes.drawn[0]], codes[: sizes.drawn[0]]
    latents = model.latents(few)
    conditions = given[0][: len(some)]
    nats = log_likelihood(prior, some.to(run.device), conditions).cpu()
    again = _on_cpu(model, sizes).latents(few)
    difference = np.abs(latents - again).max() / again.std()
    yield Check("latents of the VQ-VAE, against the CPU", float(difference), SAME_LATENTS)
    cpu = PixelCNN(int(sizes.vqvae["codes"]), 1, **sizes.pixelcnn)
    cpu.load_state_dict({name: each.cpu() for name, each in prior.state_dict().items()})
    wanted = log_likelihood(cpu, some, conditions.cpu())
    difference = (nats - wanted).abs().max()
    yield Check("nats of every code by PixelCNN, against the CPU", float(difference), SAME_NATS)


def _on_cpu(model: TrainedCodes, sizes: Sizes) -> TrainedCodes:
    net = VQVAE(**sizes.vqvae)
    net.load_state_dict({name: each.cpu() for name, each in model._net.state_dict().items()})
    return TrainedCodes(net, torch.device("cpu"))


def _one_thread(run: Run, sizes: Sizes, chips: np.ndarray, codes: Tensor) -> Iterator[Case]:
    """Measure a step of both trainings, and drawing, with one thread of the CPU."""
    cpu = Run(torch.device("cpu"), run.small, run.end)
    with _threads(1):
        _, _, case = _trained_vqvae(cpu, sizes, chips)
        yield _renamed(case)
        prior, _, case = _trained_prior(cpu, sizes, codes)
        yield _renamed(case)
        yield _renamed(_drawn(cpu, sizes, prior, sizes.drawn[0])[1])


def _renamed(case: Case) -> Case:
    values = {name: value for name, value in case.values.items() if "GPU" not in name}
    return Case(f"{case.name}, one thread of the CPU", values)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


NOTE = f"""\
VQ-VAE with channels 32, 64 and 128 and 512 codes of length 128, chips of 128 pixels; PixelCNN with
15 layers of 64 channels, maps of 16 x 16 codes. All in float32, and restricted to operations that
give the same result every time, as the stages are. A step is forward, backward and optimiser, from
data that lie on the device. The paper's {PAPERS_CHIPS:,} chips hold mirror images; its losses
stopped falling after {VQVAE_EPOCHS} and {PIXELCNN_EPOCHS} epochs."""

PART = Part("Steel: VQ-VAE and PixelCNN at the paper's size", NOTE, 1.0, measure)
