"""Small datasets, and networks that are trained on them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.latent.datasets.image_sets import IMAGE_DIMS, IMAGES
from pspflow.studies.latent.networks.options import AutoencoderOptions, TrainingOptions
from pspflow.studies.latent.networks.stages.train import train

ORIGIN = Provenance("test", {}, 0, {})
SPLITS = ("train",) * 24 + ("validation",) * 8 + ("test",) * 4
EPOCHS = 4
OPTIONS = TrainingOptions(
    epochs=EPOCHS, snapshots=3, autoencoder=AutoencoderOptions(batch_size=4, learning_rate=1e-3)
)


def smooth_images(count, size=32):
    """Make smooth fields (count, size, size) uint8."""
    noise = np.random.default_rng(0).normal(size=(count, size, size))
    fields = gaussian_filter(noise, (0, 3, 3), mode="wrap")
    return np.clip(fields / fields.std() * 42 + 128, 0, 255).astype(np.uint8)


def grain_images(count, size=40, grains=12, wide=2):
    """Draw boundaries of Voronoi cells (count, size, size) uint8: light grains, dark lines."""
    rng = np.random.default_rng(1)
    places = np.stack(np.meshgrid(*2 * [np.arange(size)], indexing="ij"), -1)
    images = np.empty((count, size, size), np.uint8)
    for image in images:
        seeds = rng.uniform(0, size, (grains, 2))
        distances = np.sort(np.linalg.norm(places[:, :, None] - seeds, axis=-1), axis=-1)
        image[...] = np.where(distances[..., 1] - distances[..., 0] < wide, 20, 240)
    return images


def write_set(folder, images, splits=SPLITS):
    """Write images as a dataset of two shards."""
    table = pd.DataFrame({"split": splits})
    table["image_id"] = [f"image{number}" for number in range(len(table))]
    table["group"] = table["image_id"]
    stores, tables = [], []
    middle = len(images) // 2
    for number, part in enumerate((slice(None, middle), slice(middle, None))):
        stores.append(folder / f"{number}.zarr")
        tables.append(folder / f"{number}.parquet")
        with new_store(stores[-1], ORIGIN) as group:
            put_array(group, IMAGES, images[part], IMAGE_DIMS, "grey level")
        write_table(tables[-1], table.iloc[part].reset_index(drop=True), ORIGIN)
    return SimpleNamespace(stores=tuple(stores), tables=tuple(tables), images=images)


def trained(data, out, dataset="gaussian_smooth", model="kaiming", options=OPTIONS):
    """Train a network into a folder."""
    files = {
        "weights": out / "weights.safetensors",
        "history": out / "history.parquet",
        "errors": out / "errors.parquet",
        "snapshots": out / "snapshots",
    }
    train(
        dataset=dataset,
        latent_model=model,
        images=data.stores,
        tables=data.tables,
        options=options,
        device="cpu",
        **files,
    )
    return SimpleNamespace(**files, folder=out, data=data)


@pytest.fixture(scope="session")
def small_sets(tmp_path_factory):
    """Write the datasets, by name."""
    folder = tmp_path_factory.mktemp("sets")
    made = {"gaussian_smooth": smooth_images, "grain_growth": grain_images}
    for name in made:
        (folder / name).mkdir()
    return {name: write_set(folder / name, make(len(SPLITS))) for name, make in made.items()}


@pytest.fixture(scope="session")
def networks(small_sets, tmp_path_factory):
    """Train networks, by DATASET/MODEL."""
    names = ("gaussian_smooth/printed", "gaussian_smooth/kaiming", "grain_growth/distance")
    made = {}
    for name in names:
        dataset, model = name.split("/")
        out = tmp_path_factory.mktemp(model)
        made[name] = trained(small_sets[dataset], out, dataset, model)
    return made
