"""Tables of all datasets and models, each beside its rulers."""

from typing import Any, Final

import numpy as np
import pandas as pd

from pspflow.evaluation.copies import BLOCKS
from pspflow.report.section import Table
from pspflow.studies.latent.evaluation import reconstructed, sampled
from pspflow.studies.latent.evaluation.findings import RULER
from pspflow.studies.latent.evaluation.made_images import PCA, place
from pspflow.studies.latent.evaluation.reconstructed import MEAN_IMAGE
from pspflow.studies.latent.evaluation.results import FAR_SHOWN, Results, far, written
from pspflow.studies.latent.names import GANS

OF_RECONSTRUCTIONS: Final = (
    reconstructed.MSE,
    reconstructed.R2,
    reconstructed.SSIM,
    reconstructed.TWO_POINT,
    reconstructed.SPREAD,
)
IN_OVERVIEW: Final = (
    sampled.TWO_POINT,
    sampled.KID,
    sampled.COVERAGE,
    sampled.RECALL,
    sampled.PAIRS_FEATURES,
)
HEADS: Final = {
    reconstructed.R2: "R² ↑",
    reconstructed.SSIM: "SSIM ↑",
    reconstructed.TWO_POINT: "two-point distance (grey level²) ↓",
    sampled.KID: "KID ↓",
    sampled.COVERAGE: "coverage ↑",
    sampled.RECALL: "recall ↑",
    sampled.PAIRS_FEATURES: "pair distance (real 1)",
}
"""Heads of the overview, with units and what is good."""
COMPARED: Final = ("printed", "kaiming", "distance", *GANS, PCA)
"""Models in the short tables of samples; the ablations stand in the long one."""


def overview(results: Results) -> pd.DataFrame:
    """Tabulate datasets x models with rulers: one row for each model and sampler."""
    rows = []
    for dataset in results.datasets:
        for model, sampler in [*results.sets(dataset), RULER, (MEAN_IMAGE, "")]:
            row: dict[str, Any] = {"dataset": dataset, "model": model, "sampler": sampler or "–"}
            for name in OF_RECONSTRUCTIONS[1:4]:
                row[HEADS[name]] = _value(results.reconstructed(dataset, model, name))
            for name in IN_OVERVIEW:
                head = f"samples: {HEADS[name]}"
                row[head] = _value(results.sampled(dataset, (model, sampler), name))
            row["copies"] = _copies(results, dataset, model, sampler)
            rows.append(row)
    return pd.DataFrame(rows)


def _value(row: "pd.Series[Any] | None") -> str:
    if row is None or np.isnan(row["value"]):
        return "–"
    return FAR_SHOWN if far(row) else written(row["value"])


def at_a_glance(results: Results) -> list[Table]:
    """Tabulate a measure of reconstructions and two of samples: a row a dataset, a column a model.

    Intervals are in the tables of each dataset.
    """
    explained, near, recalled = [], [], []
    for dataset in results.datasets:
        models = [*results.autoencoders(dataset), PCA] if results.autoencoders(dataset) else []
        found = {model: results.reconstructed(dataset, model, reconstructed.R2) for model in models}
        if found:
            explained.append(
                {"dataset": dataset} | {name: _two(row) for name, row in found.items()}
            )
        sets = [made for made in results.sets(dataset) if made[0] in COMPARED]
        ruler = results.sampled(dataset, RULER, sampled.TWO_POINT)
        distances = {made: results.sampled(dataset, made, sampled.TWO_POINT) for made in sets}
        near.append(
            {"dataset": dataset}
            | {"/".join(made): _two(row, ruler) for made, row in distances.items()}
        )
        recalls = {made: results.sampled(dataset, made, sampled.RECALL) for made in [*sets, RULER]}
        recalled.append(
            {"dataset": dataset}
            | {"/".join(filter(None, made)): _two(row) for made, row in recalls.items()}
        )
    captions = {
        "R² of reconstructions of test images: 1 is exact, 0 is as good as the mean image; higher "
        "is better. Thin lines a pixel off count as wrong.": explained,
        "Two-point distance of samples to real test images, over that of real training images: 1 "
        "is as near as those are; lower is better.": near,
        "Recall of real test images by samples, on texture features: higher is better, and as high "
        "as that of real training images is best.": recalled,
    }
    return [
        Table.of(_ordered(pd.DataFrame(rows)), caption)
        for caption, rows in captions.items()
        if rows
    ]


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Sort columns as tables have models, and write a dash where a dataset has no such model."""
    names = [str(name) for name in table if name not in ("dataset", sampled.REAL_TRAINING)]
    names = ["/".join(pair) for pair in sorted({tuple(n.split("/")) for n in names}, key=_place)]
    last = [sampled.REAL_TRAINING] if sampled.REAL_TRAINING in table else []
    return table[["dataset", *names, *last]].fillna("–")


def _place(names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(map(place, names))


def _two(row: "pd.Series[Any] | None", ruler: "pd.Series[Any] | None" = None) -> str:
    """Write a value with two digits, over that of a ruler if there is one."""
    if row is None or np.isnan(row["value"]):
        return "–"
    value = row["value"] / (1 if ruler is None else ruler["value"])
    return f"{value:.2f}" if ruler is None else written(float(f"{value:.2g}"))


def _copies(results: Results, dataset: str, model: str, sampler: str) -> str:
    table = results.copies[results.copies["features"] == BLOCKS]
    keys = {"dataset": dataset, "model": model, "sampler": sampler}
    for name, value in keys.items():
        table = table[table[name] == value]
    return "–" if table.empty else f"{table['copies'].iloc[0]} of {table['images'].iloc[0]}"
