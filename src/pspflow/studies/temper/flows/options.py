"""Options of the flows; their docstrings are the schema's help."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pspflow.options import Count, Options, Positive, Weight

Regularisation = Literal["none", "pinet", "exact"]
ChosenEpoch = Literal["nearest", "highest"]


class TopologyWeights(Options):
    """Weights of the topological adversarial term, by what makes its persistence images."""

    pinet: Positive = 2.5
    """Weight of the term through PI-Net; the paper's."""
    exact: Positive = 0.5
    """Weight of the term through the exact layer, whose gradient is several times larger."""


class FlowOptions(Options):
    """The flows and how they are trained; the paper's values are in workflow/config/paper.yaml."""

    regularisations: Annotated[tuple[Regularisation, ...], Field(min_length=1)] = ("none", "exact")
    """Topological regularisations to train with: none, pinet (the paper's), exact."""
    seeds: Annotated[int, Field(ge=1, le=99)] = 1
    """Trainings of each regularisation; the paper's 3."""
    architecture: Literal["glow", "realnvp"] = "glow"
    """The paper's RealNVP, or a smaller flow in the manner of Glow that trains on two cores."""
    width: Count = 32
    """Channels of the conditioners; the paper's 64."""
    couplings: Count = 4
    """Glow: couplings at each scale."""
    blocks: Count = 4
    """RealNVP: residual blocks of a conditioner."""
    scaling: Literal["domain", "full"] = "domain"
    """Grey levels at the ends of the logit: those that leave out 0.2 % of a domain's training
    pixels, with tails beyond (domain), or 0 and 255, as in the paper (full)."""
    discriminator: Annotated[tuple[Count, ...], Field(min_length=2)] = (
        16,
        32,
        64,
    )
    """Channels of the chips' discriminators; the paper's 64, 128, 256, 512."""
    standardise: bool = True
    """Whether discriminators see chips minus the mean of their domain, divided by its deviation; in
    the paper, they see chips from -1 to 1."""
    standardise_topology: bool = True
    """Whether discriminators of persistence images see each pixel standardised by its domain and
    large values squashed; in the paper, they see the images as they are."""
    epochs: Count = 10
    """Epochs of a training; the paper's 30."""
    steps_per_epoch: Count | None = 60
    """Steps of an epoch; null: so many that the largest domain is seen once."""
    batch_size: Annotated[int, Field(ge=2)] = 16
    """Chips of each domain in a step; the paper's 8."""
    learning_rate: Positive = 1e-3
    """Learning rate of Adam, for flows and discriminators; the paper's 2e-4."""
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (
        0.5,
        0.99,
    )
    """Betas of Adam; the paper's 0.5 and 0.999."""
    weight_decay: Weight = 0.0
    """Weight decay of the scales of weight normalisation (RealNVP); the paper's 5e-5."""
    constant_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the epochs after which the learning rate falls linearly to zero; 1, as in the
    paper: it stays the same."""
    likelihood_share: Annotated[float, Field(ge=0, lt=1)] = 0.15
    """Share of the epochs in which the likelihood alone trains the flows; the paper's 0."""
    likelihood_weight: Weight = 2.0
    """Weight of the negative log-likelihood, in nats per pixel; the realism of one direction weighs
    1. The paper's is 1.64: 1e-4 on the sum over 128 x 128 pixels."""
    chosen_epoch: ChosenEpoch = "nearest"
    """Epoch that is kept: that whose synthetic validation chips are nearest to real ones in their
    signal-to-noise ratio (nearest), or have the highest, as in the paper (highest)."""
    paired: bool = True
    """Whether a specimen trains the flows of every domain that it was imaged in; if not, that of
    one alone, dealt in turn, as in the paper, whose samples have an image each."""
    topology_weight: TopologyWeights = TopologyWeights()
    """Weight of the topological term; the realism of one direction weighs 1."""
    gradient_clip: Positive | None = 5.0
    """Largest norm of the flows' gradient; null, as in the paper: no limit."""
    average: Annotated[float, Field(ge=0, lt=1)] = 0.995
    """Share of the averaged weights that a step keeps; 0, as in the paper: no average."""
    pool_size: Annotated[int, Field(ge=0)] = 50
    """Earlier synthetic chips of each domain that are kept for the discriminators."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Numbers with which conditioners and discriminators compute on a GPU; on a CPU, float32."""
    threads: Count = 1
    """Threads of a training on the CPU, and of exact persistence beside a GPU; another number
    changes the last digits."""

    def chosen(self) -> Self:
        """Reset options of the other architecture, and weights of what is not trained."""
        unused = ["blocks"] if self.architecture == "glow" else ["couplings"]
        if self.architecture == "glow":  # it has no weight normalisation
            unused.append("weight_decay")
        given: dict[str, float] = self.topology_weight.model_dump()
        weights = {name: given[name] for name in given if name in self.regularisations}
        trained = TopologyWeights.model_validate(weights)
        return self.without(*unused).model_copy(update={"topology_weight": trained})

    def training(self, regularisation: Regularisation) -> Self:
        """Reset what does not act on the training of one regularisation."""
        alone = self.model_copy(update={"regularisations": (regularisation,), "seeds": 1})
        return alone.chosen()

    @property
    def smallest_chip_px(self) -> int:
        """Smallest edge of a chip of which its discriminator classifies a patch."""
        edge = 1
        # kernels of 4 with a pixel of padding; all but the last two layers halve the image
        for stride in (1, 1, *[2] * (len(self.discriminator) - 1)):
            edge = (edge - 1) * stride + 2
        return edge

    @model_validator(mode="after")
    def _discriminators_play(self) -> Self:
        if math.ceil(self.likelihood_share * self.epochs) >= self.epochs:
            raise ValueError(
                f"likelihood_share is {self.likelihood_share} of {self.epochs} epochs: "
                "none is left to the discriminators; lower it or raise epochs."
            )
        return self

    @field_validator("regularisations")
    @classmethod
    def _once_each(cls, names: tuple[Regularisation, ...]) -> tuple[Regularisation, ...]:
        if len(set(names)) < len(names):
            raise ValueError(f"{list(names)} names one regularisation twice; remove one.")
        return names
