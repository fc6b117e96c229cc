"""Training of one network with one loss and one optimiser."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from pspflow.training.data import Batch, Batches
from pspflow.training.placement import moved, placed


class Loss(Protocol):
    """The losses of a batch; random draws depend on the arguments alone."""

    def training(self, batch: Batch, epoch: int, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a training batch, a scalar, and its named terms.

        It is given the epoch and the number of the batch.
        """

    def validation(self, batch: Batch, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a validation batch of this number, a scalar, and its named terms."""


class Supervised:
    """A network with its loss, optimiser and data; see `loop.Trainable`.

    The history holds `training_loss`, `training_NAME` for every term, `validation_loss` and
    `validation_NAME`: means over the items of an epoch.

    Parameters
    ----------
    module
        What is trained; its state dict is kept.
    loss
        The losses; any weights of its own are on the device.
    optimiser
        Updates the parameters of the module.
    train, validation
        The data; they are laid on a GPU where they fit, see `placement.placed`.
    device
        Where the network is trained.
    schedule
        Changes the learning rate.
    every
        Whether the schedule advances by epochs or by steps.
    clip
        Largest norm of the gradient of each of the optimiser's groups of parameters; None for any.
    """

    def __init__(
        self,
        module: nn.Module,
        loss: Loss,
        optimiser: Optimizer,
        train: Batches,
        validation: Batches,
        device: torch.device,
        *,
        schedule: LRScheduler | None = None,
        every: Literal["epoch", "step"] = "epoch",
        clip: float | None = None,
    ) -> None:
        self.module, self.loss, self.optimiser = module.to(device), loss, optimiser
        self.train, self.validation = placed(train, device), placed(validation, device)
        self.device = device
        self.schedule, self.every, self.clip = schedule, every, clip
        self.epoch = 0
        self.positions: Sequence[Tensor] = ()
        self.mean_size = 1.0

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return {
            "module": self.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict() if self.schedule else {},
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        self.module.load_state_dict(state["module"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.schedule:
            self.schedule.load_state_dict(state["schedule"])

    def begin_epoch(self, epoch: int) -> int:
        """Draw the order of the data; return the number of steps."""
        self.epoch, self.positions = epoch, self.train.order(epoch)
        self.mean_size = sum(map(len, self.positions)) / len(self.positions)
        self.module.train()
        return len(self.positions)

    def step(self, index: int) -> dict[str, Tensor]:
        """Train on one batch; its losses count in proportion to its size."""
        positions = self.positions[index]
        loss, terms = self.loss.training(self._batch(self.train, positions), self.epoch, index)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if self.clip:
            for group in self.optimiser.param_groups:
                nn.utils.clip_grad_norm_(group["params"], self.clip)
        self.optimiser.step()
        if self.schedule and (self.every == "step" or index == len(self.positions) - 1):
            self.schedule.step()
        share, named = len(positions) / self.mean_size, {"loss": loss, **terms}
        return {f"training_{name}": each.detach() * share for name, each in named.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation items, and its terms."""
        self.module.eval()
        totals: dict[str, Tensor] = {}
        items = 0
        for number, positions in enumerate(self.validation.order(0)):
            loss, terms = self.loss.validation(self._batch(self.validation, positions), number)
            for name, value in {"loss": loss, **terms}.items():
                totals[name] = totals.get(name, 0.0) + value * len(positions)
            items += len(positions)
        return {f"validation_{name}": float(total / items) for name, total in totals.items()}

    def weights(self) -> dict[str, Tensor]:
        """Return the state dict of the network."""
        return self.module.state_dict()

    def _batch(self, batches: Batches, positions: Tensor) -> Batch:
        inputs, targets = batches.data[positions]
        return moved(inputs, self.device), moved(targets, self.device)
