"""Training of a model of codes, with what keeps its codebook from collapsing.

With a codebook from the start, the first reconstructions know next to nothing of an image: the
decoder learns to ignore the codes, the commitment makes all latents equal, and nothing leads out of
that. Hence a start without quantisation, after which the codebook is made of latents, and later new
latents in the place of codes that an epoch never used. Cf. Łańcucki et al. 2020, "Robust training
of vector quantized bottleneck models".
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from pspflow.logs import log
from pspflow.models.steel.nearest import NearestCode
from pspflow.models.steel.vqvae import VQVAE
from pspflow.seeds import generator
from pspflow.studies.steel.codes.losses import CodeLoss, centre_crops
from pspflow.training.data import Batches
from pspflow.training.supervised import Supervised

SAMPLED_CHIPS = 256
"""Chips whose latents new vectors of a codebook are drawn from."""


class CodeTraining(Supervised):
    """Training of a model of codes; see `loop.Trainable`.

    The history also holds `perplexity`, the exponential of the entropy of the codes of validation
    chips, and `dead_codes`, how many codes none of them has.

    Parameters
    ----------
    net, loss, optimiser, train, validation, device
        As in `Supervised`.
    seed
        Seed of the vectors that replace unused ones.
    data_init
        Whether the codebook starts from latents of training chips.
    restart_unused
        Whether codes that an epoch never used start anew from such latents.
    continuous_steps
        Steps at the start that train without quantisation; the codebook starts after them.
    """

    module: VQVAE
    loss: CodeLoss

    def __init__(
        self,
        net: VQVAE,
        loss: CodeLoss,
        optimiser: Optimizer,
        train: Batches,
        validation: Batches,
        device: torch.device,
        *,
        seed: int,
        data_init: bool,
        restart_unused: bool,
        continuous_steps: int,
    ) -> None:
        super().__init__(net, loss, optimiser, train, validation, device)
        learnt = isinstance(net.quantiser, NearestCode)
        self.seed, self.steps = seed, 0
        self.data_init, self.restarts = data_init and learnt, restart_unused and learnt
        self.continuous_steps = continuous_steps if learnt else 0
        self.used = torch.zeros(len(net.quantiser.codebook), dtype=torch.int64, device=device)
        """How often the last epoch of training used each code."""

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return {**super().state(), "used": self.used, "steps": self.steps}

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        super().load_state(state)
        self.used.copy_(state["used"])
        self.steps = state["steps"]

    def begin_epoch(self, epoch: int) -> int:
        """Restart unused codes, and draw the order of the data; return the number of steps."""
        if self.restarts and self.steps > self.continuous_steps:
            self._restart(torch.nonzero(self.used == 0).flatten(), epoch)
        self.used.zero_()
        return super().begin_epoch(epoch)

    def step(self, index: int) -> dict[str, Tensor]:
        """Train on one batch and count its codes."""
        self.loss.continuous = self.steps < self.continuous_steps
        if self.steps == self.continuous_steps and self.data_init:
            self._restart(torch.arange(len(self.used), device=self.device), "start")
        losses = super().step(index)
        if not self.loss.continuous:
            self.used += self._counts()
        self.steps += 1
        return losses

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation chips, and how they use the codebook."""
        self.module.eval()
        total = torch.zeros((), device=self.device)
        counts, items = torch.zeros_like(self.used), 0
        for number, positions in enumerate(self.validation.order(0)):
            loss, _ = self.loss.validation(self._batch(self.validation, positions), number)
            total += loss * len(positions)
            counts += self._counts()
            items += len(positions)
        return {
            "validation_loss": float(total / items),
            "perplexity": perplexity(counts),
            "dead_codes": float((counts == 0).sum()),
        }

    def _counts(self) -> Tensor:
        # the same on every device, which bincount does not promise
        codes = self.loss.codes.flatten()
        counts = torch.zeros_like(self.used)
        return counts.scatter_add_(0, codes, torch.ones_like(codes))

    @torch.no_grad()
    def _restart(self, codes: Tensor, when: int | str) -> None:
        """Replace vectors by latents of training chips, and forget what Adam knows of them."""
        if not len(codes):
            return
        rng = generator(self.seed, "codebook", when)
        drawn = rng.choice(len(self.train.data), min(SAMPLED_CHIPS, len(self.train.data)), False)
        chips, _ = self._batch(self.train, torch.from_numpy(np.sort(drawn)))
        latents = self.module.latents(centre_crops(chips, self.loss.crop_px))
        points = latents.movedim(1, -1).flatten(0, -2)
        at = rng.choice(len(points), len(codes), len(points) < len(codes))
        codebook = self.module.quantiser.codebook
        codebook[codes] = points[torch.from_numpy(at).to(self.device)]
        moments = self.optimiser.state.get(codebook, {})
        for name in ("exp_avg", "exp_avg_sq"):
            if name in moments:
                moments[name][codes] = 0
        log.info("%d codes start from encoded chips", len(codes))


def perplexity(counts: Tensor) -> float:
    """Return the exponential of the entropy of codes, given how often each occurs, (codes,)."""
    share = counts[counts > 0].double() / counts.sum()
    return float(torch.exp(-(share * share.log()).sum()))
