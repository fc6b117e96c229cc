"""Training of a model of codes: codes that an epoch never used start anew (against collapse)."""

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
    restart_unused
        Whether codes that an epoch never used start anew from latents of training chips.
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
        restart_unused: bool,
    ) -> None:
        super().__init__(net, loss, optimiser, train, validation, device)
        self.seed = seed
        self.restarts = restart_unused and isinstance(net.quantiser, NearestCode)
        self.used = torch.zeros(len(net.quantiser.codebook), dtype=torch.int64, device=device)
        """How often the last epoch of training used each code."""

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return {**super().state(), "used": self.used}

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        super().load_state(state)
        self.used.copy_(state["used"])

    def begin_epoch(self, epoch: int) -> int:
        """Restart unused codes, and draw the order of the data; return the number of steps."""
        if epoch and self.restarts:
            self._restart(torch.nonzero(self.used == 0).flatten(), epoch)
        self.used.zero_()
        return super().begin_epoch(epoch)

    def step(self, index: int) -> dict[str, Tensor]:
        """Train on one batch and count its codes."""
        losses = super().step(index)
        self.used += self._counts()
        return losses

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation chips, and how they use the codebook."""
        self.module.eval()
        total = torch.zeros((), device=self.device)
        counts, items = torch.zeros_like(self.used), 0
        for number, positions in enumerate(self.validation.order(0)):
            loss = self.loss.validation(self._batch(self.validation, positions), number)
            total += loss * len(positions)
            counts += self._counts()
            items += len(positions)
        return {
            "validation_loss": float(total / items),
            "perplexity": perplexity(counts),
            "dead_codes": float((counts == 0).sum()),
        }

    def start_from_data(self) -> None:
        """Replace the whole codebook by latents of training chips, before the first epoch."""
        if isinstance(self.module.quantiser, NearestCode):
            every = torch.arange(len(self.used), device=self.device)
            self._restart(every, 0)

    def _counts(self) -> Tensor:
        # the same on every device, which bincount does not promise
        codes = self.loss.codes.flatten()
        counts = torch.zeros_like(self.used)
        return counts.scatter_add_(0, codes, torch.ones_like(codes))

    @torch.no_grad()
    def _restart(self, codes: Tensor, epoch: int) -> None:
        """Replace vectors by latents of training chips, and forget what Adam knows of them."""
        if not len(codes):
            return
        rng = generator(self.seed, "restart", epoch)
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
        if epoch:
            log.info("%d codes that epoch %d did not use start anew", len(codes), epoch)


def perplexity(counts: Tensor) -> float:
    """Return the exponential of the entropy of codes, given how often each occurs, (codes,)."""
    share = counts[counts > 0].double() / counts.sum()
    return float(torch.exp(-(share * share.log()).sum()))
