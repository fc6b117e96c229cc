"""Separation of morphologies by the components of a prior, the composite paper's central claim.

Three measures, each 1 where components and morphologies belong together and 0 where they do not: of
test structures, of the volume fractions that are decoded (Table 6), and of their forms (B.3).
"""

from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import Difference
from pspflow.studies.composite.inverse.options import SET_KEYS

NEIGHBOURS: Final = 5
"""Training structures of a morphology, nearest in C11, whose mean volume fraction is its own."""
MEASURES: Final = ("assigned", "fractions", "forms")


def real_fractions(training: pd.DataFrame, wanted_gpa: np.ndarray) -> np.ndarray:
    """Find the volume fraction that each morphology needs for values of C11.

    Parameters
    ----------
    training
        Columns morphology, c11_gpa and volume_fraction.
    wanted_gpa
        Shape ``(n,)``.

    Returns
    -------
    Float64, shape ``(n, morphologies)``, the morphologies in the order of their names: the mean of
    the five training structures that are nearest in C11; NaN beyond the range of the morphology.
    """
    found = []
    for _, part in training.groupby("morphology", sort=True):
        values = part["c11_gpa"].to_numpy()
        distances = np.abs(values - wanted_gpa[:, None])
        near = np.argsort(distances, axis=1, kind="stable")[:, :NEIGHBOURS]
        inside = (wanted_gpa >= values.min()) & (wanted_gpa <= values.max())
        means = part["volume_fraction"].to_numpy()[near].mean(axis=1)
        found.append(np.where(inside, means, np.nan))
    return np.stack(found, axis=1)


def resembled(curves: np.ndarray, training: np.ndarray, morphology: np.ndarray) -> np.ndarray:
    """Name the morphology whose mean curves are nearest to those of each structure.

    Parameters
    ----------
    curves, training
        Autocorrelations along x, y and z, shapes ``(n, 3, lags)`` and ``(m, 3, lags)``.
    morphology
        Those of the training structures, ``(m,)``.

    Returns
    -------
    Names, ``(n,)``.
    """
    kinds = np.unique(morphology)
    means = np.stack([training[morphology == kind].mean(axis=0) for kind in kinds])
    distances = np.abs(curves[:, None] - means).mean(axis=(2, 3))
    return np.asarray(kinds[distances.argmin(axis=1)])


def separation(assignments: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    """Measure how far the components of each prior separate the morphologies.

    Parameters
    ----------
    assignments, forms
        As `separate` writes them.

    Returns
    -------
    One row per set, model, prior and run: these, and
    accuracy, the balanced accuracy on test structures, each component taken for the morphology of
    which it has the largest share;
    assigned, the same from 0 (one component has all) to 1;
    fractions, the difference of the decoded volume fractions over that of the morphologies at the
    same C11, over targets that both morphologies reach: 1 as in reality, 0 none;
    forms, the share of these targets at which the components resemble different morphologies;
    targets, their number. Fractions and forms are NaN if there is none.
    """
    keys = [*SET_KEYS, "run"]
    rows = []
    decoded = dict(list(forms.groupby(keys, sort=False)))
    for key, part in assignments.groupby(keys, sort=False):
        shares = pd.crosstab(part["morphology"], part["component"], normalize="index").to_numpy()
        kinds = len(shares)
        accuracy = shares.max(axis=0).sum() / kinds
        assigned = (accuracy - 1 / kinds) / (1 - 1 / kinds) if kinds > 1 else np.nan
        targets = _by_target(decoded[key])
        real = targets["real_difference"].sum()
        rows.append(
            {
                **dict(zip(keys, key, strict=True)),
                "accuracy": accuracy,
                "assigned": assigned,
                "fractions": targets["difference"].sum() / real if len(targets) else np.nan,
                "forms": (targets["resembled"] > 1).mean() if len(targets) else np.nan,
                "targets": len(targets),
            }
        )
    return pd.DataFrame(rows)


def _by_target(forms: pd.DataFrame) -> pd.DataFrame:
    """Compare the components' fractions with the morphologies', where both reach the target."""
    reached = forms.dropna(subset=["real_low_fraction", "real_high_fraction"])
    last = int(forms["component"].max())
    by_component = reached.pivot_table(
        index="instance", columns="component", values="volume_fraction"
    )
    each = reached.groupby("instance").agg(
        low=("real_low_fraction", "first"),
        high=("real_high_fraction", "first"),
        resembled=("resembles", "nunique"),
    )
    each["real_difference"] = each["high"] - each["low"]
    each["difference"] = (
        by_component[last] - by_component[0] if len(by_component) else pd.Series(dtype=float)
    )
    return each


def over_runs(measured: pd.DataFrame) -> pd.DataFrame:
    """Average the measures over the runs, with 95 % intervals.

    Parameters
    ----------
    measured
        As from `separation`.

    Returns
    -------
    One row per set, model, prior and measure of `MEASURES` that is known: these, runs, mean, low
    and high (infinite for one run alone).
    """
    rows = []
    for key, part in measured.groupby(SET_KEYS, sort=False):
        for measure in MEASURES:
            values = part[measure].dropna().to_numpy(np.float64)
            if len(values):
                each = Difference.of(values)
                found = {"measure": measure, "runs": each.runs, "mean": each.mean}
                found |= {"low": each.low, "high": each.high}
                rows.append({**dict(zip(SET_KEYS, key, strict=True)), **found})
    columns = [*SET_KEYS, "measure", "runs", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
