"""Options of the networks: autoencoders with and without regression, and regression alone."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field

from pspflow.options import Count, Options, Positive, Weight
from pspflow.studies.composite.networks.recipes import RECIPES, NetworkName, Recipe
from pspflow.studies.composite.structures.options import FAMILIES, HELD_OUT, SetName

Beta = Annotated[float, Field(ge=0, lt=1)]
Prior = Literal["joint", "refitted"]
"""The prior trained with the rest, or refitted by maximum likelihood on the frozen encoder."""


class ObjectiveOptions(Options):
    """Weights of the terms of a loss, relative to that of the reconstruction, and its optimiser."""

    learning_rate: Positive = 5e-4
    """Learning rate of Adam; the paper's 0.0005."""
    betas: tuple[Beta, Beta] = (0.75, 0.999)
    """Betas of Adam; the paper's."""
    regression_weight: Weight = 0.1
    """Weight of the negative log likelihood of the properties. The paper's is 10 after a multiplier
    of 2 that brings it to the scale of its style loss; ours is in units of its mean, and the
    decoder learns the later the larger it is."""
    kl_weight: Weight = 0.001
    """Weight of the divergence from the prior, in nats. The paper's is 1 after a multiplier of 20
    on its own scale; at 0.05 of ours the posterior collapses."""

    def trained(self, recipe: Recipe) -> Self:
        """Reset the weights of terms that a network does not have."""
        unused: set[str] = set()
        if not recipe.autoencoder:
            unused |= {"regression_weight", "kl_weight", "consistency_weight"}
        if not recipe.regression:
            unused.add("regression_weight")
        return self.without(*unused & set(type(self).model_fields))


class ScheduledOptions(ObjectiveOptions):
    """The same for the paper's networks with symmetric copies and a schedule."""

    learning_rate: Positive = 2e-3
    """Learning rate of Adam at the start; it falls to zero as a cosine over the epochs."""
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    """Betas of Adam."""


class StatisticsOptions(ObjectiveOptions):
    """The same for our networks."""

    learning_rate: Positive = 2e-3
    """Learning rate of Adam at the start; it falls to zero as a cosine over the epochs."""
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    """Betas of Adam."""
    regression_weight: Weight = 1.0
    """Weight of the negative log likelihood of the properties."""
    kl_weight: Weight = 0.001
    """Weight of the divergence from the prior, in nats."""
    consistency_weight: Weight = 1.0
    """Weight of the squared error that the regressor finds in decoded and cut structures."""


class EpochsOptions(Options):
    """Number of epochs on each set."""

    all: Count = 6
    """Epochs on all structures."""
    pair: Count = 9
    """Epochs on the two morphologies of inverse design, and with a region of them held out."""
    large_pair: Count = 9
    """Epochs on the two morphologies at the paper's size."""
    families: Count = 6
    """Epochs on each family of structures."""

    @classmethod
    def key(cls, name: SetName) -> str:
        """Return the option that a set's number of epochs is in."""
        if name in FAMILIES:
            return "families"
        return "pair" if name == HELD_OUT else name

    def of(self, name: SetName) -> int:
        """Return the number of epochs on a set."""
        return int(getattr(self, self.key(name)))


class ConfiguredOptions(Options):
    """Sizes and training of a network, as far as they are configured for all of them."""

    latent: Count = 16
    """Dimensions of the latent space; the paper's 16."""
    components: Annotated[int, Field(ge=2, le=64)] = 2
    """Components of the mixture prior; the paper's 2 for two morphologies."""
    prior_spread: Positive = 0.1
    """Spread from which the means of the mixture's components start; the paper prints none."""
    width: Count = 8
    """Filters of the first convolution; the paper's 16."""
    decoder_width: Count = 4
    """Filters of the decoder's narrowest convolution; the paper's 16."""
    dense: Annotated[int, Field(ge=2)] = 256
    """Units of the first dense layer; the paper's 2048."""
    batch_size: Count = 8
    """Structures in a batch; the paper's 8."""
    max_epochs: EpochsOptions = EpochsOptions()
    """Largest number of epochs of the paper's networks, which stop by their patience."""
    scheduled_epochs: EpochsOptions = EpochsOptions()
    """Number of epochs of networks with a schedule, which reaches its end."""
    patience: Count = 10
    """Epochs without a lower part of the validation loss, reconstruction or squared errors of the
    properties, after which training stops; the paper's 10."""
    published: ObjectiveOptions = ObjectiveOptions()
    """Loss and optimiser of the paper's networks."""
    scheduled: ScheduledOptions = ScheduledOptions()
    """Loss and optimiser of the paper's networks with copies and a schedule."""
    statistics: StatisticsOptions = StatisticsOptions()
    """Loss and optimiser of our networks."""

    def epochs(self, network: NetworkName, name: SetName) -> int:
        """Return the largest number of epochs of a network on a set."""
        scheduled = RECIPES[network].augmented
        return (self.scheduled_epochs if scheduled else self.max_epochs).of(name)

    def objective(self, network: NetworkName) -> ObjectiveOptions:
        """Return the part that the training of this network uses."""
        chosen: ObjectiveOptions = getattr(self, RECIPES[network].objective)
        return chosen


class TrainingOptions(ConfiguredOptions):
    """Sizes and training of a network, as its training is told."""

    training_structures: Count | None = None
    """Number of training structures, spare ones among them; null: those of the split."""


class AblationOptions(Options):
    """Structures rebuilt voxel by voxel from slices along one axis, or along all three."""

    steps: Count = 100
    """Steps of Adam, from noise."""
    structures: Annotated[int, Field(ge=1, le=64)] = 2
    """Number of structures that are rebuilt: those that are longest along x."""


class NetworkOptions(ConfiguredOptions):
    """Sizes and training of all networks but those of localization."""

    style_weights: Path | None = None
    """File of VGG19's weights, safetensors or torch's own; null: fixed random filters."""
    ablation: AblationOptions = AblationOptions()
    """Which slices the style loss needs."""

    def trained(self, network: NetworkName, name: SetName) -> TrainingOptions:
        """Return what acts on the training of a network on a set; the rest has its defaults."""
        recipe = RECIPES[network]
        unused = {"published", "scheduled", "statistics", "max_epochs", "scheduled_epochs"}
        if not recipe.autoencoder or recipe.statistics:
            unused.add("decoder_width")
        if not recipe.autoencoder:
            unused.add("latent")
        if not recipe.mixture:
            unused |= {"components", "prior_spread"}
        if recipe.augmented:
            unused.add("patience")
        epochs = EpochsOptions.model_validate({EpochsOptions.key(name): self.epochs(network, name)})
        acting = self.without(*unused).model_copy(
            update={
                recipe.objective: self.objective(network).trained(recipe),
                "scheduled_epochs" if recipe.augmented else "max_epochs": epochs,
            }
        )
        kept = set(ConfiguredOptions.model_fields)
        return TrainingOptions.model_validate(acting.model_dump(include=kept))
