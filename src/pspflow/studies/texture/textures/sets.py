"""Sets of textures: their tables, and what simulated textures are mixed from."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.mechanics.texture import Recipes, draw_recipes, make_candidates, texture_index
from pspflow.seeds import generator
from pspflow.studies.texture.textures.options import SetName, SimulatedTexturesOptions
from pspflow.studies.texture.textures.store import TEXTURE, texture_names

BATCH: Final = 200
"""Textures that are made at once: about 2 MB of 128 grains."""
NAME, CRYSTALS, HALF_WIDTH, INDEX = "name", "crystals", "half_width_deg", "texture_index"
"""Columns of the table of a simulated set, beside the texture's row."""
FILE, MISSED = "file", "coefficient_distance"
"""Columns of a user's set: the file, and how far the chosen orientations are from those in it."""


def draw_set(name: SetName, options: SimulatedTexturesOptions, seed: int) -> Recipes:
    """Draw what the textures of a set are mixed from, from a stream of its own.

    Sets differ in their draws alone: as many of a hundred are single crystals in each.
    """
    low, high = np.deg2rad(options.half_width_range_deg)
    return draw_recipes(
        *options.counts(name),
        options.largest,
        generator(seed, f"texture {name}"),
        (float(low), float(high)),
    )


def batches_of_coefficients(recipes: Recipes, grains: int) -> Iterator[NDArray[np.float64]]:
    """Yield the coefficients of textures, `n x 36`, some textures at a time."""
    for start in range(0, len(recipes.shares), BATCH):
        yield make_candidates(recipes.part(start, start + BATCH), grains).coefficients


def set_table(name: SetName, recipes: Recipes, coefficients: NDArray[np.float64]) -> pd.DataFrame:
    """Tabulate the textures of a simulated set, coefficients (n, 36), in their order."""
    count = len(coefficients)
    return pd.DataFrame(
        {
            TEXTURE: np.arange(count),
            NAME: texture_names(count, name),
            CRYSTALS: np.count_nonzero(recipes.shares, axis=1),
            HALF_WIDTH: np.rad2deg(recipes.half_widths_rad),
            INDEX: texture_index(coefficients),
        }
    )
