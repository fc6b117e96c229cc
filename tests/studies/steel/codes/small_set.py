"""A small set of micrographs, and models of codes trained on it, shared by the tests."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import write_table
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.studies.steel.codes.options import CodesOptions, HeldOut
from pspflow.studies.steel.codes.stages.reconstruct import reconstruct
from pspflow.studies.steel.codes.stages.train import train

ORIGIN = Provenance("test", {}, 0, {})
SIZE, CHIP = 48, 32
SPLITS = ("train", "train", "validation", "test", "test")
RATES = {"slow": 1.0, "medium": 3.0, "fast": 10.0}
OPTIONS = CodesOptions(
    models=("vq", "fsq"),
    held_out=HeldOut(domain="medium"),
    channels=(3, 4, 6),
    residual_blocks=1,
    bottleneck=3,
    code_dim=4,
    codes=12,
    levels=(3, 2),
    continuous_steps=5,
    crop_px=16,
    batch_size=4,
    learning_rate=5e-3,
    max_epochs=4,
    chips_per_micrograph=3,
    embedded_chips=14,
)


def made_up_rows(path_factor, micrographs=4, noise=0.0):
    """Make up chips of two domains whose reconstructed paths are longer by a factor."""
    draw = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "micrograph": np.repeat([f"{d}{i}" for d in "ab" for i in range(micrographs)], 3),
            "domain": np.repeat(["a", "b"], 3 * micrographs),
            "mse": 0.02,
            "ferrite_fraction": draw.uniform(0.6, 0.8, 6 * micrographs),
            "mean_free_path_px": draw.uniform(10, 20, 6 * micrographs),
            "failure": "",
        }
    )
    scatter = 1 + noise * draw.normal(size=len(table))
    return table.assign(
        reconstructed_ferrite_fraction=table["ferrite_fraction"] + 0.02,
        reconstructed_mean_free_path_px=table["mean_free_path_px"] * path_factor * scatter,
    )


@pytest.fixture(scope="session")
def steel_set(tmp_path_factory):
    """Write micrographs of light and dark regions in three domains, with chips and measures."""
    folder = tmp_path_factory.mktemp("steel")
    rng = np.random.default_rng(0)
    chips = []
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        for domain in RATES:
            for number, split in enumerate(SPLITS):
                field = gaussian_filter(rng.normal(size=(SIZE, SIZE)), 3)
                pixels = np.where(field > np.quantile(field, 0.3), 190, 60).astype(np.uint8)
                image = {"micrograph": f"{domain}{number}", "specimen": domain, "domain": domain}
                entry = pd.Series({**image, "image": "made up", "pixel_size_um": 0.3})
                put_micrograph(store, entry, pixels)
                region = {"row_start": 0, "row_stop": SIZE, "column_start": 0, "column_stop": SIZE}
                chips.append(chip_rows(grid_windows(region, CHIP, 8), CHIP, image, split))
    rows = pd.concat(chips, ignore_index=True)
    write_table(folder / "chips.parquet", rows, ORIGIN)
    rates = rows["domain"].map(RATES)
    write_table(folder / "measures.parquet", rows.assign(rate=rates), ORIGIN)
    return SimpleNamespace(
        micrographs=folder / "micrographs.zarr",
        chips=folder / "chips.parquet",
        measures=folder / "measures.parquet",
        rows=rows,
    )


def trained(data, out, code_model="vq", trained_on="all", options=OPTIONS):
    """Train a model of codes into a folder."""
    files = {"weights": out / "weights.safetensors", "history": out / "history.parquet"}
    chosen = options.training(code_model, trained_on)
    train(
        code_model=code_model,
        trained_on=trained_on,
        micrographs=data.micrographs,
        chips=data.chips,
        options=chosen,
        device="cpu",
        **files,
    )
    return SimpleNamespace(**files, folder=out)


@pytest.fixture(scope="session")
def models(steel_set, tmp_path_factory):
    """Train both quantisers, and reconstruct test chips with each."""
    made = {}
    for name in OPTIONS.models:
        run = trained(steel_set, tmp_path_factory.mktemp(name), name)
        run.reconstructions, run.pictures = run.folder / "r.parquet", run.folder / "pictures.zarr"
        reconstruct(
            weights=run.weights,
            micrographs=steel_set.micrographs,
            chips=steel_set.chips,
            reconstructions=run.reconstructions,
            pictures=run.pictures,
            options=OPTIONS.reconstruction,
            device="cpu",
        )
        made[name] = run
    return made
