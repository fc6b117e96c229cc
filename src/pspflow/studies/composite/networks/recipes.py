"""The networks of the study: a recipe each, from which everything else about them derives.

The order of the recipes is the order of tables and figures: the paper's first, our own additions
after the network that each adds a step to.
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
    autoencoder: bool = True
    """Whether it encodes and decodes; if not, it is regression alone."""
    regression: bool = True
    """Whether it predicts properties."""
    mixture: bool = False
    """Whether its prior is a mixture."""
    augmented: bool = False
    """Whether it is trained on symmetric copies of the structures, with our optimiser and its
    schedule."""
    log: bool = False
    """Whether it learns the logarithms of the properties."""
    statistics: bool = False
    """Whether trunk, decoder and loss are ours rather than the paper's."""
    convolved: bool = False
    """Whether its decoder convolves noise twice, and its loss compares lineal paths too."""
    after: str = ""
    """The network that it adds a step to; none for the paper's."""

    @property
    def ours(self) -> bool:
        """Whether it is our addition rather than the paper's."""
        return self.augmented

    @property
    def objective(self) -> str:
        """The section of the options that has its loss and optimiser."""
        if self.statistics:
            return "statistics"
        return "scheduled" if self.augmented else "published"

    @property
    def style(self) -> bool:
        """Whether its loss looks through the features of the style loss."""
        return self.autoencoder and not self.statistics


AUTOENCODER: Final = "pspflow.models.vae_regression:VAERegression"
REGRESSOR: Final = "pspflow.models.vae_regression:VoxelRegressor"
RECIPES: Final[dict[str, Recipe]] = {
    "cnn": Recipe("CNN", REGRESSOR, autoencoder=False),
    "cnn_augmented": Recipe(
        "CNN, copies", REGRESSOR, autoencoder=False, augmented=True, after="cnn"
    ),
    "cnn_log": Recipe(
        "CNN, logarithms",
        REGRESSOR,
        autoencoder=False,
        augmented=True,
        log=True,
        after="cnn_augmented",
    ),
    "cnn_statistics": Recipe(
        "CNN + statistics",
        REGRESSOR,
        autoencoder=False,
        augmented=True,
        log=True,
        statistics=True,
        after="cnn_log",
    ),
    "vae": Recipe("VAE", AUTOENCODER, regression=False),
    "vae_statistics": Recipe(
        "VAE + statistics",
        AUTOENCODER,
        regression=False,
        augmented=True,
        statistics=True,
        after="vae",
    ),
    "gaussian": Recipe("VAE-regression, Gaussian", AUTOENCODER),
    "gaussian_augmented": Recipe("Gaussian, copies", AUTOENCODER, augmented=True, after="gaussian"),
    "gaussian_log": Recipe(
        "Gaussian, logarithms",
        AUTOENCODER,
        augmented=True,
        log=True,
        after="gaussian_augmented",
    ),
    "gaussian_statistics": Recipe(
        "Gaussian + statistics",
        AUTOENCODER,
        augmented=True,
        log=True,
        statistics=True,
        after="gaussian_log",
    ),
    "mixture": Recipe("VAE-regression, mixture", AUTOENCODER, mixture=True),
    "mixture_augmented": Recipe(
        "mixture, copies", AUTOENCODER, mixture=True, augmented=True, after="mixture"
    ),
    "mixture_log": Recipe(
        "mixture, logarithms",
        AUTOENCODER,
        mixture=True,
        augmented=True,
        log=True,
        after="mixture_augmented",
    ),
    "mixture_statistics": Recipe(
        "mixture + statistics",
        AUTOENCODER,
        mixture=True,
        augmented=True,
        log=True,
        statistics=True,
        after="mixture_log",
    ),
    "mixture_convolved": Recipe(
        "mixture, convolved noise",
        AUTOENCODER,
        mixture=True,
        augmented=True,
        log=True,
        statistics=True,
        convolved=True,
        after="mixture_statistics",
    ),
}
PREDICTING: Final = tuple(name for name, recipe in RECIPES.items() if recipe.regression)
"""Networks that predict properties."""
PLAIN_AUTOENCODERS: Final = tuple(
    name for name, recipe in RECIPES.items() if recipe.autoencoder and not recipe.regression
)
"""Networks whose latents the baselines take: the paper's and ours."""
PLAIN_AUTOENCODER: Final = PLAIN_AUTOENCODERS[0]
"""The paper's."""


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
