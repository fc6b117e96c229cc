"""Training of the conditional GAN, with the losses of the flows' realism."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from pspflow.models.conditional_gan import ConditionalDiscriminator, ConditionalGenerator
from pspflow.models.discriminators import realness_loss
from pspflow.seeds import generator
from pspflow.studies.temper.gan.options import GanOptions
from pspflow.training.averages import Average
from pspflow.training.gather import ChipGather, epoch_order
from pspflow.training.optimisers import Adam

HALF_RANGE = 127.5
"""Grey levels from the middle of the scale to its ends."""
CONSTANT_SHARE = 0.5
"""Share of the epochs after which the learning rate falls."""
FIRST_STEPS = 10
"""Steps within which the averaged generator forgets the first weights."""


class Conditioned(NamedTuple):
    """Training chips of a domain."""

    chips: ChipGather
    conditions: Tensor
    """(n, conditions)."""


class GanTraining:
    """Training of a generator against a discriminator; see `loop.Trainable`.

    One step trains the generator, then the discriminator, on as many chips of each domain; both
    losses are least squares, as those of the flows.

    Parameters
    ----------
    networks
        Generator and discriminator.
    data
        Domain, its training chips.
    measure
        Measures the averaged generator for `validate`.
    options, seed
        Options; seed of order and noise.
    device
        Where they are trained.
    """

    def __init__(
        self,
        networks: tuple[ConditionalGenerator, ConditionalDiscriminator],
        data: Mapping[str, Conditioned],
        measure: Callable[[ConditionalGenerator], dict[str, float]],
        options: GanOptions,
        seed: int,
        device: torch.device,
    ) -> None:
        self.options, self.seed, self.device, self.measure = options, seed, device, measure
        self.generator, self.discriminator = networks[0].to(device), networks[1].to(device)
        self.data = {
            name: Conditioned(each.chips.to(device), each.conditions.to(device))
            for name, each in data.items()
        }
        self.average = Average(self.generator, options.average)
        self.optimisers = [
            Adam(net.parameters(), lr=options.learning_rate, betas=options.betas)
            for net in (self.generator, self.discriminator)
        ]
        self.order: dict[str, Tensor] = {}
        self.draws = torch.Generator()
        self.first = 0

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return {
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.model.state_dict(),
            "optimisers": [each.state_dict() for each in self.optimisers],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.average.model.load_state_dict(state["average"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)

    def begin_epoch(self, epoch: int) -> int:
        """Draw the order of the chips and the noise, set the learning rate; return the steps."""
        size = self.options.batch_size
        longest = max(len(each.chips) for each in self.data.values())
        steps = self.options.steps_per_epoch or max(1, longest // size)
        rng = generator(self.seed, "gan", epoch)
        for name, each in self.data.items():
            self.order[name] = epoch_order(len(each.chips), steps, size, rng).to(self.device)
        self.draws.manual_seed(int(rng.integers(2**62)))
        left = (self.options.epochs - epoch) / ((1 - CONSTANT_SHARE) * self.options.epochs)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.options.learning_rate * min(1.0, left)
        self.first = epoch * steps
        self.generator.train()
        self.discriminator.train()
        return steps

    def step(self, index: int) -> dict[str, Tensor]:
        """Take one step of the generator and one of the discriminator."""
        at = {name: self.order[name][index] for name in self.data}
        real = torch.cat([signed(each.chips(at[name])) for name, each in self.data.items()])
        conditions = torch.cat([each.conditions[at[name]] for name, each in self.data.items()])
        noise = noise_of(len(real), self.generator.noise_size, self.draws).to(self.device)
        made = self.generator(noise, conditions)
        self.discriminator.requires_grad_(False)
        realism = realness_loss(self.discriminator(made, conditions), real=True)
        self._descend(0, realism)
        number = self.first + index
        # of the first steps, an average of fewer, which forgets the first weights
        self.average.decay = min(self.options.average, number / (number + FIRST_STEPS))
        self.average.follow(self.generator)
        self.discriminator.requires_grad_(True)
        verdict = realness_loss(self.discriminator(real, conditions), real=True)
        verdict = verdict + realness_loss(self.discriminator(made.detach(), conditions), real=False)
        self._descend(1, verdict / 2)
        return {"realism": realism.detach(), "discriminator": verdict.detach() / 2}

    def validate(self) -> dict[str, float]:
        """Measure the averaged generator."""
        return self.measure(self.average.model)

    def weights(self) -> dict[str, Tensor]:
        """Return the averaged generator's weights."""
        return self.average.model.state_dict()

    def _descend(self, number: int, loss: Tensor) -> None:
        self.optimisers[number].zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimisers[number].step()


def signed(grey: Tensor) -> Tensor:
    """Bring grey levels `n x rows x columns` from 0 to 255 to images `n x 1 x ...` from -1 to 1."""
    return (grey.float() / HALF_RANGE - 1)[:, None]


def noise_of(count: int, size: int, draws: torch.Generator) -> Tensor:
    """Draw noise, `count x size`."""
    return torch.randn(count, size, generator=draws)


def made_chips(
    net: ConditionalGenerator, conditions: np.ndarray, draws: torch.Generator, batch: int = 256
) -> np.ndarray:
    """Make chips of conditions (n, conditions): (n, rows, columns) uint8."""
    device = next(net.parameters()).device
    wanted = torch.from_numpy(conditions)
    noise = noise_of(len(wanted), net.noise_size, draws)
    with torch.inference_mode():
        made = [
            net(noise[at].to(device), wanted[at].to(device))[:, 0]
            for at in torch.split(torch.arange(len(wanted)), batch)
        ]
    levels = (torch.cat(made) + 1) * HALF_RANGE
    return levels.round().clamp(0, 255).to(torch.uint8).cpu().numpy()
