"""What the report says of the transfer between domains."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pspflow.evaluation.coverage import NEIGHBOURS
from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.studies.temper.flows.options import BASELINE
from pspflow.studies.temper.labels.classification import above_chance
from pspflow.studies.temper.transfer import paper
from pspflow.studies.temper.transfer.findings import (
    Results,
    by_direction,
    by_measure,
    effect_counts,
    findings,
)
from pspflow.studies.temper.transfer.judged.kept_labels import label_summary
from pspflow.studies.temper.transfer.judged.ranking import ranking
from pspflow.studies.temper.transfer.judged.rulers_met import rulers_met
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.plausibility import FLOOR, OTHERS, SOURCE
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED

Way = tuple[str, str]
Verdict = Literal["reached", "not reached", "not comparable"]


@dataclass(frozen=True)
class Pictures:
    """Figures of the section."""

    chips: Figure
    samples: Figure
    plausibility: Figure
    preservation: Figure | None
    """None where no domain has a label."""


@dataclass(frozen=True)
class Scale:
    """What a run is made of, as far as it decides how its results compare with the paper's."""

    papers_domains: bool
    """Whether the domains are the paper's: for others the paper has no values."""
    tested: bool
    """Whether there are test chips; otherwise validation chips are used in their place."""
    differences: Sequence[str]
    """What forbids a comparison with the paper's values."""


def transfer_section(
    results: Results, pictures: Pictures, options: TransferOptions, scale: Scale
) -> Section:
    """Write the section.

    Parameters
    ----------
    results
        Tables of the transfer.
    pictures
        Its figures.
    options
        How the flows were tested.
    scale
        What the run is made of.
    """
    parts = [_chips(results, pictures), _plausibility(results, pictures, scale)]
    if results.labels is not None and pictures.preservation is not None:
        parts.append(_labels(results.labels, pictures.preservation, options))
    return Section(
        title="Transfer",
        headline=headline(results.labels, scale) if scale.papers_domains else (),
        findings=findings(results),
        parts=tuple(parts),
    )


def headline(labels: pd.DataFrame | None, scale: Scale) -> tuple[Headline, ...]:
    """Compare the accuracy of transferred labels with the paper's."""
    if labels is None:
        return ()
    return tuple(_row(*each, scale) for each in _accuracies(labels))


def _accuracies(labels: pd.DataFrame) -> list[tuple[str, str, float, bool]]:
    """List quantity, the paper's value, ours, and whether ours agrees with the paper's."""
    made = labels[~labels["flow"].isin([REAL, UNTRANSFERRED, ""])]
    made = made.assign(kind=made["flow"].str.split("/").str[0])
    made = made[made["kind"] != BASELINE]
    ways = made.dropna(subset="balanced_accuracy")[["source", "target"]].drop_duplicates()
    highest = max(
        (best_accuracy(made, way) for way in ways.itertuples(index=False)), default=np.nan
    )
    there, onward = (best_accuracy(made, way) for way in (paper.HIGHEST, paper.ABOVE_CHANCE))
    return [
        (_quantity(paper.HIGHEST), "highest of all directions", there, there == highest),
        (
            _quantity(paper.ABOVE_CHANCE),
            "above chance without regularisation",
            onward,
            _above(made[made["kind"] == "none"], paper.ABOVE_CHANCE),
        ),
        *(
            (
                _quantity(way),
                "around or below chance",
                best_accuracy(made, way),
                _near(made, way),
            )
            for way in paper.NEAR_CHANCE
        ),
    ]


def best_accuracy(made: pd.DataFrame, way: Way) -> float:
    """Return the highest mean over trainings, of all regularisations and features."""
    rows = made[(made["source"] == way[0]) & (made["target"] == way[1])]
    return float(rows.groupby(["kind", "features"])["balanced_accuracy"].mean().max())


def _above(made: pd.DataFrame, way: Way) -> bool:
    """Tell whether labels of any features are above chance in all trainings."""
    rows = made[(made["source"] == way[0]) & (made["target"] == way[1])]
    rows = rows.dropna(subset="balanced_accuracy")
    kinds = [rows["kind"], rows["features"]]
    return bool(above_chance(rows).groupby(kinds).all().any())


def _near(made: pd.DataFrame, way: Way) -> bool:
    """Tell whether intervals leave open that labels are at chance; False without any."""
    known = made[(made["source"] == way[0]) & (made["target"] == way[1])]["low"].notna()
    return bool(known.any()) and not _above(made, way)


def _quantity(way: Way) -> str:
    return f"best mean accuracy, {way[0]} → {way[1]}"


def _row(quantity: str, said: str, value: float, agrees: bool, scale: Scale) -> Headline:
    verdict: Verdict = "reached" if agrees else "not reached"
    why = "micrographs of this run's sheet"
    if np.isnan(value):
        verdict, why = "not comparable", "not measured in this run"
    elif scale.differences:
        verdict, why = "not comparable", "; ".join(scale.differences)
    here = "–" if np.isnan(value) else f"{100 * value:.0f} %"
    return Headline(quantity=quantity, paper=said, here=here, verdict=verdict, why=why)


def _chips(results: Results, pictures: Pictures) -> Part:
    checks = pd.concat(results.checks, names=["training", None]).reset_index(level="training")
    return Part(
        title="Transferred chips",
        text="A transfer to another domain and back is exact by construction; the table checks the "
        "arithmetic: in image space (0 to 1) without rounding, and in grey levels where the "
        "transferred chip is stored in 8 bits. It also gives the likelihood of dequantised "
        "held-out chips.",
        figures=(pictures.chips, pictures.samples),
        tables=(Table.of(checks, "Numerical checks of every training, on held-out chips."),),
    )


def _plausibility(results: Results, pictures: Pictures, scale: Scale) -> Part:
    tables = [
        Table.of(
            part,
            f"{measure} ({unit.replace('^2', '²')}) by direction: means over trainings, then "
            "rulers.",
            detail=True,
        )
        for (measure, unit), part in by_direction(results.plausibility).items()
    ]
    tables.insert(
        0,
        Table.of(
            ranking(results.plausibility),
            "Mean over all measures but KID and all directions of distances, divided by those of "
            "the untransferred sources; intervals over trainings, by Student's t.",
        ),
    )
    tables.append(
        Table.of(
            rulers_met(by_measure(results.plausibility)),
            "Number of directions in which transferred chips meet each ruler, by measure.",
        )
    )
    if len(results.effects):
        tables.append(
            Table.of(
                effect_counts(results.effects),
                "Number of directions in which a measure is worse or better than that of the "
                "trainings compared with, and the ratio of its means over all directions.",
            )
        )
        caption = (
            "Effects on every measure: difference to the trainings compared with; below 0 is "
            "better; 95 % intervals by Student's t from the spread over trainings and from "
            "resampled specimens; probabilities adjusted for all rows of a comparison (Holm)."
        )
        tables.append(Table.of(results.effects, caption))
    if len(results.spread):
        caption = (
            "Spread over trainings: ratio of standard deviations to those of the trainings "
            "compared with; below 1 is more stable; probabilities by permutation of trainings."
        )
        tables.append(Table.of(results.spread, caption))
    by_kind = results.copies.assign(kind=results.copies["flow"].str.split("/").str[0])
    by_target = by_kind.pivot_table(
        index="kind", columns="target", values="nearer_share", sort=False, observed=True
    )
    tables.append(
        Table.of(
            by_target.reset_index(),
            "Copies: share of transferred chips, by target, that are nearer to a training chip "
            "than the nearest 2.5 % of real held-out chips are.",
        )
    )
    rulers = set(results.plausibility["flow"])
    return Part(
        title="Plausibility",
        text="Distances of transferred chips to real held-out chips of the target, compared with "
        f"rulers: {SOURCE} (the distance without a flow), {FLOOR} (the floor: chips from one half "
        "of the micrographs against those from the other half, half as many and so a little too "
        f"large){_others(OTHERS in rulers)}. The first five measures compare the means of sets, so "
        "that a flow which makes one mean texture could have small distances; the others, on a "
        "fixed bank of Gabor filters, depend on the spread of sets as well: KID; the share of real "
        f"chips in whose ball, which reaches to the {NEIGHBOURS}th nearest real chip, no "
        "transferred chip lies; and the difference of the density of transferred chips from 1. "
        "Equal populations leave some real chips uncovered too, see the rulers. Intervals are of "
        f"95 % and resample specimens; below 12 specimens there are none.{_caveat(scale)}",
        figures=(pictures.plausibility,),
        tables=tuple(tables),
    )


def _others(known: bool) -> str:
    if not known:
        return (
            ". Training chips are of the same specimens, so that there are no other specimens to "
            "compare with"
        )
    return f", and {OTHERS} (the distance of a flow that models the domain but not the specimen)"


def _caveat(scale: Scale) -> str:
    if scale.tested:
        return ""
    return (
        " There are no test chips in this run: validation chips are used, which also selected the "
        "epoch."
    )


def _pixels(options: TransferOptions) -> str:
    if options.label_components is None:
        return "Pixels of chips are classified as they are, as in the paper."
    return (
        f"Pixels of chips are reduced to {options.label_components} principal components first, "
        "which the paper does not do."
    )


def _labels(labels: pd.DataFrame, figure: Figure, options: TransferOptions) -> Part:
    return Part(
        title="Label preservation",
        text="For each target, support vector machines are trained on real chips of training "
        "specimens with their label, in at most three classes of nearly equal size that are cut "
        "between distinct values of the training specimens. They classify "
        "held-out chips that were transferred into the target; the true class is that of the "
        f"source specimen's label for the target. {options.label_runs} draws of training chips, "
        f"balanced accuracy, intervals from resampled specimens. {_pixels(options)} Controls: the "
        "untransferred sources, and chance: classifiers whose training set has labels that are "
        "permuted between specimens, their mean accuracy and the range of 95 % of them.",
        figures=(figure,),
        tables=(
            Table.of(
                label_summary(labels),
                "Balanced accuracy, means over trainings and of limits; whether the intervals of "
                "all trainings place it below or above that of its source, and above chance.",
            ),
        ),
    )
