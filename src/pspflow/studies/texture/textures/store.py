"""Stores of textures: the coefficients of each, and the orientations they come from.

A simulated texture is stored as its recipe, from which the same orientations are made each time; a
texture of a user as orientations. Both are as they are: `symmetric_orientations` makes them
orthorhombic, as coefficients and labels are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zarr
from numpy.typing import NDArray

from pspflow.io.arrays import get_array, new_store, open_store, put_array, read_values, reading
from pspflow.io.artefacts import Provenance
from pspflow.mechanics.texture import Candidates, Recipes, make_candidates, symmetrise
from pspflow.mechanics.texture.gsh import names

Floats = NDArray[np.float64]
COEFFICIENTS, ORIENTATIONS, WEIGHTS = "coefficients", "orientations", "weights"
RECIPE = ("centres", "shares", "half_widths_rad")
TEXTURE = "texture"


class Grains(NamedTuple):
    """Orientations of one texture."""

    orientations: Floats
    """Bunge–Euler angles in radians, `n x 3`."""
    weights: Floats
    """Volume fractions, `n`, of sum 1."""


@dataclass(frozen=True)
class TextureSet:
    """Textures of a set, in the order of its table."""

    coefficients: Floats
    """GSH coefficients of the orthorhombic textures, `n x 36`."""
    store: zarr.Group

    def __len__(self) -> int:
        return len(self.coefficients)

    def grains(self, texture: int) -> Grains:
        """Return the orientations of one texture as they are, without symmetry of the specimen."""
        if ORIENTATIONS in self.store:
            rows = [get_array(self.store, name) for name in (ORIENTATIONS, WEIGHTS)]
            with reading(rows[0]), reading(rows[1]):
                return Grains(*(np.asarray(each[texture]) for each in rows))
        arrays = [get_array(self.store, name) for name in RECIPE]
        recipe = Recipes(*(np.asarray(each[texture : texture + 1]) for each in arrays))
        made = make_candidates(recipe, int(self.store.attrs["grains"]))  # type: ignore[arg-type]
        return Grains(made.orientations[0], made.weights[0])

    def symmetric_grains(self, texture: int) -> Grains:
        """Return the orientations of one texture, with the symmetry of the specimen applied."""
        return Grains(*symmetrise(*self.grains(texture)))


def write_recipes(
    path: Path, recipes: Recipes, coefficients: Floats, grains: int, origin: Provenance
) -> None:
    """Write simulated textures, coefficients (n, 36), each of as many grains."""
    with new_store(path, origin) as store:
        store.attrs["grains"] = grains
        _put_coefficients(store, coefficients)
        put_array(store, RECIPE[0], recipes.centres, (TEXTURE, "crystal", "angle"), "rad")
        put_array(store, RECIPE[1], recipes.shares, (TEXTURE, "crystal"), "1")
        put_array(store, RECIPE[2], recipes.half_widths_rad, (TEXTURE,), "rad")


def write_orientations(path: Path, textures: Candidates, origin: Provenance) -> None:
    """Write textures as orientations."""
    with new_store(path, origin) as store:
        _put_coefficients(store, textures.coefficients)
        put_array(store, ORIENTATIONS, textures.orientations, (TEXTURE, "grain", "angle"), "rad")
        put_array(store, WEIGHTS, textures.weights, (TEXTURE, "grain"), "1")


def open_textures(path: Path) -> TextureSet:
    """Open the textures of a set."""
    store = open_store(path)
    return TextureSet(read_values(store, COEFFICIENTS), store)


def _put_coefficients(store: zarr.Group, coefficients: Floats) -> None:
    store.attrs["coefficient_names"] = list(names())
    put_array(store, COEFFICIENTS, coefficients, (TEXTURE, "coefficient"), "1")


def texture_names(count: int, set_name: str) -> Sequence[str]:
    """Name simulated textures: pool_00001 and so on, with as many digits as the last one needs."""
    digits = len(str(count - 1))
    return [f"{set_name}_{number:0{digits}d}" for number in range(count)]
