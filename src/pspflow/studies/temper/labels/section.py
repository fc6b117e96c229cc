"""What the report says about labels of real chips."""

from collections.abc import Sequence

import pandas as pd

from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL
from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.studies.temper.labels.classes import CLASSES
from pspflow.studies.temper.labels.classification import (
    CONTROL_CHIPS,
    PERMUTATIONS,
    above_chance,
    with_controls,
)
from pspflow.studies.temper.labels.options import LabelOptions
from pspflow.studies.temper.labels.paper import BEST_ACCURACY

CALIBRATED = "the scatter of the simulated specimens was set so that their accuracy lies near it"


def labels_section(
    accuracy: pd.DataFrame,
    correlations: pd.DataFrame,
    figure: Figure,
    options: LabelOptions,
    differences: Sequence[str],
    *,
    simulated: bool,
) -> Section:
    """Write the section.

    Parameters
    ----------
    accuracy
        See `pspflow.studies.temper.labels.classification.label_accuracy`.
    correlations
        Rank correlation of every two labels.
    figure
        Accuracies as a chart.
    options
        Folds of the cross-validation.
    differences
        How the run's data differ from the paper's.
    simulated
        Whether the specimens are the simulated ones, for which alone the paper's value is quoted.
    """
    return Section(
        title="Labels",
        headline=_headline(accuracy, differences) if simulated else (),
        findings=findings(accuracy),
        parts=(_part(accuracy, correlations, figure, options, simulated=simulated),),
    )


def findings(accuracy: pd.DataFrame) -> tuple[str, ...]:
    """Compare accuracies with those of permuted labels, by features; the fewest above first."""
    measured = with_controls(accuracy).dropna(subset=["balanced_accuracy", "permuted_labels"])
    measured = measured.assign(above=above_chance(measured))
    said = [
        (rows["above"].mean(), _sentence(str(features), rows))
        for features, rows in measured.groupby("features", sort=False)
    ]
    return tuple(sentence for _, sentence in sorted(said, key=lambda each: each[0]))


def _sentence(features: str, rows: pd.DataFrame) -> str:
    unsure = rows["low"].isna()
    missed = ", ".join(rows.loc[~rows["above"] & ~unsure, "domain"])
    without = ", ".join(rows.loc[unsure, "domain"])
    exceptions = "".join(
        f"; {words}: {names}"
        for words, names in (
            ("not above chance", missed),
            ("without an interval to exclude chance", without),
        )
        if names
    )
    ordered = rows.sort_values("balanced_accuracy", kind="stable")
    ends = " to ".join(dict.fromkeys(_share(row) for _, row in ordered.iloc[[0, -1]].iterrows()))
    permuted = [f"{100 * value:.0f}" for value in rows["permuted_labels"].agg(["min", "max"])]
    highest = 100 * rows["permuted_high"].max()
    count = "domain" if len(rows) == 1 else "domains"
    return (
        f"{rows['above'].sum()} of {len(rows)} {count} above chance{exceptions}: labels predicted "
        f"from {features}, balanced accuracy {ends}; that of permuted labels is "
        f"{' to '.join(dict.fromkeys(permuted))} %, 95 % of them up to {highest:.0f} %."
    )


def _share(row: pd.Series) -> str:
    """Write an accuracy with its interval, its domain and the number of classes."""
    ends = "" if pd.isna(row["low"]) else f"{100 * row['low']:.0f} to {100 * row['high']:.0f} %, "
    classes = f"{row['classes']:.0f} classes of {row['domain']}"
    return f"{100 * row['balanced_accuracy']:.0f} % ({ends}{classes})"


def _headline(accuracy: pd.DataFrame, differences: Sequence[str]) -> tuple[Headline, ...]:
    measured = accuracy.dropna(subset="balanced_accuracy")
    if measured.empty:
        return ()
    best = measured.loc[measured["balanced_accuracy"].idxmax()]
    return (
        Headline(
            quantity="best accuracy of labels that are predicted from chips",
            paper=f"around {100 * BEST_ACCURACY:.0f} %",
            here=f"{100 * best['balanced_accuracy']:.0f} % ({best['domain']}, {best['features']})",
            verdict="not comparable",
            why="; ".join([*differences, CALIBRATED]),
        ),
    )


def _part(
    accuracy: pd.DataFrame,
    correlations: pd.DataFrame,
    figure: Figure,
    options: LabelOptions,
    *,
    simulated: bool,
) -> Part:
    folds = min(options.folds, int(accuracy["specimens"].max()))
    text = (
        f"How well chips predict their specimen's label, in at most {len(CLASSES)} classes of "
        "nearly equal size that are cut once, between distinct values of all labelled specimens: a "
        f"support vector machine, cross-validated over {folds} groups of specimens of all splits, "
        "balanced accuracy with 95 % intervals from resampled specimens (none below "
        f"{FEWEST_FOR_INTERVAL} specimens). Chance is what the same procedure reaches on labels "
        f"that are permuted between specimens: mean and range of 95 % of {PERMUTATIONS} "
        f"permutations, with about {CONTROL_CHIPS} of the chips where there are more. "
        "Grey mean and deviation are the control: what brightness and contrast alone predict."
    )
    if simulated:
        best = f"{100 * BEST_ACCURACY:.0f} %"
        text += (
            f" The paper's classifiers reach at most around {best} accuracy on real chips; "
            f"{CALIBRATED}, so that the agreement is no evidence for either."
        )
    if (accuracy["note"] == "").all():
        accuracy = accuracy.drop(columns="note")
    tables = [Table.of(accuracy, "Label classification on held-out specimens.")]
    if len(correlations):
        tables.append(Table.of(correlations, "Rank correlation between labels, over specimens."))
    return Part(title="Labels", text=text, figures=(figure,), tables=tuple(tables))
