"""Which layers a network has, by dataset and by its name."""

from dataclasses import dataclass, replace
from typing import Final

from pspflow.models.latent.layers import PRINTED, Layers, PrintedName
from pspflow.studies.latent.names import DatasetName, LatentModel

PRINTED_FOR: Final[dict[DatasetName, PrintedName]] = {
    "gaussian_smooth": "smooth",
    "gaussian_binary": "binary",
    "grain_growth": "grain_growth",
    "additive": "additive",
    "weld": "additive",
    "inpainted": "uhcs",
    "uhcs_48x64": "uhcs",
    "chips": "uhcs",
}
"""Printed layers of each dataset. The report prints none for `weld`, which takes those of the other
melt pool, and none for `inpainted` and `chips`, which take those of crops of steel."""
NOT_PRINTED: Final = ("weld", "inpainted", "chips")
"""Datasets whose layers are printed for another one."""


@dataclass(frozen=True)
class Recipe:
    """An autoencoder of a dataset."""

    layers: Layers
    kaiming: bool
    """Whether its weights start as Kaiming's, or as torch's do."""
    distance: bool
    """Whether it encodes distances to the boundary instead of the image."""


def recipe_of(dataset: DatasetName, model: LatentModel) -> Recipe:
    """Return the layers of a network, and how it starts.

    Raises
    ------
    ValueError
        If the network is no autoencoder, or the dataset has none.
    """
    if dataset not in PRINTED_FOR:
        raise ValueError(f"{dataset} has no autoencoder")
    printed = PRINTED[PRINTED_FOR[dataset]]
    variants: dict[LatentModel, Layers] = {
        "printed": printed,
        "kaiming": printed,
        "distance": printed,
        "avgpool": replace(printed, pool="average"),
        "batch_norm": replace(printed, batch_norm=True),
        "no_batch_norm": replace(printed, batch_norm=False),
        "narrow": printed.scaled(0.5),
        "wide": printed.scaled(2),
    }
    if model not in variants:
        raise ValueError(f"{model} is no autoencoder")
    return Recipe(variants[model], kaiming=model != "printed", distance=model == "distance")
