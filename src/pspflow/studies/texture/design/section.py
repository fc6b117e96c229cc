"""What the report says about designs: text and tables."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.texture.design.comparisons import best_of, sheet_table
from pspflow.studies.texture.design.findings import findings, headline
from pspflow.studies.texture.design.options import DesignOptions
from pspflow.studies.texture.design.reach import MOST_PERCENT
from pspflow.studies.texture.design.targets import Target

CAPTIONS: Final = {
    "pole_figures": "Pole figures of the best design of each target, above that of the best "
    "retrieved texture of the pool; rolling direction to the right.",
    "sheets": "Yield stress and r-value over the angle to the rolling direction: crosses are "
    "wanted, the rest of a wish was completed; best design and best retrieved texture.",
}
NAMES: Final = [
    *("target", "origin", "rank", "predicted_error_percent", "checked_error_percent"),
    *("hull_distance", "moved_distance", "observed_distance", "texture_index"),
]


RETRIEVAL: Final = (
    "Retrieval is what needs no flow: as many textures of the pool, those that the forward model "
    "predicts to be nearest, checked on their own orientations. Observed is the nearest of those "
    "that the models learned from, whose error is known."
)
ERRORS: Final = (
    "Errors are 100 |reached - wanted| / |wanted| over what is wanted; observed distance is that "
    "to the nearest observed texture (root mean square of ODFs, multiples of random)."
)

NOTHING, REST = "nothing", "the rest"
"""What is completed of a target."""


def design_section(
    targets: pd.DataFrame,
    designs: pd.DataFrame,
    figures: Mapping[str, Figure],
    options: DesignOptions,
) -> Section:
    """Report wanted anisotropy, designs and retrieval.

    Parameters
    ----------
    targets
        As of `store.target_table`.
    designs
        As of `designs.table_of`.
    figures
        Figures by name, those of `CAPTIONS`.
    options
        Options of the chapter.
    """
    best = best_of(designs)
    return Section(
        title="Designs for wanted anisotropy",
        headline=headline(designs),
        findings=findings(targets, designs),
        parts=(
            _wanted(targets),
            Part(
                title="Designs and retrieval",
                text=f"{_method(options)} {RETRIEVAL} {ERRORS}",
                figures=tuple(figures[name] for name in CAPTIONS),
                tables=(
                    Table.of(best, "The best of each target; checked errors in percent."),
                    Table.of(designs[NAMES], "All designs, and what they are compared with."),
                    Table.of(
                        sheet_table(targets, designs),
                        "r-value and yield stress by angle: wanted, designed, retrieved.",
                    ),
                ),
            ),
        ),
    )


def _method(options: DesignOptions) -> str:
    return (
        f"The flow of the active arm draws {options.candidates} textures for each target. Those "
        "that no texture can have are moved to the nearest one, the forward model ranks them, and "
        f"the best {options.designs} become orientations: those of maximum entropy with their "
        "coefficients, made orthorhombic. The plasticity model checks each. Coefficients end at "
        "l = 12, so that textures with the same ones still differ a little in the plasticity model."
    )


def _completed(part: pd.DataFrame) -> str:
    if part["candidates"].iloc[0] == 0:
        return "not designed: out of reach"
    return NOTHING if _whole(part) else REST


def _wanted(targets: pd.DataFrame) -> Part:
    """Say what is wanted, what is completed, and what the pool reaches."""
    rows = []
    for name, part in targets.groupby("target", sort=False):
        known = part["wanted"].notna()
        first = part.iloc[0]
        rows.append(
            {
                "target": name,
                "kind": first["kind"],
                "wanted": int(known.sum()),
                "completed": _completed(part),
                "error_of_nearest_mixture_percent": float(first["reachable_error_percent"]),
                "error_of_nearest_texture_percent": float(first["pool_error_percent"]),
                "moved_candidates": int(first["outside"]),
            }
        )
    partial = [str(row["target"]) for row in rows if row["completed"] == REST]
    some = [row["target"] for row in rows if row["completed"] != NOTHING]
    wished = targets[targets["target"].isin(some) & targets["wanted"].notna()]
    spread = targets[targets["target"].isin(partial) & targets["wanted"].isna()]
    tables = [Table.of(pd.DataFrame(rows), "Targets, and what the pool reaches as predicted.")]
    text = ""
    if some:
        tables.append(
            Table.of(
                wished[["target", "quantity", "wanted", "reachable"]],
                "What is wanted of sheets, and the nearest that the pool reaches.",
            )
        )
    if partial:
        tables.append(
            Table.of(
                spread[["target", "quantity", "completed_mean", "completed_sd"]],
                "What is completed: mean and standard deviation of what the flow was given.",
            )
        )
        text = (
            f" For {', '.join(partial)} only some quantities are wanted. The flow needs all, so "
            "that the rest is completed: the forward model's samples for the textures of the pool "
            "that are nearest to the wish are moved to it by linear regression, and each candidate "
            "gets a set of its own."
        )
    return Part(
        title="Targets",
        text="Wanted are the parameters of test textures, for which an answer exists, and what a "
        f"user asks for.{text} A wish is refused if mixtures of the pool's properties, within "
        "the standard deviation of the forward model, stay more than "
        f"{MOST_PERCENT:g} % away from it.",
        tables=tuple(tables),
    )


def _whole(part: pd.DataFrame) -> bool:
    known = part[part["wanted"].notna()]
    wanted = dict(zip(known["quantity"], known["wanted"], strict=True))
    return Target("", "test", wanted).whole
