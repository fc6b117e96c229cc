"""Persistence images of the temper study: what its options mean to the topology layer."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, put_array, read_values
from pspflow.io.artefacts import fingerprint
from pspflow.io.imagesets import Micrographs
from pspflow.microstructure.loader import chip_batches
from pspflow.studies.temper.options import PersistenceOptions
from pspflow.topology import persistence_images

IMAGES = "persistence_image"
DIMS = ("chip", "homology", "birth", "persistence")


def units(options: PersistenceOptions) -> str:
    """Name the unit of a persistence image's pixels."""
    return "grey level" if options.weight == "persistence" else "1"


def batches(
    store: Micrographs, chips: pd.DataFrame, options: PersistenceOptions
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield positions in `chips` and their (n, 2, resolution, resolution) float64 images."""
    for at, images in chip_batches(store, chips):
        yield at, compute(images, options)


def compute(images: np.ndarray, options: PersistenceOptions) -> np.ndarray:
    """Compute persistence images (n, 2, resolution, resolution) of chips (n, rows, columns)."""
    return persistence_images(
        images,
        convention=options.convention,
        backend=options.backend,
        resolution=options.resolution,
        birth_range=options.birth_range,
        persistence_range=options.persistence_range,
        sigma=options.sigma,
        weight=options.weight,
        infinite_death=options.infinite_death,
    )


def put_axes(group: zarr.Group, options: PersistenceOptions) -> None:
    """Add the coordinates of a persistence-image array: homology dimension, pixel centres."""
    put_array(group, "homology", np.arange(2), ("homology",), "1")
    for name, (low, high) in (
        ("birth", options.birth_range),
        ("persistence", options.persistence_range),
    ):
        edges = np.linspace(low, high, options.resolution + 1)
        put_array(group, name, (edges[1:] + edges[:-1]) / 2, (name,), "grey level")


def images_of(persistence: Path, chips: Path) -> np.ndarray:
    """Read persistence images, refusing those of other chips: they are joined by order."""
    store = open_store(persistence)
    if store.attrs["chips"] != fingerprint(chips):
        raise InputError(
            f"{persistence} was made from other chips than {chips}; delete it and rerun."
        )
    return read_values(store, IMAGES)


def share(chips: pd.DataFrame, shard: str) -> pd.DataFrame:
    """Take one share of the chips, `2-of-8` for example: consecutive rows, almost equal shares."""
    number, of, total = shard.partition("-of-")
    if not of or not 1 <= int(number) <= int(total):
        raise InputError(f"The shard is {shard!r}; write it as 2-of-8.")
    first = len(chips) * (int(number) - 1) // int(total)
    last = len(chips) * int(number) // int(total)
    return chips.iloc[first:last]
