"""Stage: the section on reconstructions and samples is written."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.latent.datasets.image_sets import ImageSet, open_images
from pspflow.studies.latent.evaluation.figures import (
    EDGE,
    rows_picture,
    sheets_picture,
    strips_picture,
)
from pspflow.studies.latent.evaluation.made_images import FITTED, PCA, MadeImages
from pspflow.studies.latent.evaluation.options import EvaluationOptions
from pspflow.studies.latent.evaluation.results import Results
from pspflow.studies.latent.evaluation.section import evaluation_section
from pspflow.studies.latent.names import DATASET_NAMES, GANS, DatasetName
from pspflow.studies.paths import FigureFolder, NamedStores, NamedTables, SectionFile
from pspflow.studies.shared.sections import FigureSheet, save_section
from pspflow.studies.stage import Seed, stage

SHOWN: Final = ("printed", "kaiming", "distance", *GANS)
"""Networks in the figures; the ablations stand in tables alone."""
REPORTED: Final = ("printed", "dcgan")
"""Networks of the report, of which several epochs are shown."""
MOST_EPOCHS: Final = 3
"""Epochs of them in the figures: the first, the last and one between."""
REPORT_FIGURES: Final = {
    "gaussian_smooth": ("5-2", "5-3"),
    "gaussian_binary": ("6-1", "6-2"),
    "grain_growth": ("7-2", "7-3"),
    "additive": ("8-1", "8-2"),
    "uhcs_48x64": ("9-2", "9-3"),
    "uhcs_64x64": ("", "10-1"),
}
"""The report's figures of reconstructions and of samples."""


@stage
def section(
    *,
    made: NamedStores,
    images: NamedStores,
    tables: NamedTables,
    reconstructions: NamedTables,
    samples: NamedTables,
    copies: NamedTables,
    figures: FigureFolder,
    section: SectionFile,
    simulated_crops: bool = False,
    options: EvaluationOptions = EvaluationOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Write what the report says about reconstructions and samples; draw them.

    Parameters
    ----------
    made
        DATASET=PATH: stores of what networks made.
    images, tables
        DATASET/SHARD=PATH: stores of the images of the datasets, and their tables, in order.
    reconstructions, samples, copies
        DATASET=PATH: tables as `measure` writes them.
    simulated_crops
        Whether crops are of simulated micrographs.
    """
    datasets = [name for name in DATASET_NAMES if name in made]
    stores = {name: MadeImages.open(made[name]) for name in datasets}
    real = {name: _of_dataset(name, images, tables) for name in datasets}
    rows_of = [_joined(datasets, each) for each in (reconstructions, samples, copies)]
    components = {name: each.components for name, each in stores.items()}
    known: dict[str, tuple[int, int]] = {
        name: each for name, each in components.items() if each is not None
    }
    results = Results(rows_of[0], rows_of[1], rows_of[2], known, simulated_crops)
    sheet = FigureSheet(figures, "evaluation", origin)
    pictures = {}
    for name in datasets:
        called = results.called(name)
        below, samples_of = REPORT_FIGURES.get(name, ("", ""))
        rows = _reconstructions(stores[name], real[name])
        if rows:
            key = f"{name}_reconstructions"
            pictures[key] = sheet.save_picture(
                key,
                rows_picture(rows),
                f"Reconstructions of {called}{_figure(below)}: above {len(rows['test images'])} "
                "test images, below them what networks return for them, and PCA.",
            )
        sheets = _samples(stores[name], real[name], seed)
        key = f"{name}_samples"
        pictures[key] = sheet.save_picture(
            key,
            sheets_picture(sheets),
            f"Samples of {called}{_figure(samples_of)}, {EDGE**2} at most, by network and epoch, "
            "beside test images. Latents of autoencoders are independent normal numbers, unless "
            "they are called fitted.",
        )
    pictures["strips"] = sheet.save_picture(
        "strips",
        strips_picture(_strips(stores)),
        "From one image to another through latent space, a strip a network.",
    )
    save_section(section, evaluation_section(results, pictures, options), origin)


def _joined(datasets: Sequence[str], tables: Mapping[str, Path]) -> pd.DataFrame:
    return pd.concat([read_table(tables[name]) for name in datasets], ignore_index=True)


def _figure(number: str) -> str:
    return f" (the report's Figure {number})" if number else ""


def _of_dataset(
    name: DatasetName, images: Mapping[str, Path], tables: Mapping[str, Path]
) -> ImageSet:
    stores, rows = (
        [path for key, path in named.items() if key.partition("/")[0] == name]
        for named in (images, tables)
    )
    return open_images(stores, rows)


def _shown(models: list[str]) -> list[str]:
    """Choose the networks of figures; where there are ablations alone, the first one."""
    return [model for model in models if model in SHOWN] or models[:1]


def _reconstructions(made: MadeImages, real: ImageSet) -> dict[str, np.ndarray]:
    """Return test images and their reconstructions, by label; none where no network has any."""
    models = _shown(made.with_reconstructed_epochs)
    if not models:
        return {}
    count = min(EDGE, len(made.test_rows))
    rows = {"test images": real.images(made.test_rows[:count])}
    for model in models:
        for epoch, images in _some(made.epochs(model, reconstructed=True), model).items():
            rows[f"{model}, epoch {epoch}"] = images[:count]
    rows[PCA] = made.reconstructions(PCA)[:count]
    return rows


def _some(epochs: Mapping[int, np.ndarray], model: str) -> dict[int, np.ndarray]:
    """Choose epochs to show: several of the report's networks, of others the last."""
    most = MOST_EPOCHS if model in REPORTED else 1
    at = np.unique(np.linspace(len(epochs) - 1, 0, most).round().astype(int))
    return {epoch: epochs[epoch] for epoch in np.array(list(epochs))[at].tolist()}


def _samples(made: MadeImages, real: ImageSet, seed: int) -> dict[str, np.ndarray]:
    """Return test images and samples, by title."""
    sheets = {"test images": real.images(real.rows("test", EDGE**2, seed))}
    for model in _shown(made.with_epochs):
        for epoch, images in _some(made.epochs(model), model).items():
            sheets[f"{model}, epoch {epoch}"] = images
        if (model, FITTED) in made.sampling:
            sheets[f"{model}, fitted latents"] = made.samples(model, FITTED)
    return sheets


def _strips(stores: Mapping[DatasetName, MadeImages]) -> dict[str, np.ndarray]:
    """Return the first strip of each network of `SHOWN`, by dataset and network."""
    return {
        f"{name}, {model}": cast("np.ndarray", made.strips(model)[0])
        for name, made in stores.items()
        for model in _shown(made.with_strips)
    }
