"""Options of one training of flows; their docstrings are the schema's help."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import Field

from pspflow.options import Count, Options, Positive, Weight

Regularisation = Literal["none", "pinet", "exact"]
ChosenEpoch = Literal["nearest", "highest"]
Architecture = Literal["glow", "realnvp"]
OF_ONE_ARCHITECTURE: Final[Mapping[Architecture, Sequence[str]]] = {
    "glow": ("couplings",),
    "realnvp": ("blocks", "weight_decay"),  # the other has no weight normalisation
}
"""Options that act on one architecture alone."""
OTHER: Final[Mapping[Architecture, Architecture]] = {"glow": "realnvp", "realnvp": "glow"}


class TopologyWeights(Options):
    """Weights of the topological adversarial term, by what makes its persistence images."""

    pinet: Positive = 1.0
    """Weight of the term through PI-Net, the paper's; it names none."""
    exact: Positive = 0.2
    """Weight of the term through the exact layer, whose gradient is several times larger."""


class FlowTraining(Options):
    """How the flows of one variant are trained."""

    architecture: Architecture = "glow"
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
    epochs: Count = 8
    """Epochs of a training; the paper's 30."""
    steps_per_epoch: Count | None = 35
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
    topology_share: Positive | None = None
    """Largest norm of the gradient that the topological term has on the synthetic chips of a
    domain, over that of their realism; where it is larger, it is scaled down, in each step and
    domain. null, as in the paper: no limit."""
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

    @property
    def played(self) -> bool:
        """Whether there are epochs with discriminators."""
        return math.ceil(self.likelihood_share * self.epochs) < self.epochs

    def acting(self, regularisation: Regularisation) -> Self:
        """Reset what does not act on a training with this regularisation."""
        unused = list(OF_ONE_ARCHITECTURE[OTHER[self.architecture]])
        if regularisation == "none":
            unused += ["standardise_topology", "topology_share"]
        weights = TopologyWeights()
        if regularisation != "none":
            weight = getattr(self.topology_weight, regularisation)
            weights = TopologyWeights.model_validate({regularisation: weight})
        return self.without(*unused).model_copy(update={"topology_weight": weights})

    @property
    def smallest_chip_px(self) -> int:
        """Smallest edge of a chip of which its discriminator classifies a patch."""
        return smallest_chip_px(len(self.discriminator))


def smallest_chip_px(layers: int) -> int:
    """Return the smallest edge of a chip that discriminators of so many layers classify."""
    edge = 1
    # kernels of 4 with a pixel of padding; all but the last two layers halve the image
    for stride in (1, 1, *[2] * (layers - 1)):
        edge = (edge - 1) * stride + 2
    return edge
