"""What the report says about localization: headline rows, text and tables."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.report.tables import with_interval
from pspflow.studies.composite.localization import paper
from pspflow.studies.composite.localization.findings import findings
from pspflow.studies.composite.localization.names import (
    LARGEST_WINDOW,
    PRINTED,
    parts_of,
    window_of,
)
from pspflow.studies.composite.structures.paper import EDGE_VOXELS
from pspflow.training.undertrained import undertrained

SHOWN = ("slices", "parity", "stress_slices", "stress_parity")
"""Figures of accuracy; the others are of computing times."""


def localization_section(
    tables: Mapping[str, pd.DataFrame],
    histories: Mapping[str, pd.DataFrame],
    figures: dict[str, Figure],
    edge: int,
    *,
    papers_material: bool,
) -> Section:
    """Report localization with networks, compared with linear models and the solver.

    Parameters
    ----------
    tables
        Tables accuracy, differences, statistics and speed.
    histories
        Name of each training, its losses and its cost by epoch.
    figures
        Figures slices, parity, stress_slices, stress_parity and speed.
    edge
        Voxels along an edge of the structures.
    papers_material
        Whether the structures are of the report's material: only then its values compare.
    """
    accuracy, differences, speed = (tables[name] for name in ("accuracy", "differences", "speed"))
    costs = training_table(histories)
    early = undertrained(
        {f"localizer {name}": each for name, each in histories.items()},
        "validation_loss",
        "the validation loss",
        "composite.localization.budget_gmac",
    )
    statistics = tables["statistics"]
    if not papers_material:
        statistics = statistics.drop(columns="report")
    found = findings(accuracy, differences, speed, edge, papers_material=papers_material)
    return Section(
        title="Strain and stress of every voxel",
        headline=tuple(headline(accuracy, edge, papers_material=papers_material)),
        findings=(*early, *found, *_costs(costs)),
        parts=(
            Part(
                title="Accuracy",
                text=_text(edge, accuracy),
                figures=tuple(figures[name] for name in SHOWN if name in figures),
                tables=(
                    Table.of(
                        with_intervals(accuracy),
                        "Accuracy of local fields on test structures, with 95 % intervals.",
                    ),
                    Table.of(
                        differences,
                        "Differences of two models on the same test structures, with 95 % "
                        "intervals over specimens and over trainings.",
                    ),
                ),
            ),
            Part(
                title="Cost of training and of prediction",
                text=_cost_text(),
                figures=(figures["speed"],),
                tables=(
                    Table.of(costs, "What each training has cost."),
                    Table.of(
                        # models without a gap have -1
                        speed.assign(gap=speed["gap"].astype(float).where(speed["gap"] > 0)),
                        "Seconds per structure on this machine (the trade-off of Figure 4-1).",
                    ),
                ),
            ),
            Part(
                title="Statistics of the fields",
                text=(
                    "Means over structures of each field's mean and standard deviation, beside "
                    "those of the report, section 4.2. Its structures have a mean volume fraction "
                    f"of {paper.FIELD_STATISTICS['phase mean'][1]:.3f} of the stiff phase; stress "
                    "grows with it."
                    if papers_material
                    else "Means over structures of each field's mean and standard deviation."
                ),
                tables=(
                    Table.of(statistics, "Statistics of phases, strains along x and stresses."),
                ),
            ),
        ),
    )


def with_intervals(accuracy: pd.DataFrame) -> pd.DataFrame:
    """Write each measure that has the columns `_low` and `_high` as text with its interval."""
    measures = [name for name in accuracy if f"{name}_low" in accuracy]
    ends = [f"{name}_{end}" for name in measures for end in ("low", "high")]
    written = {
        name: [
            with_interval(*values)
            for values in accuracy[[name, f"{name}_low", f"{name}_high"]].itertuples(index=False)
        ]
        for name in measures
    }
    return accuracy.assign(**written).drop(columns=ends)


def training_table(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tabulate what each training has cost, and which epoch is kept.

    Returns
    -------
    Columns field, model, run, epochs, best_epoch, gmac (10⁹ multiply-adds of passes from inputs to
    predictions), voxels (predicted in training), validation_loss (of the best epoch).
    """
    rows = []
    for name, each in histories.items():
        field, model, run = parts_of(name)
        best = each.loc[each["kept"].idxmax()]
        rows.append(
            {
                "field": field,
                "model": model,
                "run": run,
                "epochs": len(each),
                "best_epoch": int(best["epoch"]) + 1,
                **{name: float(each[name].sum()) for name in ("gmac", "voxels")},
                "validation_loss": float(best["validation_loss"]),
            }
        )
    return pd.DataFrame(rows)


def _costs(costs: pd.DataFrame) -> Iterator[str]:
    """Say what equal budgets have meant in voxels."""
    if costs.empty:
        return
    strain = costs[costs["field"] == "strain"].groupby("model", sort=False)
    said = ", ".join(
        f"{rows['voxels'].mean() / 1e6:.3g} million voxels by {name}" for name, rows in strain
    )
    yield (
        f"{said}: what a training of local strain sees in {costs['gmac'].min():.3g} to "
        f"{costs['gmac'].max():.3g}·10⁹ multiply-adds, the same budget for every network."
    )


def _text(edge: int, accuracy: pd.DataFrame) -> str:
    window = window_of(edge)
    counts = [int(accuracy[name].max()) for name in ("training_structures", "structures")]
    return (
        "Strain and stress along x under a macroscopic strain of 0.001 along x, in "
        f"{counts[0]} training and {counts[1]} test structures. CPNet maps a window of the "
        "filtered structure to the values at its centre (cpnet7: 7 voxels along an edge). As "
        f"printed it has a window of {LARGEST_WINDOW} and {paper.CPNET_PARAMETERS:,} parameters; "
        f"here it has a window of {window} in cells of {edge}"
        f"{', the whole cell' if window >= edge - 1 else ''}. fno is a Fourier neural operator on "
        "the whole cell, which gives every line along x its mean strain, and every layer normal to "
        "x the same stress; mks is a linear convolution fitted in the Fourier domain, with a mean "
        "stress that is linear in the volume fraction; phase_mean is the mean of each phase. All "
        "learn from the same symmetric copies of the same structures. Accuracy is the squared "
        "Pearson correlation, as in the report, the coefficient of determination and the mean "
        "absolute error, over the voxels of all test structures; and the errors in the 1 % of a "
        "structure's voxels with its highest values, of the mean of each phase, and of the mean of "
        "the cell, which for stress is the error of C11; each in percent of what is predicted."
    )


def _cost_text() -> str:
    return (
        "Every network may take the same number of multiply-adds (gmac, 10⁹) in its passes from "
        "inputs to predictions, which do not depend on the machine; it is validated after equal "
        "parts of them, the best epoch is kept, and the same patience ends it before. The "
        "operator also waits for memory: its seconds for a multiply-add are more (the benchmarks "
        "of the run have them). Predictions are "
        "timed one structure after the other; the solver has as many threads as the networks."
    )


def headline(accuracy: pd.DataFrame, edge: int, *, papers_material: bool) -> Iterator[Headline]:
    """Yield the report's values of CPNet with ours."""
    rows = accuracy[(accuracy["field"] == "strain") & (accuracy["model"] == PRINTED)]
    low, high = paper.LOCALIZATION_R2
    quantity = "Squared Pearson correlation of local strains, CPNet (latent report, section 4)"
    reported = f"{low:.2f} to {high:.2f}"
    if rows.empty:
        yield Headline(
            quantity=quantity,
            paper=reported,
            here="–",
            verdict="not comparable",
            why=f"this run does not train {PRINTED}",
        )
        return
    row = rows.iloc[0]
    value = row["squared_pearson"]
    ends = f"{row['squared_pearson_low']:.2f} to {row['squared_pearson_high']:.2f}"
    if not papers_material:
        verdict, why = "not comparable", "the structures are of another material than the report's"
    elif edge != EDGE_VOXELS:
        verdict = "not comparable"
        why = (
            f"cells of {edge} voxels, not {EDGE_VOXELS}, and {int(row['training_structures'])} "
            f"training structures, not {paper.CELLS:,}"
        )
    else:
        verdict, why = ("reached" if value >= low else "not reached"), ""
    yield Headline(
        quantity=quantity, paper=reported, here=f"{value:.2f} ({ends})", verdict=verdict, why=why
    )
    count, window = int(row["parameters"]), window_of(edge)
    printed = window == LARGEST_WINDOW
    same = "reached" if count == paper.CPNET_PARAMETERS else "not reached"
    yield Headline(
        quantity="Trainable parameters of CPNet (latent report, section 4.3)",
        paper=f"{paper.CPNET_PARAMETERS:,}",
        here=f"{count:,}",
        verdict=same if printed else "not comparable",
        why=""
        if printed
        else f"a window of {window} voxels in cells of {edge}, not {LARGEST_WINDOW}",
    )
