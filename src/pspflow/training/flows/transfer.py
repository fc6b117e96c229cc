"""Training of multi-domain flows: likelihood, image realism, topological realism.

Temper paper, sections 3.3 and 3.4, after AlignFlow. One step of the flows down

    sum over directions of (D(x_ab) - 1)^2 + likelihood weight x sum over domains of NLL a pixel
    + topology weight x sum over directions of (T(P(x_ab)) - 1)^2,

where the gradient of the last term on a domain's chips may be limited to a share of the first's;
then one step of the discriminators of images (D) and of persistence images (T), whose synthetic
inputs pass through a pool. P is the exact layer, PI-Net or nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from pspflow.models.discriminators import realness_loss
from pspflow.models.multiflow import (
    MultiDomainFlow,
    from_levels,
    to_grey,
)
from pspflow.seeds import generator
from pspflow.training.averages import Average
from pspflow.training.devices import mixed_precision
from pspflow.training.flows.limits import limited
from pspflow.training.flows.passes import FlowPasses
from pspflow.training.flows.pool import ImagePool
from pspflow.training.gather import ChipGather, epoch_order
from pspflow.training.optimisers import Adam
from pspflow.training.placement import of_images

FIRST_PIXELS = 1 << 18
"""Number of pixels from which the activations of a domain's flow are normalised."""
WEIGHT_NORM_SCALE = "original0"
"""Name that torch's weight normalisation gives its scales."""


@dataclass(frozen=True)
class Settings:
    """Settings of a training; the options of the study describe each."""

    epochs: int
    steps_per_epoch: int | None
    batch_size: int
    learning_rate: float
    betas: tuple[float, float]
    weight_decay: float
    constant_share: float
    likelihood_share: float
    likelihood_weight: float
    topology_weight: float
    topology_share: float | None
    gradient_clip: float | None
    average: float
    pool_size: int

    def rate_factor(self, epoch: int) -> float:
        """Return the factor of the learning rate in an epoch: 1 at first, then falling linearly."""
        falling = (1 - self.constant_share) * self.epochs
        left = self.epochs - epoch
        return left / falling if left < falling else 1.0

    def adversarial(self, epoch: int) -> bool:
        """Return whether an epoch has discriminators, or the likelihood alone."""
        return epoch >= self.likelihood_share * self.epochs


@dataclass(frozen=True)
class DomainData:
    """Data and discriminators of one domain."""

    chips: ChipGather
    """Its training chips."""
    discriminator: nn.Module
    """Discriminator of its images."""
    persistence: Tensor | None = None
    """The chips' persistence images `n x 2 x resolution x resolution`, with regularisation."""
    topology_discriminator: nn.Module | None = None
    """Discriminator of its persistence images, with regularisation."""


class TransferTraining:
    """Flows of several domains against one or two discriminators each; see `loop.Trainable`.

    Parameters
    ----------
    flow
        The flows.
    data
        Domain name, its data and discriminators.
    topology
        Maps grey levels `n x 1 x rows x columns` to persistence images; it is not trained. None:
        without regularisation.
    measure
        Measures the averaged flow for `validate`.
    settings, seed
        Settings; seed of data order and noise.
    device
        Where the networks are trained.
    mixed
        Whether a GPU may compute with bfloat16.
    """

    def __init__(
        self,
        flow: MultiDomainFlow,
        data: Mapping[str, DomainData],
        topology: nn.Module | None,
        measure: Callable[[MultiDomainFlow], dict[str, float]],
        settings: Settings,
        seed: int,
        device: torch.device,
        *,
        mixed: bool = False,
    ) -> None:
        self.settings, self.seed, self.device, self.mixed = settings, seed, device, mixed
        self.data, self.measure = data, measure
        self.flow = of_images(flow, device)
        self.topology: nn.Module | None = None
        if topology is not None:
            self.topology = topology.to(device).eval().requires_grad_(False)
        self.chips = {name: each.chips.to(device) for name, each in data.items()}
        self.discriminators = nn.ModuleDict()
        self.real_topology: dict[str, Tensor] = {}
        for name, each in data.items():
            self.discriminators[f"image {name}"] = each.discriminator
            if each.topology_discriminator is not None and each.persistence is not None:
                self.discriminators[f"topology {name}"] = each.topology_discriminator
                self.real_topology[name] = each.persistence.to(device)
        of_images(self.discriminators, device)
        self._normalise_activations()
        self.average = Average(self.flow, settings.average)
        self.passes = FlowPasses(self.flow, list(data), mixed=mixed)
        self.optimisers = {
            name: self._optimiser(model)
            for name, model in (("flow", self.flow), ("discriminators", self.discriminators))
        }
        self.pools = {key: ImagePool(settings.pool_size) for key in self.discriminators}
        self.noise = torch.Generator(device)
        self.draws = torch.Generator()
        self.order: dict[str, Tensor] = {}
        self.adversarial = False

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return {
            "flow": self.flow.state_dict(),
            "average": self.average.model.state_dict(),
            "discriminators": self.discriminators.state_dict(),
            "optimisers": {name: each.state_dict() for name, each in self.optimisers.items()},
            "pools": {key: pool.images for key, pool in self.pools.items()},
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        self.flow.load_state_dict(state["flow"])
        self.average.model.load_state_dict(state["average"])
        self.discriminators.load_state_dict(state["discriminators"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        for key, images in state["pools"].items():
            self.pools[key].images = images

    def begin_epoch(self, epoch: int) -> int:
        """Draw the epoch's order and noise, and set the learning rate; return its steps."""
        settings = self.settings
        longest = max(len(chips) for chips in self.chips.values())
        steps = settings.steps_per_epoch or max(1, longest // settings.batch_size)
        rng = generator(self.seed, "transfer", epoch)
        for name, chips in self.chips.items():
            order = epoch_order(len(chips), steps, settings.batch_size, rng)
            self.order[name] = order.to(self.device)
        self.noise.manual_seed(int(rng.integers(2**62)))
        self.draws.manual_seed(int(rng.integers(2**62)))
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = settings.learning_rate * settings.rate_factor(epoch)
        self.adversarial = settings.adversarial(epoch)
        self.flow.train()
        return steps

    def step(self, index: int) -> dict[str, Tensor]:
        """Take one step of the flows and, in epochs that have them, one of the discriminators."""
        real = {name: self._dequantised(name, self.order[name][index]) for name in self.data}
        self.discriminators.requires_grad_(False)
        with mixed_precision(self.device, self.mixed):
            losses, fake, topology = self._flow_losses(real)
        self._descend("flow", self.flow, losses)
        self.average.follow(self.flow)
        if self.adversarial:
            self.discriminators.requires_grad_(True)
            with mixed_precision(self.device, self.mixed):
                discriminator_losses = self._discriminator_losses(real, fake, topology, index)
            self._descend("discriminators", self.discriminators, discriminator_losses)
            losses |= discriminator_losses
        return {name: loss.detach() for name, loss in losses.items()}

    def validate(self) -> dict[str, float]:
        """Measure the averaged flow."""
        return self.measure(self.average.model)

    def weights(self) -> dict[str, Tensor]:
        """Return the averaged flow's weights."""
        return self.average.model.state_dict()

    def _flow_losses(
        self, real: dict[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
        """Return the flows' losses by term, their images and the persistence images of these."""
        passed = self.passes(list(real.values()), self.adversarial)
        surprise = torch.stack(passed.surprise)
        losses = {"likelihood": self.settings.likelihood_weight * surprise.sum()}
        topology: dict[str, Tensor] = {}
        if not self.adversarial:
            return losses, {}, topology
        fake = dict(zip(real, passed.fake, strict=True))
        sources = len(real) - 1
        # the mean over a domain's images is the mean over its directions; hence the factor
        verdicts = [
            realness_loss(self.discriminators[f"image {a}"](x), real=True) for a, x in fake.items()
        ]
        losses["realism"] = sources * torch.stack(verdicts).sum()
        if self.topology is not None:
            seen = list(fake.values())
            if self.settings.topology_share is not None:
                seen = limited(seen, losses["realism"], self.settings.topology_share)
            made = self._persistence(torch.cat([to_grey(x) for x in seen]))
            topology = dict(zip(fake, made.chunk(len(fake)), strict=True))
            verdicts = [
                realness_loss(self.discriminators[f"topology {a}"](x), real=True)
                for a, x in topology.items()
            ]
            weight = self.settings.topology_weight * sources
            losses["topological realism"] = weight * torch.stack(verdicts).sum()
        return losses, fake, topology

    def _persistence(self, grey: Tensor) -> Tensor:
        """Return persistence images in full precision, like those of real chips."""
        if not grey.isfinite().all():  # has no pairs; the loop stops with a message
            size = next(iter(self.real_topology.values())).shape[1:]
            return grey.sum() * torch.ones(len(grey), *size, device=grey.device)
        assert self.topology is not None
        with torch.autocast(grey.device.type, enabled=False):
            images: Tensor = self.topology(grey.float())
        return images

    def _discriminator_losses(
        self,
        real: dict[str, Tensor],
        fake: dict[str, Tensor],
        topology: dict[str, Tensor],
        index: int,
    ) -> dict[str, Tensor]:
        """Return the discriminators' losses: half from real and half from synthetic images."""
        losses: dict[str, Tensor] = {}
        for name, images in real.items():
            pairs = {"image": (images, fake[name])}
            if topology:
                exact = self.real_topology[name][self.order[name][index]]
                pairs["topology"] = (exact, topology[name])
            for kind, (genuine, made) in pairs.items():
                key = f"{kind} {name}"
                pooled = self.pools[key].exchange(made, self.draws)
                verdict = realness_loss(self.discriminators[key](genuine), real=True)
                verdict = (
                    verdict + realness_loss(self.discriminators[key](pooled), real=False)
                ) / 2
                losses[f"{kind} discriminators"] = losses.get(f"{kind} discriminators", 0) + verdict
        return losses

    def _descend(self, name: str, model: nn.Module, losses: dict[str, Tensor]) -> None:
        optimiser = self.optimisers[name]
        optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        if self.settings.gradient_clip and name == "flow":
            torch.nn.utils.clip_grad_norm_(model.parameters(), self.settings.gradient_clip)
        optimiser.step()

    def _dequantised(self, name: str, positions: Tensor) -> Tensor:
        grey = self.chips[name](positions)
        noise = torch.rand(grey.shape, generator=self.noise, device=grey.device)
        return from_levels(grey, noise)

    @torch.no_grad()
    def _normalise_activations(self) -> None:
        """Normalise the activations of each flow from its first chips, once."""
        for name, chips in self.chips.items():
            few = max(2, FIRST_PIXELS // chips.size**2)
            first = generator(self.seed, "first chips", name).permutation(len(chips))[:few]
            self.flow[name](from_levels(chips(torch.from_numpy(first).to(self.device))))

    def _optimiser(self, model: nn.Module) -> Adam:
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        scales = [p for name, p in named if name.endswith(WEIGHT_NORM_SCALE)]
        others = [p for name, p in named if not name.endswith(WEIGHT_NORM_SCALE)]
        groups: list[dict[str, Any]] = [{"params": others}]
        if scales:
            groups.append({"params": scales, "weight_decay": self.settings.weight_decay})
        return Adam(groups, lr=self.settings.learning_rate, betas=self.settings.betas)
