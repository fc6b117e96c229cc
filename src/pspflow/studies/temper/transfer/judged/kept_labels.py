"""Whether transferred chips keep the labels of their specimens, beside their sources and chance."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from pspflow.studies.temper.labels.classification import (
    CONTROLS,
    GAINS,
    MEASURED,
    above_chance,
    with_controls,
)
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED

LESS, OPEN, MORE = "less accurate", "not told apart", "more accurate"
THAN_SOURCE, ABOVE = "than its source", "above chance"
OUTSIDE: Final = (REAL, UNTRANSFERRED, "")
"""Flows of the table that are none."""


def label_summary(labels: pd.DataFrame) -> pd.DataFrame:
    """Average label preservation over the trainings of a variant, their limits as well.

    What all trainings together decide stands beside: whether the accuracy is below or above that of
    the untransferred source, and whether it is above chance.
    """
    labels = with_controls(labels)
    kind = labels["flow"].str.split("/").str[0].rename("flow")
    keys = [labels["target"], labels["label"], labels["features"], kind, labels["source"]]
    values = [*MEASURED, *CONTROLS, *GAINS, "specimens", "chips", "classes"]
    grouped = labels.groupby(keys, sort=False)
    means = grouped[values].mean()
    verdicts = decided(labels).set_index(["target", "label", "features", "kind", "source"])
    means[THAN_SOURCE] = verdicts[THAN_SOURCE]
    means[ABOVE] = verdicts[ABOVE]
    notes = grouped["note"].first()
    return (means if (notes == "").all() else means.assign(note=notes)).reset_index()


def decided(labels: pd.DataFrame) -> pd.DataFrame:
    """Judge each variant in each direction.

    Returns
    -------
    DataFrame
        `target`, `label`, `features`, `kind`, `source`, `accuracy` and `permuted` (means over
        trainings), `THAN_SOURCE` and `ABOVE` (yes or no). Where there are intervals, those of all
        trainings must exclude 0, or chance; else the sign of the mean gain decides.
    """
    labels = with_controls(labels)
    flows = labels[~labels["flow"].isin(OUTSIDE)].dropna(subset="balanced_accuracy")
    flows = flows.assign(kind=flows["flow"].str.split("/").str[0], above=above_chance(flows))
    grouped = flows.groupby(["target", "label", "features", "kind", "source"], sort=False)
    made = grouped.agg(
        accuracy=("balanced_accuracy", "mean"),
        permuted=("permuted_labels", "mean"),
        gain=("gain", "mean"),
        lowest=("gain_low", "min"),
        highest=("gain_high", "max"),
        above=("above", "all"),
    ).reset_index()
    if made["lowest"].notna().any():
        less, more = made["highest"] < 0, made["lowest"] > 0
    else:
        less, more = made["gain"] <= 0, made["gain"] > 0
    than = pd.Series(OPEN, made.index).mask(less, LESS).mask(more, MORE)
    above = made["above"].map({True: "yes", False: "no"})
    kept = made[["target", "label", "features", "kind", "source", "accuracy", "permuted"]]
    return kept.assign(**{THAN_SOURCE: than, ABOVE: above})


def label_findings(labels: pd.DataFrame) -> list[str]:
    """Say what labels transfers keep, once for each kind of features; what is worse comes first."""
    labels = with_controls(labels)
    intervals = labels.loc[~labels["flow"].isin(OUTSIDE)]
    gains, limits = (bool(intervals[name].notna().any()) for name in ("gain_low", "low"))
    return [
        _sentence(str(features), rows, gains=gains, limits=limits)
        for features, rows in decided(labels).groupby("features", sort=False)
    ]


def _sentence(features: str, rows: pd.DataFrame, *, gains: bool, limits: bool) -> str:
    way = rows["source"].astype(str) + " → " + rows["target"].astype(str)
    ways = {name: way[rows[THAN_SOURCE] == name] for name in (LESS, OPEN, MORE)}
    how = "with the interval of every training" if gains else "without intervals"
    left = f", {len(ways[OPEN])} {OPEN}" if gains else ""
    named = " ".join(
        f"{name.capitalize()}: {_listed(rows, ways[name])}."
        for name in (LESS, MORE)
        if len(ways[name])
    )
    above = rows[ABOVE] == "yes"
    chance = (
        f"{above.sum()} are above chance with the whole interval of every training"
        if limits
        else "There are no intervals that could exclude chance"
    )
    least, most = (rows.loc[at] for at in (rows["accuracy"].idxmin(), rows["accuracy"].idxmax()))
    return (
        f"{len(ways[LESS])} {LESS}, {len(ways[MORE])} {MORE} of {len(rows)}{left} ({how}): labels "
        f"classified from {features} ({rows['kind'].nunique()} variants in {way.nunique()} "
        f"directions), compared with the untransferred sources. {named} {chance}"
        f"{_permuted(rows)}; balanced accuracies are {_share(least)} to {_share(most)}."
    )


def _listed(rows: pd.DataFrame, ways: pd.Series) -> str:
    """Name directions, each with the variants that it is true of unless that is all of them."""
    kinds = rows["kind"].nunique()
    found = rows.loc[ways.index, "kind"].groupby(ways, sort=False).agg(list)
    return ", ".join(
        way if len(them) == kinds else f"{way} ({', '.join(them)})" for way, them in found.items()
    )


def _permuted(rows: pd.DataFrame) -> str:
    known = rows["permuted"].dropna()
    if known.empty:
        return ""
    ends: Sequence[str] = [f"{100 * value:.0f}" for value in (known.min(), known.max())]
    return f"; chance is that of permuted labels: {' to '.join(dict.fromkeys(ends))} %"


def _share(row: pd.Series) -> str:
    return f"{100 * row['accuracy']:.0f} % ({row['kind']}, {row['source']} → {row['target']})"
