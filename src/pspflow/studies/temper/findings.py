"""What the tables about flows come to, in sentences that the report prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pspflow.studies.temper.evaluate import CHANCE
from pspflow.studies.temper.plausibility import FLOOR, KID, OTHERS, PERSISTENCE, RULERS, SOURCE
from pspflow.studies.temper.preservation import REAL, UNTRANSFERRED


@dataclass(frozen=True)
class Results:
    """What the sections rest on."""

    flows: Sequence[str]
    """Names of the trainings."""
    histories: Sequence[pd.DataFrame]
    """One a training."""
    checks: Sequence[pd.DataFrame]
    """One a training."""
    plausibility: pd.DataFrame
    effects: pd.DataFrame
    labels: pd.DataFrame | None
    """Label preservation; none where no domain has a label."""
    pictures: Mapping[str, bytes]
    """PNG bytes: `training_figure`, `transfer_figure`, `sample_figure`, `plausibility_figure` and,
    with labels, `preservation_figure`."""


def by_direction(table: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Arrange each measure as a row a direction, a column a regularisation or ruler."""
    kinds = table["flow"].where(table["flow"].isin(RULERS), table["flow"].str.split("/").str[0])
    way = table["source"].astype(str) + " → " + table["target"].astype(str)
    arranged = table.assign(kind=kinds, direction=way)
    order = [*dict.fromkeys(kinds[~kinds.isin(RULERS)]), *(r for r in RULERS if (kinds == r).any())]
    parts = {}
    for key, rows in arranged.groupby(["measure", "unit"], sort=False):
        wide = rows.pivot_table(index="direction", columns="kind", values="value", sort=False)
        parts[key] = wide[order].reset_index()
    return parts


def findings(results: Results) -> list[str]:
    """Say in sentences what the tables show."""
    said = []
    for name in (PERSISTENCE, KID):
        wide = next(t for (m, _), t in by_direction(results.plausibility).items() if m == name)
        wide = wide.set_index("direction")
        said += [_distance_finding(name, kind, wide) for kind in wide if kind not in RULERS]
    here = results.effects[results.effects["measure"] == PERSISTENCE]
    for kind, rows in here.groupby("regularisation", sort=False):
        said.append(_effect_finding(str(kind), rows))
    if results.labels is not None:
        said += _label_findings(results.labels)
    return said


def _distance_finding(measure: str, kind: str, wide: pd.DataFrame) -> str:
    beaten = wide.index[wide[kind] < wide[SOURCE]]
    parts = [
        f"By {measure}, {kind} beats doing nothing in {len(beaten)} of {len(wide)} "
        f"directions{_but(wide.index.difference(beaten))}"
    ]
    if FLOOR in wide and measure == PERSISTENCE:
        parts.append(f"it lies within twice the floor in {(wide[kind] <= 2 * wide[FLOOR]).sum()}")
    if OTHERS in wide:
        near, double = (wide[kind] <= factor * wide[OTHERS] for factor in (1, 2))
        parts.append(
            f"within what other specimens of the target score in {near.sum()}, and within twice "
            f"that in {double.sum()}"
        )
    return "; ".join(parts) + "."


def _effect_finding(kind: str, rows: pd.DataFrame) -> str:
    resolved = rows["high"].notna().any()
    better = rows["high"] < 0 if resolved else rows["difference"] < 0
    worse = rows["low"] > 0 if resolved else rows["difference"] > 0
    sure = "with an interval that excludes 0" if resolved else "without intervals to tell by"
    one = rows["sd_over_seeds"].isna().all()
    whose = " (of these single trainings: others may differ)" if one else ""
    return (
        f"Against none, {kind} brings the persistence-image distance down in {better.sum()} "
        f"directions and up in {worse.sum()}, {sure}{whose}; over all directions its mean is "
        f"{rows['with'].mean() / rows['without'].mean():.2f} times that without."
    )


def label_summary(labels: pd.DataFrame) -> pd.DataFrame:
    """Average label preservation over the trainings of a regularisation, their limits as well."""
    kind = labels["flow"].str.split("/").str[0].rename("flow")
    keys = [labels["target"], labels["label"], labels["features"], kind, labels["source"]]
    values = ["balanced_accuracy", "low", "high", "permuted_labels", "specimens", "chips"]
    grouped = labels.groupby(keys, sort=False)
    notes = grouped["note"].first()
    means = grouped[values].mean()
    return (means if (notes == "").all() else means.assign(note=notes)).reset_index()


def _but(ways: Sequence[str]) -> str:
    return f" (not in {', '.join(ways)})" if len(ways) else ""


def _label_findings(labels: pd.DataFrame) -> list[str]:
    said = []
    idle = labels[labels["flow"] == UNTRANSFERRED]
    idle = idle.set_index(["features", "source", "target"])["balanced_accuracy"]
    flows = labels[~labels["flow"].isin([REAL, UNTRANSFERRED, ""])]
    flows = flows.assign(kind=flows["flow"].str.split("/").str[0])
    for (kind, features), rows in flows.groupby(["kind", "features"], sort=False):
        known = rows.dropna(subset="balanced_accuracy")
        means = known.groupby(["source", "target"], observed=True)["balanced_accuracy"].mean()
        lows = known.groupby(["source", "target"], observed=True)["low"].min()
        sure = [f"{a} → {b}" for (a, b), low in lows.items() if low > CHANCE]
        told = ", ".join(f"{a} → {b} {value:.0%}" for (a, b), value in means.items())
        verdict = (
            f"above chance with the whole interval of every training: {', '.join(sure) or 'none'}"
            if lows.notna().any()
            else "there are no intervals to tell from chance by"
        )
        gained = [f"{a} → {b}" for (a, b), m in means.items() if m > idle[features, a, b]]
        if told:
            said.append(
                f"Labels read from {features} of {kind}: {told}; {verdict}; better than from the "
                f"untransferred sources: {', '.join(gained) or 'none'}."
            )
    return said
