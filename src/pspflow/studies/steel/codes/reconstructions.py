"""Test chips against their reconstructions: error, and bias of ferrite fraction and path."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.evaluation.resampling import Sample, interval, resamples, specimen_means
from pspflow.microstructure.morphology import measure_morphology
from pspflow.models.steel.vqvae import WHITE
from pspflow.studies.steel.morphology.options import MorphologyOptions

RESAMPLES: Final = 1000
"""Resamples of the micrographs from which an interval is computed."""
EVERY: Final = "all"
"""Name of the rows of all domains together."""
MEASURES: Final = {
    "mse": "mean squared error",
    "ferrite_bias_points": "bias of the ferrite fraction in points",
    "path_bias_percent": "bias of the mean free path in %",
}


@refuses_masks
def compared(
    originals: np.ndarray, reconstructions: np.ndarray, options: MorphologyOptions
) -> pd.DataFrame:
    """Compare chips with their reconstructions.

    Parameters
    ----------
    originals, reconstructions
        (n, rows, columns) uint8.
    options
        How both are divided into phases.

    Returns
    -------
    DataFrame
        A row per chip: `mse` of grey levels from -1 to 1; `ferrite_fraction` (0 to 1) and
        `mean_free_path_px` of the original, and both with the prefix `reconstructed_`; `failure`,
        empty or why one of them could not be measured.
    """
    difference = (originals.astype(np.float32) - reconstructions) * (2 / WHITE)
    table = pd.DataFrame({"mse": np.square(difference).mean(axis=(1, 2), dtype=np.float64)})
    failure = np.full(len(table), "", dtype=object)
    for prefix, images in (("", originals), ("reconstructed_", reconstructions)):
        found = measure_morphology(images, phase=options.phase, background_px=options.background_px)
        table[f"{prefix}ferrite_fraction"] = found.ferrite_fraction
        table[f"{prefix}mean_free_path_px"] = found.mean_free_path_px
        failure = np.where(failure == "", found.failure, failure)
    return table.assign(failure=failure.astype(str))


def resampled(rows: pd.DataFrame, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Resample micrographs, within their domains, and average their chips.

    Parameters
    ----------
    rows
        Rows as `compared` returns them, with `micrograph` and `domain`; chips that could not be
        measured are left out.
    rng
        Random generator of the draws.

    Returns
    -------
    dict
        Each of `MEASURES`, (1 + `RESAMPLES`,); the first is that of the chips as they are. NaN
        beyond it where a domain has one micrograph, which says nothing about others.
    """
    kept = rows[rows["failure"] == ""]
    names = kept.groupby("micrograph", observed=True, sort=True)["domain"].first()
    strata, sizes = np.unique(names.astype(str), return_inverse=True, return_counts=True)[1:]
    draws = resamples(strata, RESAMPLES, rng)
    columns = ["mse", "ferrite_fraction", "reconstructed_ferrite_fraction"]
    columns += ["mean_free_path_px", "reconstructed_mean_free_path_px"]
    places = names.index.get_indexer(kept["micrograph"])
    means = specimen_means(Sample(kept[columns].to_numpy(np.float64), places), draws)
    if sizes.min() < 2:
        means[1:] = np.nan
    mse, fraction, made_fraction, path, made_path = means.T
    values = (mse, 100 * (made_fraction - fraction), 100 * (made_path / path - 1))
    return dict(zip(MEASURES, values, strict=True))


def biases(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Tabulate errors and biases by domain, and of all chips.

    Parameters
    ----------
    rows, rng
        As for `resampled`.

    Returns
    -------
    DataFrame
        `domain`, `chips`, `left_out` (those that could not be measured), `micrographs`, and each of
        `MEASURES` with `_low` and `_high`: 95 % intervals by micrograph.
    """
    parts = {name: rows[rows["domain"] == name] for name in dict.fromkeys(rows["domain"])}
    table = []
    for name, part in {**parts, **({EVERY: rows} if len(parts) > 1 else {})}.items():
        failed = int((part["failure"] != "").sum())
        row = {
            "domain": name,
            "chips": len(part) - failed,
            "left_out": failed,
            "micrographs": part["micrograph"].nunique(),
        }
        values = resampled(part, rng) if failed < len(part) else {}
        for measure in MEASURES:
            found = between(values[measure]) if measure in values else (np.nan,) * 3
            row |= dict(zip((measure, f"{measure}_low", f"{measure}_high"), found, strict=True))
        table.append(row)
    return pd.DataFrame(table)


@refuses_masks
def between(values: np.ndarray) -> tuple[float, float, float]:
    """Return a value and its 95 % interval, NaN where there are no resamples; (1 + R,)."""
    if np.isnan(values[1:]).all():
        return float(values[0]), np.nan, np.nan
    return interval(values)


def differences(
    models: Mapping[str, pd.DataFrame], measure: str, rng_of: Callable[[], np.random.Generator]
) -> dict[str, tuple[float, float, float]]:
    """Subtract the size of a bias of the first model from that of each other one.

    Chips that one of the models leaves without a measure count for none of them.

    Parameters
    ----------
    models
        Rows as `compared` returns them by model, of the same chips in the same order.
    measure
        One of `MEASURES`.
    rng_of
        Returns the same random generator at each call, so that all models see the same resamples.

    Returns
    -------
    dict
        By model, the difference and its 95 % interval; a negative one is better. NaN where no chip
        is left.
    """
    good = np.all([(rows["failure"] == "").to_numpy() for rows in models.values()], axis=0)
    if not good.any():
        return dict.fromkeys(list(models)[1:], (np.nan, np.nan, np.nan))
    sizes = {
        name: np.abs(resampled(rows[good], rng_of())[measure]) for name, rows in models.items()
    }
    first, *others = sizes
    return {name: between(sizes[name] - sizes[first]) for name in others}
