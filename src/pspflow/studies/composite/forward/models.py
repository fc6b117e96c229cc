"""All models that predict the stiffness: baselines, then networks."""

from collections.abc import Mapping
from typing import Final

from pspflow.studies.composite.forward.baselines import BASELINES
from pspflow.studies.composite.networks.recipes import PREDICTING, RECIPES

ORDER: Final = (*BASELINES, *PREDICTING)
"""Names of the models, in the order of tables and figures."""
LABELS: Final[Mapping[str, str]] = {
    **{name: baseline.label for name, baseline in BASELINES.items()},
    **{name: recipe.label for name, recipe in RECIPES.items()},
}
"""Names of the models and of the plain autoencoder, in figures."""


def place_of(model: str) -> int:
    """Return the place of a model in tables and figures."""
    return ORDER.index(model)
