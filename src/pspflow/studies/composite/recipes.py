"""The networks of the study by name, and what distinguishes them."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

ModelName = Literal[
    "cnn",
    "cnn_augmented",
    "cnn_statistics",
    "vae",
    "gaussian",
    "mixture",
    "gaussian_statistics",
    "mixture_statistics",
]


@dataclass(frozen=True)
class Recipe:
    """How a network differs from the others."""

    autoencoder: bool = True
    """Whether it encodes and decodes; regression alone otherwise."""
    regression: bool = True
    """Whether it predicts properties."""
    mixture: bool = False
    """Whether its prior is a mixture."""
    statistics: bool = False
    """Whether trunk, decoder and loss are ours rather than the paper's, and logarithms learned."""
    augmented: bool = False
    """Whether it is shown each structure in all of its symmetric copies."""


RECIPES: Final[dict[ModelName, Recipe]] = {
    "cnn": Recipe(autoencoder=False),
    "cnn_augmented": Recipe(autoencoder=False, augmented=True),
    "cnn_statistics": Recipe(autoencoder=False, statistics=True, augmented=True),
    "vae": Recipe(regression=False),
    "gaussian": Recipe(),
    "mixture": Recipe(mixture=True),
    "gaussian_statistics": Recipe(statistics=True, augmented=True),
    "mixture_statistics": Recipe(mixture=True, statistics=True, augmented=True),
}
MODELS: Final = get_args(ModelName)
