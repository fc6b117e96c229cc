"""Persistence images of chips: what the options mean to the topology layer."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import zarr

from pspflow import topology
from pspflow.errors import InputError
from pspflow.io.arrays import open_store, put_array, read_values
from pspflow.io.artefacts import fingerprint
from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table
from pspflow.microstructure.loader import chip_batches
from pspflow.studies.shared.persistence.options import Imaging, PersistenceOptions
from pspflow.topology.fitting import fit_grid, outside_share

IMAGES = "persistence_image"
DIMS = ("chip", "homology", "birth", "persistence")


def diagrams(
    chips: np.ndarray, options: PersistenceOptions | Imaging
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the finite (H0, H1) pairs of each chip (n, rows, columns), (n, 2) in grey levels."""
    for chip in chips:
        h0, h1 = topology.persistence_pairs(chip, options.convention, options.backend)
        yield topology.close_essential_class(h0, float(chip.max()), options.infinite_death), h1


def fitted_imaging(chips: np.ndarray, options: PersistenceOptions) -> Imaging:
    """Fit to training chips (n, rows, columns) what the options leave open."""
    fitted = fit_grid([pairs for both in diagrams(chips, options) for pairs in both])
    span = options.persistence_range or fitted.persistence_range
    return Imaging(
        backend=options.backend,
        convention=options.convention,
        resolution=options.resolution,
        birth_range=options.birth_range or fitted.birth_range,
        persistence_range=span,
        sigma=options.sigma or (span[1] - span[0]) / (2 * options.resolution),
        unit_persistence=options.unit_persistence or fitted.unit_persistence,
        weight=options.weight,
        infinite_death=options.infinite_death,
    )


def mean_outside_share(chips: np.ndarray, imaging: Imaging) -> float:
    """Return the mean share of the weight of chips (n, rows, columns) outside the grid."""
    shares = [
        outside_share(np.concatenate(both), imaging.birth_range, imaging.persistence_range)
        for both in diagrams(chips, imaging)
    ]
    return float(np.mean(shares))


def read_imaging(grid: Path) -> Imaging:
    """Read what persistence images are made with."""
    (row,) = read_table(grid).to_dict("records")
    return Imaging.model_validate({name: json.loads(value) for name, value in row.items()})


def imaging_row(imaging: Imaging) -> pd.DataFrame:
    """Return the settings as a table of one row, each as JSON."""
    values = imaging.model_dump(mode="json")
    return pd.DataFrame([{name: json.dumps(value) for name, value in values.items()}])


def batches(
    store: Micrographs, chips: pd.DataFrame, imaging: Imaging
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield positions in `chips` and their (n, 2, resolution, resolution) float64 images."""
    for at, images in chip_batches(store, chips):
        yield at, compute(images, imaging)


def compute(images: np.ndarray, imaging: Imaging) -> np.ndarray:
    """Compute persistence images of chips.

    Parameters
    ----------
    images
        Chips, (n, rows, columns) uint8.
    imaging
        What to make them with.

    Returns
    -------
    ndarray
        (n, 2, resolution, resolution) float64 without unit: a pair of persistence
        `unit_persistence` weighs 1 (and every pair, where the weight is uniform).
    """
    made = topology.persistence_images(
        images,
        convention=imaging.convention,
        backend=imaging.backend,
        resolution=imaging.resolution,
        birth_range=imaging.birth_range,
        persistence_range=imaging.persistence_range,
        sigma=imaging.sigma,
        weight=imaging.weight,
        infinite_death=imaging.infinite_death,
    )
    return made / imaging.unit_persistence if imaging.weight == "persistence" else made


def put_axes(group: zarr.Group, imaging: Imaging) -> None:
    """Add the coordinates of a persistence-image array: homology dimension, pixel centres."""
    put_array(group, "homology", np.arange(2), ("homology",), "1")
    for name, (low, high) in (
        ("birth", imaging.birth_range),
        ("persistence", imaging.persistence_range),
    ):
        edges = np.linspace(low, high, imaging.resolution + 1)
        put_array(group, name, (edges[1:] + edges[:-1]) / 2, (name,), "grey level")


def images_of(persistence: Path, chips: Path) -> np.ndarray:
    """Read persistence images (n, 2, resolution, resolution) of chips, matched by order.

    Those of other chips are refused.
    """
    store = open_store(persistence)
    if store.attrs["chips"] != fingerprint(chips):
        raise InputError(
            f"{persistence} was made from other chips than {chips}; delete it and rerun."
        )
    return read_values(store, IMAGES)
