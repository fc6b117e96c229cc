"""Sentences about single specimens; what is worse than the untransferred source is said first."""

import pandas as pd

from pspflow.evaluation.comparisons import BETTER, LEVEL, UNDECIDED, WORSE, Finding
from pspflow.studies.temper.specimens.rulers import KNOWN, REAL, RULERS, SOURCE

NAMES = {"number_density_per_um2": "number density", "mean_radius_um": "mean radius"}
"""What is said of a quantity."""
WORDS = {
    WORSE: "lower than from the untransferred source",
    UNDECIDED: "not told apart from it",
    BETTER: "higher",
}


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
    """Say of each kind of training whether specimens keep what is their own.

    A direction counts as lower or higher where the adjusted probability of its gain is below 5 %.

    Parameters
    ----------
    agreement, gains
        As `agreement.agreement` and `gains.gains` return them.
    """
    found = [
        _finding(str(kind), str(quantity), rows, agreement)
        for (kind, quantity), rows in gains.groupby(["kind", "quantity"], sort=False)
    ]
    return tuple(each.text for each in sorted(found, key=lambda each: each.outcome))


def _finding(kind: str, quantity: str, rows: pd.DataFrame, agreement: pd.DataFrame) -> Finding:
    ways: dict[int, list[str]] = {WORSE: [], UNDECIDED: [], BETTER: []}
    rulers = agreement[agreement["quantity"] == quantity].set_index(["flow", "source", "target"])
    values = []
    for source, target, rho, gain, p_adjusted in rows[
        ["source", "target", "rho", "gain", "p_adjusted"]
    ].itertuples(index=False):
        way = f"{source} → {target}"
        outcome = UNDECIDED
        if p_adjusted < LEVEL:
            outcome = BETTER if gain > 0 else WORSE
        ways[outcome].append(way)
        beside = [
            f"{short} {_number(rulers['rho'].get((ruler, start, target), float('nan')))}"
            for ruler, short, start in (
                (SOURCE, "source", source),
                (KNOWN, "its true values", source),
                (REAL, "real chips", target),
            )
        ]
        values.append(f"{way} {_number(rho)} ({', '.join(beside)})")
    counted = "; ".join(
        f"{WORDS[outcome]}: {', '.join(them) or 'none'}" for outcome, them in ways.items()
    )
    sure = rows["p_adjusted"].notna().any()
    how = "" if sure else " (fewer than 12 specimens: nothing is told apart)"
    one = " (of a single training: others may differ)" if (rows["trainings"] < 2).all() else ""
    text = (
        f"Single specimens, {named(quantity)}, {kind}: the rank correlation between what is read "
        f"from transferred chips and what the specimen has in the target is {counted}{how}{one}. "
        f"Correlations: {'; '.join(values)}."
    )
    worst = WORSE if ways[WORSE] else UNDECIDED if ways[UNDECIDED] else BETTER
    return Finding(worst, text)


def _number(rho: float) -> str:
    return "–" if pd.isna(rho) else f"{rho:.2f}"
