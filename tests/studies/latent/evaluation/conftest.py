"""Small datasets, stores of what networks would have made of them, and their measures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.latent.evaluation.options import MeasuringOptions
from pspflow.studies.latent.evaluation.stages.measure import measure

OPTIONS = MeasuringOptions(resamples=50)
TABLES = ("reconstructions", "samples", "copies")
COUNTS = {"train": 24, "validation": 4, "test": 20}
ORIGIN = Provenance.of("test", {}, None, 0)
DIMS = ("image", "y", "x")


def smooth(count, seed, shape=(32, 40)):
    """Draw blurred noise."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(count, *shape)), (0, 2, 2))
    return np.clip(128 + 300 * noise, 0, 255).astype(np.uint8)


def cells(count, seed, cut=0):
    """Draw a brick wall with dark joints, each at another place; cut gaps into them."""
    rng = np.random.default_rng(seed)
    wall = np.full((48, 48), 255, np.uint8)
    wall[::12] = 0
    for row in range(0, 48, 12):
        wall[row : row + 12, (row // 12 % 2) * 6 :: 12] = 0
    images = np.stack([np.roll(wall, rng.integers(12, size=2), (0, 1)) for _ in range(count)])
    for image in images:
        for _ in range(cut):
            y, x = rng.integers(44, size=2)
            image[y : y + 4, x : x + 4] = 255
    return images


def write_dataset(folder, images, groups=None):
    """Write images as one shard; the first train, then some validate, the last test."""
    splits = np.repeat(list(COUNTS), list(COUNTS.values()))
    names = [f"image-{number}" for number in range(len(images))]
    table = pd.DataFrame(
        {"image_id": names, "split": splits, "group": names if groups is None else groups}
    )
    folder.mkdir(parents=True, exist_ok=True)
    with new_store(folder / "images.zarr", ORIGIN) as store:
        put_array(store, "images", images, DIMS, "grey level")
    write_table(folder / "images.parquet", table, ORIGIN)


def write_made(path, reconstructions, samples, epochs=(1, 4)):
    """Write a store as the stage `apply` does.

    Parameters
    ----------
    path
        Of the store.
    reconstructions
        Model, images of the last rows.
    samples
        (model, sampler), images.
    epochs
        Epochs of which the same images are shown.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    test = np.arange(sum(COUNTS.values()))[-COUNTS["test"] :]
    with new_store(path, ORIGIN) as store:
        put_array(store, "test_rows", test, ("image",), "1")
        for model, images in reconstructions.items():
            put_array(store, f"reconstructions/{model}", images, DIMS, "grey level")
            if model == "pca":
                store["reconstructions/pca"].attrs.update(components=20, latent_size=20)
            else:
                _put_epochs(store, f"epoch_reconstructions/{model}", images[:8], epochs)
        for (model, sampler), images in samples.items():
            put_array(store, f"samples/{model}/{sampler}", images, DIMS, "grey level")
            if model != "pca" and f"epochs/{model}" not in store:
                _put_epochs(store, f"epochs/{model}", images[:16], epochs)
                strips = images[:12].reshape(2, 6, *images.shape[1:])
                dims = ("strip", "step", "y", "x")
                put_array(store, f"strips/{model}", strips, dims, "grey level")


def _put_epochs(store, name, images, epochs):
    put_array(
        store, name, np.stack([images] * len(epochs)), ("epoch", "image", "y", "x"), "grey level"
    )
    store[name].attrs["epochs"] = list(epochs)


@dataclass
class Measured:
    """Folders of the datasets, and tables by dataset."""

    folder: Path
    tables: dict

    def row(self, dataset, kind, model, measure, sampler=None):
        """Return a row of a table."""
        table = self.tables[dataset][kind]
        here = (table["model"] == model) & (table["measure"] == measure)
        if sampler is not None:
            here &= table["sampler"] == sampler
        (at,) = np.flatnonzero(here)
        return table.iloc[at]


@pytest.fixture(scope="session")
def measured_all(tmp_path_factory):
    """Measure a smooth dataset, one of grains, and one of crops with adversarial networks."""
    folder = tmp_path_factory.mktemp("evaluation")
    total, tests = sum(COUNTS.values()), COUNTS["test"]
    fields = smooth(total, 0)
    write_dataset(folder / "gaussian_smooth", fields)
    test = fields[-tests:]
    stuck = np.full_like(test, 127)
    blurred = (test.astype(int) + smooth(tests, 1) // 8 - 16).clip(0, 255).astype(np.uint8)
    write_made(
        folder / "gaussian_smooth/made.zarr",
        {"printed": stuck, "kaiming": blurred, "pca": test},
        {
            ("printed", "independent"): stuck,
            ("kaiming", "independent"): smooth(tests, 2),
            ("kaiming", "fitted"): np.concatenate([fields[:2, ::-1], smooth(tests - 2, 3)]),
            ("pca", "fitted"): smooth(tests, 4),
        },
    )
    walls = cells(total, 0)
    write_dataset(folder / "grain_growth", walls)
    broken = cells(tests, 0, cut=8)
    write_made(
        folder / "grain_growth/made.zarr",
        {"printed": broken, "distance": walls[-tests:], "pca": broken},
        {
            ("printed", "independent"): broken,
            ("distance", "fitted"): cells(tests, 5),
            ("pca", "fitted"): broken,
        },
    )
    crops = smooth(total, 6)
    groups = [f"sample-{number // 4}" for number in range(total)]
    write_dataset(folder / "uhcs_64x64", crops, groups)
    collapsed = np.repeat(crops[25:26], tests, axis=0)
    write_made(
        folder / "uhcs_64x64/made.zarr",
        {},
        {
            ("dcgan", "noise"): collapsed,
            ("stationary", "noise"): smooth(tests, 7),
        },
    )
    tables = {}
    for dataset in ("gaussian_smooth", "grain_growth", "uhcs_64x64"):
        home = folder / dataset
        paths = {name: home / f"{name}.parquet" for name in TABLES}
        measure(
            dataset=dataset,
            images=(home / "images.zarr",),
            tables=(home / "images.parquet",),
            made=home / "made.zarr",
            **paths,
            options=OPTIONS,
        )
        tables[dataset] = {name: read_table(path) for name, path in paths.items()}
    return Measured(folder, tables)
