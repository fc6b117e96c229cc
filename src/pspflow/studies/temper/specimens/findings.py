"""Sentences about single specimens; what is worse than the untransferred source is said first."""

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, LEVEL, UNDECIDED, WORSE, Finding
from pspflow.studies.temper.specimens.rulers import KNOWN, REAL, RULERS, SOURCE

NAMES = {"number_density_per_um2": "number density", "mean_radius_um": "mean radius"}
"""What is said of a quantity."""
WORDS = {WORSE: "lower", UNDECIDED: "not told apart", BETTER: "higher"}


def named(quantity: str) -> str:
    """Return what is said of a quantity."""
    return NAMES.get(quantity, quantity)


def summary(agreement: pd.DataFrame) -> pd.DataFrame:
    """Average over the trainings of a regularisation; rulers stay as they are.

    Parameters
    ----------
    agreement
        As `agreement.agreement` returns it.
    """
    kinds = agreement["flow"].where(
        agreement["flow"].isin(RULERS), agreement["flow"].str.split("/").str[0]
    )
    keys = ["quantity", "target", "source", "flow"]
    numbers = list(agreement.select_dtypes("number"))
    grouped = agreement.assign(flow=kinds).groupby(keys, sort=False)[numbers]
    return grouped.mean().reset_index()


def findings(agreement: pd.DataFrame, gains: pd.DataFrame) -> tuple[str, ...]:
    """Say of each quantity whether specimens keep what is their own.

    A direction counts as lower or higher where the adjusted probability of its gain is below 5 %.

    Parameters
    ----------
    agreement, gains
        As `agreement.agreement` and `gains.gains` return them.
    """
    found = [
        _finding(str(quantity), rows, agreement[agreement["quantity"] == quantity])
        for quantity, rows in gains.groupby("quantity", sort=False)
    ]
    return tuple(each.text for each in sorted(found, key=lambda each: each.outcome))


def outcomes(gains: pd.DataFrame) -> pd.Series:
    """Judge each row of the gains: worse, undecided or better."""
    sided = gains["gain"].map(lambda gain: BETTER if gain > 0 else WORSE)
    return sided.where(gains["p_adjusted"] < LEVEL, UNDECIDED)


def _finding(quantity: str, rows: pd.DataFrame, agreement: pd.DataFrame) -> Finding:
    judged = outcomes(rows)
    way = rows["source"] + " → " + rows["target"]
    counted = ", ".join(f"{(judged == kind).sum()} {word}" for kind, word in WORDS.items())
    lists = "".join(
        f" {WORDS[kind].capitalize()}: {_listed(rows, way[judged == kind])}."
        for kind in (WORSE, BETTER)
        if (judged == kind).any()
    )
    how = (
        ""
        if rows["p_adjusted"].notna().any()
        else " (fewer than 12 specimens: nothing is told apart)"
    )
    single = dict.fromkeys(rows.loc[rows["trainings"] < 2, "kind"])
    one = f" Of a single training, others may differ: {', '.join(single)}." if single else ""
    rulers = ", ".join(
        f"{short} {_range(agreement.loc[agreement['flow'] == ruler, 'rho'])}"
        for ruler, short in (
            (SOURCE, "the untransferred sources"),
            (KNOWN, "the source's true values"),
            (REAL, "real chips"),
        )
    )
    text = (
        f"{counted} of {len(rows)} than that of the untransferred source: rank correlations of the "
        f"{named(quantity)} read from a specimen's transferred chips with what it has in the "
        f"target ({rows['kind'].nunique()} variants in {way.nunique()} directions){how}.{lists}"
        f"{one} Correlations are {_range(rows['rho'])}; those of {rulers}."
    )
    return Finding(int(judged.min()), text)


def _listed(rows: pd.DataFrame, ways: pd.Series) -> str:
    """Name directions, each with the variants that it is true of unless that is all of them."""
    kinds = rows["kind"].nunique()
    found = rows.loc[ways.index, "kind"].groupby(ways, sort=False).agg(list)
    return ", ".join(
        way if len(them) == kinds else f"{way} ({', '.join(them)})" for way, them in found.items()
    )


def _range(values: pd.Series) -> str:
    """Write the least and the greatest of some correlations; a dash for none."""
    known = values.dropna()
    if known.empty:
        return "–"
    ends = [f"{value:.2f}" for value in (np.min(known), np.max(known))]
    return " to ".join(dict.fromkeys(ends))
