"""What the report says about forward prediction: headline rows, text and tables."""

from collections.abc import Iterator
from typing import Final, cast, get_args

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER
from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.report.tables import beside_paper, shown_columns
from pspflow.studies.composite.forward import paper
from pspflow.studies.composite.forward.accuracy import over_properties, summary
from pspflow.studies.composite.forward.differences import against, beside_value
from pspflow.studies.composite.forward.findings import (
    OURS,
    PAPERS_NETWORKS,
    QUANTITIES,
    REACHED,
    REGRESSION_ALONE,
    Scale,
    findings,
)
from pspflow.studies.composite.forward.ladder import ladder
from pspflow.studies.composite.forward.latents import latents_text
from pspflow.studies.composite.structures.properties import TARGETS, Target, symbol

TABLES: Final[dict[Target, str]] = {"c11": "Table 1", "normal": "Tables 7 and 8"}
PAPERS_ROWS: Final = {
    "VAE-regression": PAPERS_NETWORKS,
    "regression alone": (REGRESSION_ALONE,),
}
"""Rows of the paper's tables, and our networks of that kind."""


def forward_section(
    accuracy: pd.DataFrame,
    figures: dict[str, Figure],
    scale: Scale,
    *,
    papers_material: bool,
) -> Section:
    """Report forward accuracy: the composite paper's Table 1, Tables 7 and 8, Figure 7.

    Parameters
    ----------
    accuracy
        One row per model, target, property and run.
    figures
        Figures parity, errors and latent.
    scale
        The data behind the accuracies.
    papers_material
        Whether the structures are of the paper's material: only then its values are shown.
    """
    return Section(
        title="Stiffness from structure",
        headline=tuple(headline(accuracy, scale, papers_material=papers_material)),
        findings=findings(accuracy, scale, papers_material=papers_material),
        parts=tuple(_parts(accuracy, figures, papers_material=papers_material)),
    )


def _parts(
    accuracy: pd.DataFrame, figures: dict[str, Figure], *, papers_material: bool
) -> Iterator[Part]:
    beside = " The paper's values are for 51 voxels and ten runs." if papers_material else ""
    yield Part(
        title="Accuracy on test structures",
        text="Values are means over the runs, each of which has its own split and "
        "initialisations. MAPE is the mean absolute error over the mean solved value, as the paper "
        "defines it; the mean relative error relates each error to its own solved value, without "
        "structures that have nearly none (below 1 % of the mean). Coverage "
        "95 is the share of structures inside the predicted 95 % interval, where a model gives "
        f"one. Standard deviations need more than one run.{beside}",
        figures=tuple(figures.values()),
        tables=tuple(_accuracy_tables(accuracy, papers_material=papers_material)),
    )
    steps = [
        (target, ladder(accuracy, cast("Target", target)))
        for target in dict.fromkeys(accuracy["target"])
    ]
    tables = [
        Table.of(
            shown_columns(table, papers_material=papers_material),
            f"Networks step by step, {QUANTITIES[target]}.",
        )
        for target, table in steps
        if len(table) and (table["after"] != "").any()
    ]
    if tables:
        yield Part(
            title="What each step brings",
            text="Each network adds a step to the one before it, or several where those between "
            "were not trained. A change is the difference between the two on the same splits, with "
            "its 95 % interval over the runs, which needs more than one: of the MAPE and of the "
            "mean relative error in percentage points, of R² as it is.",
            tables=tuple(tables),
        )
    said = latents_text(accuracy)
    if said:
        yield Part(title="Regressions on latents", text=said)
    others = [name for name in accuracy["model"].unique() if name != OURS]
    difference = against(accuracy, OURS, others).drop(columns="model")
    difference["property"] = difference["property"].map(symbol)
    compared_tables = []
    for target, part in difference.groupby("target", sort=False):
        columns = ["target", *(["property"] if target == "c11" else [])]
        rows = shown_columns(part.drop(columns=columns), papers_material=papers_material)
        caption = f"{OURS} compared with the others, {QUANTITIES[cast('Target', target)]}."
        compared_tables.append(Table.of(rows, caption))
    if compared_tables:
        yield Part(
            title="Our network compared with the others",
            text="MAPE less the other model's on the same splits, in percentage points: a value "
            "below 0 means that ours is better. Low and high are the ends of the 95 % interval "
            "over the runs, which needs more than one. The splits of the runs share structures, so "
            "that this interval is somewhat too narrow.",
            tables=tuple(compared_tables),
        )


def _accuracy_tables(accuracy: pd.DataFrame, *, papers_material: bool) -> Iterator[Table]:
    for target in dict.fromkeys(accuracy["target"]):
        table = shown_columns(summary(accuracy, target), papers_material=papers_material)
        if target == "c11":
            yield Table.of(
                table.drop(columns="property"), f"Accuracy of C11 (the paper's {TABLES[target]})."
            )
            continue
        for measure, said in (("mape", "MAPE in percent"), ("r2", "R²")):
            yield Table.of(
                beside_paper(
                    table.assign(property=table["property"].map(symbol)),
                    *(["model"], "property", measure, f"paper_{measure}"),
                ),
                f"{said} of all six components, means over the runs ({TABLES[target]}).",
            )


def headline(accuracy: pd.DataFrame, scale: Scale, *, papers_material: bool) -> Iterator[Headline]:
    """Yield the paper's MAPEs with ours: each of its rows, then the best model of this run."""
    for target in get_args(Target):
        table = over_properties(accuracy, target, "mape")
        for row, networks in PAPERS_ROWS.items():
            quantity = f"MAPE of {QUANTITIES[target]}, {row} (composite paper, {TABLES[target]})"
            theirs = _reported(target, networks[0])
            trained = [name for name in networks if name in table]
            if not trained:
                yield Headline(
                    quantity=quantity,
                    paper=theirs,
                    here="–",
                    verdict="not comparable",
                    why=f"this run trains neither {' nor '.join(networks)} on {QUANTITIES[target]}"
                    if len(networks) > 1
                    else f"this run does not train {networks[0]} on {QUANTITIES[target]}",
                )
            for name in trained:
                yield _row(quantity, accuracy, target, name, networks[0], scale, papers_material)
        if len(table):
            best = str(table.mean().idxmin())
            quantity = f"MAPE of {QUANTITIES[target]}, best model (VAE-regression in the paper)"
            yield _row(quantity, accuracy, target, best, PAPERS_NETWORKS[0], scale, papers_material)


def _row(
    quantity: str,
    accuracy: pd.DataFrame,
    target: Target,
    model: str,
    papers_model: str,
    scale: Scale,
    papers_material: bool,
) -> Headline:
    """Compare a model with a row of the paper: all of the target's components must reach it."""
    values = over_properties(accuracy, target, "mape")[model]
    deviation = f" ± {values.std():.2f}" if values.count() > 1 else ""
    own = accuracy[(accuracy["target"] == target) & (accuracy["model"] == model)]
    theirs = paper.FORWARD[target][papers_model]
    outcomes = [
        beside_value(own.loc[own["property"] == column, "mape"].to_numpy(), theirs[column].mape)
        for column in TARGETS[target]
    ]
    why = scale.beside_paper
    if len(outcomes) > 1:
        why = f"{outcomes.count(BETTER)} of {len(outcomes)} components reach it; {why}"
    if not papers_material:
        why = "the structures are of another material than the paper's"
    return Headline(
        quantity=quantity,
        paper=_reported(target, papers_model),
        here=f"{values.mean():.2f}{deviation} % ({model})",
        verdict=REACHED[min(outcomes)] if papers_material else "not comparable",
        why=why,
    )


def _reported(target: Target, model: str) -> str:
    """Write the paper's MAPE of a model, of several components their mean."""
    values = paper.FORWARD[target][model].values()
    mean = float(np.mean([each.mape for each in values]))
    deviations = [each.mape_sd for each in values]
    return f"{mean:.2f} ± {deviations[0]:.2f} %" if len(deviations) == 1 else f"{mean:.2f} %"
