"""Options of the flows and of how they are judged; see `pspflow.studies.temper.options`."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from pspflow.options import Options

Regularisation = Literal["none", "pinet", "exact"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class TopologyWeights(Options):
    """Weights of the topological adversarial term, by what makes its persistence images."""

    pinet: Positive = 2.5
    """Through PI-Net; the paper's."""
    exact: Positive = 0.5
    """Through the exact layer, whose gradient is several times larger."""


class FlowOptions(Options):
    """The flows and how they are trained; the paper's values are in workflow/config/paper.yaml."""

    regularisations: Annotated[tuple[Regularisation, ...], Field(min_length=1)] = ("none", "exact")
    """Topological regularisations to train with: none, pinet (the paper's), exact."""
    seeds: Annotated[int, Field(ge=1, le=99)] = 1
    """Trainings of each; the paper's 3."""
    architecture: Literal["glow", "realnvp"] = "glow"
    """The paper's RealNVP, or a smaller flow in the manner of Glow that trains on two cores."""
    width: Annotated[int, Field(ge=1)] = 32
    """Channels of the conditioners; the paper's 64."""
    couplings: Annotated[int, Field(ge=1)] = 4
    """Glow: couplings at each scale."""
    blocks: Annotated[int, Field(ge=1)] = 4
    """RealNVP: residual blocks of a conditioner."""
    scaling: Literal["domain", "full"] = "domain"
    """What the logit's ends are: a domain's lowest and highest grey level, or, as in the paper, 0
    and 255."""
    discriminator: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=2)] = (
        16,
        32,
        64,
    )
    """Channels of the chips' discriminators; the paper's 64, 128, 256, 512."""
    standardise: bool = True
    """Whether discriminators of chips see them less their domain's mean and over its deviation,
    or, as in the paper, from -1 to 1."""
    epochs: Annotated[int, Field(ge=1)] = 10
    """Epochs; the paper's 30."""
    steps_per_epoch: Annotated[int, Field(ge=1)] | None = 60
    """Steps of an epoch; null: as many as show the largest domain once."""
    batch_size: Annotated[int, Field(ge=2)] = 16
    """Chips of each domain in a step; the paper's 8."""
    learning_rate: Positive = 1e-3
    """Of Adam, for flows and discriminators; the paper's 2e-4."""
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (
        0.5,
        0.99,
    )
    """Of Adam; the paper's 0.5 and 0.999."""
    weight_decay: Weight = 0.0
    """On the scales of weight normalisation (RealNVP); the paper's 5e-5."""
    constant_share: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Share of the epochs before the learning rate falls linearly to nothing."""
    likelihood_share: Annotated[float, Field(ge=0, lt=1)] = 0.15
    """Share of the epochs in which the likelihood alone trains the flows; the paper's 0."""
    likelihood_weight: Weight = 2.0
    """Weight of the negative log-likelihood, in nats a pixel, against one direction's realism."""
    topology_weight: TopologyWeights = TopologyWeights()
    """Weight of the topological term against one direction's realism."""
    gradient_clip: Positive | None = 5.0
    """Largest norm of the flows' gradient; null, as in the paper: any."""
    average: Annotated[float, Field(ge=0, lt=1)] = 0.995
    """Share of the averaged weights that a step keeps; 0, as in the paper: no average."""
    pool_size: Annotated[int, Field(ge=0)] = 50
    """Earlier synthetic chips kept for the discriminators, of each domain."""
    mixed_precision: bool = True
    """Whether conditioners and discriminators take bfloat16 on a GPU."""

    def chosen(self) -> Self:
        """Forget options of the other architecture, and weights of what is not trained."""
        fields = type(self).model_fields
        unused = "blocks" if self.architecture == "glow" else "couplings"
        weights: dict[str, float] = {
            name: value
            for name, value in self.topology_weight.model_dump().items()
            if name in self.regularisations
        }
        update = {unused: fields[unused].default, "topology_weight": TopologyWeights(**weights)}
        if self.architecture == "glow":  # it has no weight normalisation
            update["weight_decay"] = fields["weight_decay"].default
        return self.model_copy(update=update)

    def training(self, regularisation: Regularisation) -> Self:
        """Forget what does not act on the training of one regularisation."""
        alone = self.model_copy(update={"regularisations": (regularisation,), "seeds": 1})
        return alone.chosen()

    @property
    def smallest_chip_px(self) -> int:
        """Smallest edge of a chip on which its discriminator leaves a patch to judge."""
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


class TransferOptions(Options):
    """How trained flows are judged on chips of specimens they never saw."""

    chips_per_specimen: Annotated[int, Field(ge=2)] = 60
    """Most held-out chips of one specimen and domain that are transferred and compared."""
    resamples: Annotated[int, Field(ge=100)] = 500
    """Resamples of the specimens behind an interval."""
    label_chips_per_specimen: Annotated[int, Field(ge=1)] = 40
    """Most real training chips of one specimen that a label's classifier learns from."""
    label_runs: Annotated[int, Field(ge=1)] = 3
    """Classifiers for each label, on other draws of training chips; the paper's 3."""

    @property
    def drawing(self) -> "TransferOptions":
        """The part that says which chips are transferred."""
        return TransferOptions(chips_per_specimen=self.chips_per_specimen)

    @property
    def plausibility(self) -> "TransferOptions":
        """The part that plausibility depends on."""
        return TransferOptions(chips_per_specimen=self.chips_per_specimen, resamples=self.resamples)

    @property
    def labels(self) -> "TransferOptions":
        """The part that label preservation depends on."""
        return self.model_copy(
            update={"chips_per_specimen": type(self).model_fields["chips_per_specimen"].default}
        )
