"""The networks of the study: a recipe each, from which everything else about them derives.

The order of the recipes is the order of tables and figures: the paper's first, our own additions
after their kin.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field


@dataclass(frozen=True)
class Recipe:
    """What a network is, and how it differs from the others."""

    label: str
    """Its name in figures."""
    net: str
    """`module:class` of the model; it is given those sizes that its signature names."""
    ours: bool = False
    """Whether it is our addition, with our optimiser, rather than the paper's."""
    autoencoder: bool = True
    """Whether it encodes and decodes; if not, it is regression alone."""
    regression: bool = True
    """Whether it predicts properties."""
    mixture: bool = False
    """Whether its prior is a mixture."""
    statistics: bool = False
    """Whether trunk, decoder and loss are ours rather than the paper's, and logarithms learned."""
    augmented: bool = False
    """Whether it is trained on symmetric copies of the structures."""

    @property
    def style(self) -> bool:
        """Whether its loss looks through the features of the style loss."""
        return self.autoencoder and not self.statistics


AUTOENCODER: Final = "pspflow.models.vae_regression:VAERegression"
REGRESSOR: Final = "pspflow.models.vae_regression:VoxelRegressor"
RECIPES: Final[dict[str, Recipe]] = {
    "cnn": Recipe("CNN", REGRESSOR, autoencoder=False),
    "cnn_augmented": Recipe(
        "CNN, augmented", REGRESSOR, ours=True, autoencoder=False, augmented=True
    ),
    "cnn_statistics": Recipe(
        "CNN + statistics",
        REGRESSOR,
        ours=True,
        autoencoder=False,
        statistics=True,
        augmented=True,
    ),
    "vae": Recipe("VAE", AUTOENCODER, regression=False),
    "gaussian": Recipe("VAE-regression, Gaussian", AUTOENCODER),
    "mixture": Recipe("VAE-regression, mixture", AUTOENCODER, mixture=True),
    "gaussian_statistics": Recipe(
        "Gaussian + statistics", AUTOENCODER, ours=True, statistics=True, augmented=True
    ),
    "mixture_statistics": Recipe(
        "mixture + statistics",
        AUTOENCODER,
        ours=True,
        mixture=True,
        statistics=True,
        augmented=True,
    ),
}
PREDICTING: Final = tuple(name for name, recipe in RECIPES.items() if recipe.regression)
"""Networks that predict properties."""
PLAIN_AUTOENCODER: Final = "vae"
"""The network whose latents the baselines take."""


def known_network(name: str) -> str:
    """Return the name of a network.

    Raises
    ------
    ValueError
        If there is no such network.
    """
    if name not in RECIPES:
        raise ValueError(f"there is no network {name!r}; choose from {', '.join(RECIPES)}.")
    return name


NetworkName = Annotated[
    str,
    AfterValidator(known_network),
    Field(json_schema_extra={"enum": list(RECIPES)}),
]
"""Name of a network of `RECIPES`."""


def label_of(model: str) -> str:
    """Return the label of a network in figures; another model keeps its own name."""
    return RECIPES[model].label if model in RECIPES else model
