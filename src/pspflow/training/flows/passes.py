"""One pass of all domains' flows, on a GPU as a captured graph."""

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import cached

from pspflow.models.multiflow import MultiDomainFlow, nats_per_dimension
from pspflow.training.devices import mixed_precision

WARM = 3
"""Runs before a capture, in which libraries choose their algorithms."""


class Passed(NamedTuple):
    """What the flows make of one batch of every domain, in the order of the domains."""

    surprise: tuple[Tensor, ...]
    """Negative log-likelihoods, nats per pixel, means over a batch."""
    fake: tuple[Tensor, ...]
    """Images of each domain from the latents of all others, or nothing."""


class FlowPass(nn.Module):
    """Encode images of every domain and, where wanted, decode the latents of all others.

    Parameters
    ----------
    flow
        The flows, which it shares.
    domains
        Names in the order of the images.
    transfers
        Whether latents are decoded.
    """

    def __init__(self, flow: MultiDomainFlow, domains: Sequence[str], transfers: bool) -> None:
        super().__init__()
        self.flow, self.domains, self.transfers = flow, tuple(domains), transfers

    def forward(self, *images: Tensor) -> tuple[Tensor, ...]:
        """Map images `n x 1 x size x size`, one batch a domain, to the parts of `Passed`."""
        # A GPU normalises weights once for both ways. A CPU does not, and likelihoods come before
        # images: both decide how gradients are rounded, and a CPU's results stay as they were.
        with cached() if images[0].is_cuda else nullcontext():
            encoded = [self.flow[name](x) for name, x in zip(self.domains, images, strict=True)]
            surprise = [nats_per_dimension(*each) for each in encoded]
            latents = [each for each, _ in encoded]
            fake = []
            for at, name in enumerate(self.domains if self.transfers else ()):
                others = torch.cat([*latents[:at], *latents[at + 1 :]])
                fake.append(self.flow[name].inverse(others))
        return (*surprise, *fake)


class FlowPasses:
    """Passes of flows that are called once in every step of a training.

    A step of three flows of the paper's size starts some twenty thousand small kernels, for which a
    GPU waits longer than it computes. On a GPU the pass, forward and backward, is therefore
    captured as a graph when it is first called, and replayed from then on: the same kernels on the
    same numbers. What a call returns is overwritten by the next.

    Parameters
    ----------
    flow
        The flows.
    domains
        Names in the order of the images.
    mixed
        Whether a GPU may compute with bfloat16.

    Attributes
    ----------
    captured
        Whether passes on a GPU are captured; set it to False for the plain computation.
    """

    def __init__(self, flow: MultiDomainFlow, domains: Sequence[str], *, mixed: bool) -> None:
        self.flow, self.domains, self.mixed = flow, tuple(domains), mixed
        self.captured = True
        self._made: FlowPass | None = None

    def __call__(self, images: Sequence[Tensor], transfers: bool) -> Passed:
        """Pass one batch `n x 1 x size x size` a domain; every call has batches of one size."""
        if self._made is None or self._made.transfers != transfers:
            self._made = None  # a graph holds the memory of all activations
            made = FlowPass(self.flow, self.domains, transfers)
            if images[0].is_cuda and self.captured:
                _capture(made, images, self.mixed)
            self._made = made
        out = self._made(*images)
        count = len(self.domains)
        return Passed(out[:count], out[count:])


def _capture(module: FlowPass, images: Sequence[Tensor], mixed: bool) -> None:
    """Replace the module's `forward` by a captured graph; its buffers stay as they are."""
    kept = {name: buffer.clone() for name, buffer in module.named_buffers()}
    samples = tuple(image.clone() for image in images)
    # gradients are summed up on the stream of the capture, once a step: nothing waits for long
    warnings.filterwarnings("ignore", message="The AccumulateGrad node's stream does not match")
    # a cast that was kept from before the capture would not be made anew in a replay
    with mixed_precision(images[0].device, mixed, keep_casts=False):
        torch.cuda.make_graphed_callables(
            cast("nn.Module", module), samples, num_warmup_iters=WARM, allow_unused_input=True
        )
    with torch.no_grad():
        for name, buffer in module.named_buffers():
            buffer.copy_(kept[name])
