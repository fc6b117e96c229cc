"""Training steps of the paper's flows: three domains, RealNVP on chips of 128 pixels."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
from flow import DOMAINS, PAPER, training
from torch.utils.flop_counter import FlopCounterMode

from gpu_parts.frame import Case, Check, Found, Part, Run
from pspflow.models.discriminators import PAPER_WIDTHS
from pspflow.models.multiflow import MultiDomainFlow, to_grey
from pspflow.models.pinet import PAPER_CHANNELS
from pspflow.topology import PersistenceImageLayer
from pspflow.training.flows.passes import FlowPass
from pspflow.training.flows.transfer import TransferTraining

SMALL: dict[str, Any] = {"size_px": 16, "architecture": "realnvp", "width": 4, "blocks": 1}
BATCH, SMALL_BATCH = 8, 2
STEPS, WARM = 12, 3
PAPER_RATE, WANTED_RATE = 303, 1200
"""Chips/s: 437,000 in 30 epochs in 12 hours (section 3.4), and what we would like to reach."""
KINDS = ("none", "exact", "pinet")
COMPARED_STEPS = 2
FIRST, LATER = 1e-5, 1e-3
"""Largest relative difference of the losses in the first step, and after Adam's first: where a
gradient is near 0, its sign is one of rounding, and Adam makes a whole step of it. From the third
step on, differences come to percents. Compiled flows round otherwise forward too, and are compared
in the first step alone: weights that differ by 6e-8 change these flows' first gradient by 4 %."""


def measure(run: Run) -> Iterator[Found]:
    """Yield every regularisation in bfloat16, and the same steps without captured graphs."""
    yield _work(run)
    took: dict[str, float] = {}
    for kind, started, case in _kinds(run.until(0.8), "bfloat16", took):
        yield case
        if kind == "exact":
            yield _topology(run.until(0.2), started, took)
        del started
    with torch.compiler.set_stance("force_eager"):
        plain = _training(run, "none", "bfloat16", captured=False)
        yield _rate(run, plain, "none, bfloat16, neither compiled nor captured")[1]


def measure_float32(run: Run) -> Iterator[Found]:
    """Yield every regularisation in float32, and whether captured steps compute the same."""
    for _, started, case in _kinds(run.until(0.7), "float32", {}):
        yield case
        del started
    yield from _compared(run)


def _kinds(
    run: Run, precision: str, took: dict[str, float]
) -> Iterator[tuple[str, TransferTraining, Case]]:
    """Measure every regularisation; note the seconds of a step of each."""
    for at, kind in enumerate(KINDS):
        part = run.until(1 / (len(KINDS) - at))
        started = _training(part, kind, precision)
        took[kind], case = _rate(part, started, f"{kind}, {precision}")
        yield kind, started, case
        del started


def _training(run: Run, kind: str, precision: str, *, captured: bool = True) -> TransferTraining:
    torch.manual_seed(0)
    if run.device.type == "cuda":
        torch.cuda.empty_cache()
    run.peak_gb()
    size, widths, channels = PAPER, PAPER_WIDTHS, PAPER_CHANNELS
    if run.small:
        size, widths, channels = SMALL, (4, 4), (2, 2, 2, 2)
    batch = SMALL_BATCH if run.small else BATCH
    started = training(kind, run.device, size, widths, channels, batch)
    started.mixed = started.passes.mixed = precision == "bfloat16"
    started.passes.captured = captured
    started.begin_epoch(0)
    return started


def _rate(run: Run, started: TransferTraining, name: str) -> tuple[float, Case]:
    seconds = run.seconds(lambda: started.step(0), 1 if run.small else STEPS, WARM)
    chips = len(DOMAINS) * started.settings.batch_size
    work = chips * _gigaflops(small=run.small) / 1000
    values = {
        "chips/s": chips / seconds,
        "ms a step": 1000 * seconds,
        "TFLOP/s of the flows": work / seconds,
        "GPU memory, GB": run.peak_gb(),
    }
    return seconds, Case(name, values)


def _topology(run: Run, started: TransferTraining, took: dict[str, float]) -> Case:
    """Measure the exact layer alone, on what the flows make, and the pairing in it."""
    layer = PersistenceImageLayer(10, (0, 255), (0, 255), 12.75).to(run.device)
    real = {name: started._dequantised(name, started.order[name][0]) for name in started.data}
    fake = started.passes(list(real.values()), transfers=True).fake
    grey = to_grey(torch.cat(fake)).detach().float().clamp(0, 255).requires_grad_()
    levels = grey[:, 0].detach().round().to(torch.uint8)

    def both() -> None:
        layer(grey).sum().backward()

    repeats = 2 if run.small else STEPS
    pairing = run.seconds(lambda: list(layer._pair(levels)), repeats)
    alone = run.seconds(both, repeats)
    values = {
        "ms pairing on the CPU": 1000 * pairing,
        "pairing, share of a step": pairing / took["exact"],
        "ms the layer alone, forward and backward": 1000 * alone,
        "ms it adds to a step": 1000 * (took["exact"] - took["none"]),
    }
    return Case("the exact layer, on the chips of a step", values)


def _work(run: Run) -> Case:
    gigaflops = _gigaflops(small=run.small)
    values = {
        "GFLOP a chip": gigaflops,
        f"TFLOP/s at the paper's {PAPER_RATE} chips/s": gigaflops * PAPER_RATE / 1000,
        f"TFLOP/s at {WANTED_RATE} chips/s": gigaflops * WANTED_RATE / 1000,
    }
    return Case("work of the flows' convolutions in a step", values)


@cache
def _gigaflops(*, small: bool) -> float:
    """Count a chip's share of a pass of all flows, forward and backward; nothing is computed."""
    size = SMALL if small else PAPER
    flow = MultiDomainFlow(DOMAINS, **size).to("meta")
    images = [torch.rand(2, 1, *[int(size["size_px"])] * 2, device="meta") for _ in DOMAINS]
    with FlopCounterMode(display=False) as counter:
        torch.cat(
            [each.flatten() for each in FlowPass(flow, DOMAINS, True)(*images)]
        ).sum().backward()
    return counter.get_total_flops() / (2 * len(DOMAINS)) / 1e9


def _compared(run: Run) -> Iterator[Check]:
    """Compare the losses with those of the plain computation, in single precision."""
    plain = _losses(run, captured=False, compiled=False)
    captured = _losses(run, captured=True, compiled=False)
    both = _losses(run, captured=True, compiled=True)[:1]
    for name, found in (("captured", captured), ("compiled and captured", both)):
        for step, (losses, expected) in enumerate(zip(found, plain, strict=False)):
            difference = max(abs(losses[each] / expected[each] - 1) for each in expected)
            said = f"losses of step {step + 1}, {name} against plain, float32"
            yield Check(said, difference, FIRST if step == 0 else LATER)


def _losses(run: Run, *, captured: bool, compiled: bool) -> list[dict[str, float]]:
    """Return the losses of the first steps."""
    with torch.compiler.set_stance("default" if compiled else "force_eager"):
        started = _training(run, "none", "float32", captured=captured)
        return [
            {name: float(loss) for name, loss in started.step(step).items()}
            for step in range(COMPARED_STEPS)
        ]


NOTE = f"""\
Three RealNVPs of width 64, chips of 128 pixels, batches of 8 a domain; a step is one of the flows
and one of the discriminators. In a step a chip passes through the flow of its domain and, as a
latent, back through those of both others: three passes, forward and backward. On a GPU the
conditioners are compiled and the pass of all flows is captured as a graph.

The paper's 437,000 chips, 30 epochs and 12 hours on an A100 are {PAPER_RATE} chips/s; we aimed at
{WANTED_RATE}. The peak of an A100 is 156 TFLOP/s in TF32 and 312 in bfloat16, that of an H100 or
H200 67 in float32 and 989 in bfloat16. At this width the aim is out of reach on one card, and the
paper's rate would take more than an A100 has in TF32: its network or its epoch was probably
smaller than we read."""

FLOAT32_NOTE = """\
The same steps in float32, of which a card of today has a tenth of its bfloat16, and the losses of
captured and compiled steps beside those of plain ones."""

PART = Part("Flows at the paper's size", NOTE, 1.5, measure)
FLOAT32 = Part("Flows at the paper's size, in float32", FLOAT32_NOTE, 2.2, measure_float32)
