"""The game of multi-domain flows: likelihood, image realism, topological realism.

Temper paper, sections 3.3 and 3.4, after AlignFlow. One step of the flows down

    sum over directions of (D(x_ab) - 1)^2 + likelihood weight x sum over domains of NLL a pixel
    + topology weight x sum over directions of (T(P(x_ab)) - 1)^2,

then one step of the discriminators of images (D) and of persistence images (T), whose synthetic
inputs pass through a pool. P is the exact layer, PI-Net or nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from pspflow.models.discriminators import realness_loss
from pspflow.models.multiflow import (
    MultiDomainFlow,
    from_levels,
    nats_per_dimension,
    to_grey,
)
from pspflow.seeds import generator
from pspflow.training.averages import Average
from pspflow.training.gather import ChipGather
from pspflow.training.pool import ImagePool

FIRST_PIXELS = 1 << 18
"""Pixels of a domain's chips that its activations are normalised by."""
WEIGHT_NORM_SCALE = "original0"
"""How torch's weight normalisation names its scales."""


@dataclass(frozen=True)
class Rules:
    """How a game is played; the study's options say what each number means."""

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
    gradient_clip: float | None
    average: float
    pool_size: int

    def rate_factor(self, epoch: int) -> float:
        """Return what the learning rate is multiplied by: 1, then linearly falling."""
        falling = (1 - self.constant_share) * self.epochs
        return min(1.0, (self.epochs - epoch) / falling)

    def adversarial(self, epoch: int) -> bool:
        """Tell whether discriminators play, or the likelihood alone."""
        return epoch >= self.likelihood_share * self.epochs


@dataclass(frozen=True)
class Side:
    """What one domain brings to the game."""

    chips: ChipGather
    """Its training chips."""
    judge: nn.Module
    """Discriminator of its images."""
    persistence: Tensor | None = None
    """The chips' persistence images `n x 2 x resolution x resolution`, with regularisation."""
    topology_judge: nn.Module | None = None
    """Discriminator of its persistence images, with regularisation."""


class TransferGame:
    """Flows of several domains against one or two discriminators each; see `alternating.Game`.

    Parameters
    ----------
    flow
        The flows.
    sides
        Domain name, what it brings.
    topology
        Maps grey levels `n x 1 x rows x columns` to persistence images; frozen. None: without.
    measure
        Measures the averaged flow for `validate`.
    rules, seed
        How to play; the seed of data order and noise.
    fabric
        Device and precision.
    """

    def __init__(
        self,
        flow: MultiDomainFlow,
        sides: Mapping[str, Side],
        topology: nn.Module | None,
        measure: Callable[[MultiDomainFlow], dict[str, float]],
        rules: Rules,
        seed: int,
        fabric: Fabric,
    ) -> None:
        self.rules, self.seed, self.fabric = rules, seed, fabric
        self.sides, self.measure = sides, measure
        self.flow = flow.to(fabric.device)
        self.topology: nn.Module | None = None
        if topology is not None:
            self.topology = fabric.to_device(topology).eval().requires_grad_(False)
        self.chips = {name: side.chips.to(fabric.device) for name, side in sides.items()}
        self.judges = nn.ModuleDict()
        self.real_topology: dict[str, Tensor] = {}
        for name, side in sides.items():
            self.judges[f"image {name}"] = side.judge
            if side.topology_judge is not None and side.persistence is not None:
                self.judges[f"topology {name}"] = side.topology_judge
                self.real_topology[name] = fabric.to_device(side.persistence)
        fabric.to_device(self.judges)
        self._normalise_activations()
        self.average = Average(self.flow, rules.average)
        self.optimisers: dict[str, Any] = {
            name: fabric.setup_optimizers(self._optimiser(model))
            for name, model in (("flow", self.flow), ("judges", self.judges))
        }
        self.pools = {key: ImagePool(rules.pool_size) for key in self.judges}
        self.noise = torch.Generator(fabric.device)
        self.draws = torch.Generator()
        self.order: dict[str, Tensor] = {}
        self.playing = False

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return {
            "flow": self.flow.state_dict(),
            "average": self.average.model.state_dict(),
            "judges": self.judges.state_dict(),
            "optimisers": {name: each.state_dict() for name, each in self.optimisers.items()},
            "pools": {key: pool.images for key, pool in self.pools.items()},
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up what `state` returned."""
        self.flow.load_state_dict(state["flow"])
        self.average.model.load_state_dict(state["average"])
        self.judges.load_state_dict(state["judges"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        for key, images in state["pools"].items():
            self.pools[key].images = images

    def begin_epoch(self, epoch: int) -> int:
        """Draw the epoch's order and noise, and set the learning rate; return its steps."""
        rules = self.rules
        longest = max(len(chips) for chips in self.chips.values())
        steps = rules.steps_per_epoch or max(1, longest // rules.batch_size)
        rng = generator(self.seed, "transfer", epoch)
        for name, chips in self.chips.items():
            rounds = -(-steps * rules.batch_size // len(chips))
            order = [torch.from_numpy(rng.permutation(len(chips))) for _ in range(rounds)]
            drawn = torch.cat(order)[: steps * rules.batch_size]
            self.order[name] = drawn.to(self.fabric.device).view(steps, rules.batch_size)
        self.noise.manual_seed(int(rng.integers(2**62)))
        self.draws.manual_seed(int(rng.integers(2**62)))
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = rules.learning_rate * rules.rate_factor(epoch)
        self.playing = rules.adversarial(epoch)
        self.flow.train()
        return steps

    def step(self, index: int) -> dict[str, Tensor]:
        """Take one step of the flows and, once they play, one of the discriminators."""
        real = {name: self._dequantised(name, self.order[name][index]) for name in self.sides}
        self.judges.requires_grad_(False)
        with self.fabric.autocast():
            losses, fake, topology = self._flow_losses(real)
        self._descend("flow", self.flow, losses)
        self.average.follow(self.flow)
        if self.playing:
            self.judges.requires_grad_(True)
            with self.fabric.autocast():
                judged = self._judge_losses(real, fake, topology, index)
            self._descend("judges", self.judges, judged)
            losses |= judged
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
        """Return the flows' losses by term, their images and the persistence images of those."""
        encoded = {name: self.flow[name](images) for name, images in real.items()}
        surprise = torch.stack([nats_per_dimension(*each) for each in encoded.values()])
        losses = {"likelihood": self.rules.likelihood_weight * surprise.sum()}
        fake: dict[str, Tensor] = {}
        topology: dict[str, Tensor] = {}
        if not self.playing:
            return losses, fake, topology
        sources = len(encoded) - 1
        for name in encoded:
            others = torch.cat([latents for a, (latents, _) in encoded.items() if a != name])
            fake[name] = self.flow[name].inverse(others)
        # a mean over a domain's images is the mean over its directions, so their number is left
        verdicts = [realness_loss(self.judges[f"image {a}"](x), real=True) for a, x in fake.items()]
        losses["realism"] = sources * torch.stack(verdicts).sum()
        if self.topology is not None:
            made = self._persistence(torch.cat([to_grey(x) for x in fake.values()]))
            topology = dict(zip(fake, made.chunk(len(fake)), strict=True))
            verdicts = [
                realness_loss(self.judges[f"topology {a}"](x), real=True)
                for a, x in topology.items()
            ]
            weight = self.rules.topology_weight * sources
            losses["topological realism"] = weight * torch.stack(verdicts).sum()
        return losses, fake, topology

    def _persistence(self, grey: Tensor) -> Tensor:
        """Return persistence images in full precision, as those of real chips are."""
        if not grey.isfinite().all():  # of which there are no pairs; the loop says so and stops
            size = next(iter(self.real_topology.values())).shape[1:]
            return grey.sum() * torch.ones(len(grey), *size, device=grey.device)
        assert self.topology is not None
        with torch.autocast(grey.device.type, enabled=False):
            images: Tensor = self.topology(grey.float())
        return images

    def _judge_losses(
        self,
        real: dict[str, Tensor],
        fake: dict[str, Tensor],
        topology: dict[str, Tensor],
        index: int,
    ) -> dict[str, Tensor]:
        """Return the discriminators' losses: half for the real, half for the synthetic."""
        losses: dict[str, Tensor] = {}
        for name, images in real.items():
            pairs = {"image": (images, fake[name])}
            if topology:
                exact = self.real_topology[name][self.order[name][index]]
                pairs["topology"] = (exact, topology[name])
            for kind, (genuine, made) in pairs.items():
                key = f"{kind} {name}"
                pooled = self.pools[key].exchange(made, self.draws)
                verdict = realness_loss(self.judges[key](genuine), real=True)
                verdict = (verdict + realness_loss(self.judges[key](pooled), real=False)) / 2
                losses[f"{kind} discriminators"] = losses.get(f"{kind} discriminators", 0) + verdict
        return losses

    def _descend(self, name: str, model: nn.Module, losses: dict[str, Tensor]) -> None:
        optimiser = self.optimisers[name]
        optimiser.zero_grad()
        self.fabric.backward(torch.stack(list(losses.values())).sum())
        if self.rules.gradient_clip and name == "flow":
            torch.nn.utils.clip_grad_norm_(model.parameters(), self.rules.gradient_clip)
        optimiser.step()

    def _dequantised(self, name: str, positions: Tensor) -> Tensor:
        grey = self.chips[name](positions)
        noise = torch.rand(grey.shape, generator=self.noise, device=grey.device)
        return from_levels(grey, noise)

    @torch.no_grad()
    def _normalise_activations(self) -> None:
        """Show each flow its first chips, by which its activations are normalised for good."""
        for name, chips in self.chips.items():
            few = max(2, FIRST_PIXELS // chips.size**2)
            first = generator(self.seed, "first chips", name).permutation(len(chips))[:few]
            self.flow[name](from_levels(chips(torch.from_numpy(first).to(self.fabric.device))))

    def _optimiser(self, model: nn.Module) -> torch.optim.Optimizer:
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        scales = [p for name, p in named if name.endswith(WEIGHT_NORM_SCALE)]
        others = [p for name, p in named if not name.endswith(WEIGHT_NORM_SCALE)]
        groups: list[dict[str, Any]] = [{"params": others}]
        if scales:
            groups.append({"params": scales, "weight_decay": self.rules.weight_decay})
        return torch.optim.Adam(groups, lr=self.rules.learning_rate, betas=self.rules.betas)
