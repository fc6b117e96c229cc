"""Options of the networks: autoencoders with and without regression, and regression alone."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from pspflow.options import Options
from pspflow.studies.composite.data_options import SetName
from pspflow.studies.composite.recipes import RECIPES, ModelName, Recipe

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Beta = Annotated[float, Field(ge=0, lt=1)]


def _defaults(options: Options, names: set[str]) -> dict[str, Any]:
    """Return the defaults of some options."""
    fields = type(options).model_fields
    return {name: fields[name].default for name in names}


class ObjectiveOptions(Options):
    """Weights of a loss's terms beside that of the reconstruction, 1, and its optimiser."""

    learning_rate: Positive = 5e-4
    """Of Adam; the paper's 0.0005."""
    betas: tuple[Beta, Beta] = (0.75, 0.999)
    """Of Adam; the paper's."""
    regression_weight: Weight = 10.0
    """Of the negative log likelihood of the properties. The paper's is 10 after a multiplier of 2
    that brings it to the scale of its style loss; ours is in units of its mean."""
    kl_weight: Weight = 0.001
    """Of the divergence from the prior, in nats. The paper's is 1 after a multiplier of 20 on its
    own scale; at 0.05 of ours the posterior collapses."""

    def trained(self, recipe: Recipe) -> Self:
        """Forget the weights of terms that a network does not have."""
        unused = set()
        if not recipe.autoencoder:
            unused |= {"regression_weight", "kl_weight", "consistency_weight"}
        if not recipe.regression:
            unused.add("regression_weight")
        return self.model_copy(update=_defaults(self, unused & set(type(self).model_fields)))


class StatisticsOptions(ObjectiveOptions):
    """The same for the networks that compare statistics."""

    learning_rate: Positive = 2e-3
    """Of Adam at first; it falls to nothing as a cosine over the epochs."""
    betas: tuple[Beta, Beta] = (0.9, 0.999)
    """Of Adam."""
    regression_weight: Weight = 1.0
    """Of the negative log likelihood of the properties."""
    kl_weight: Weight = 0.001
    """Of the divergence from the prior, in nats."""
    consistency_weight: Weight = 1.0
    """Of the squared error that the regressor sees in what was decoded and cut."""


class EpochsOptions(Options):
    """Most epochs on each set."""

    all: Count = 8
    """On all structures."""
    pair: Count = 15
    """On the two morphologies of inverse design."""


class NetworkOptions(Options):
    """Sizes and training of all networks but those of localization."""

    latent: Count = 16
    """Dimensions of the latent space; the paper's 16."""
    components: Annotated[int, Field(ge=2, le=64)] = 2
    """Of the mixture prior; the paper's 2 for two morphologies."""
    width: Count = 8
    """Filters of the first convolution; the paper's 16."""
    decoder_width: Count = 4
    """Filters of the decoder's narrowest convolution; the paper's 16."""
    dense: Annotated[int, Field(ge=2)] = 256
    """Units of the first dense layer; the paper's 2048."""
    batch_size: Count = 8
    """Structures in a batch; the paper's 8."""
    max_epochs: EpochsOptions = EpochsOptions()
    """Most epochs on each set."""
    patience: Count = 10
    """Epochs without a lower validation loss after which training stops; the paper's 10."""
    style_weights: Path | None = None
    """VGG19's weights, safetensors or torch's own file; null: fixed random filters."""
    published: ObjectiveOptions = ObjectiveOptions()
    """Loss and optimiser of cnn, vae, gaussian and mixture."""
    statistics: StatisticsOptions = StatisticsOptions()
    """Loss and optimiser of the *_statistics networks and of cnn_augmented."""

    def trained(self, model: ModelName, name: SetName) -> Self:
        """Forget what the training of this model on this set does not use."""
        recipe = RECIPES[model]
        ours = recipe.statistics or recipe.augmented
        unused = {"published" if ours else "statistics"}
        if not recipe.autoencoder or recipe.statistics:
            unused |= {"style_weights", "decoder_width"}
        if not recipe.autoencoder:
            unused.add("latent")
        if not recipe.mixture:
            unused.add("components")
        reset = _defaults(self, unused)
        used = "statistics" if ours else "published"
        reset[used] = self.objective(model).trained(recipe)
        reset["max_epochs"] = EpochsOptions.model_validate({name: self.epochs(name)})
        return self.model_copy(update=reset)

    def epochs(self, name: SetName) -> int:
        """Return the most epochs on a set."""
        return self.max_epochs.all if name == "all" else self.max_epochs.pair

    def objective(self, model: ModelName) -> ObjectiveOptions:
        """Return the part that the training of this model takes."""
        recipe = RECIPES[model]
        return self.statistics if recipe.statistics or recipe.augmented else self.published


Prior = Literal["joint", "refitted"]
"""The prior trained with the rest, or refitted by maximum likelihood on the frozen encoder."""
