"""What the report says about ferrite fraction and mean free path of real chips."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import with_interval
from pspflow.studies.steel.images import paper
from pspflow.studies.steel.images.paper import Moments
from pspflow.studies.steel.morphology.findings import TABLES, findings
from pspflow.studies.steel.morphology.moments import PATH
from pspflow.studies.steel.morphology.options import MeasureOptions

FEW_MICROGRAPHS: Final = 20
"""Percentiles of resamples are narrower than Student's interval of a mean: by 9 % for 20
micrographs, 18 % for 10 and half for 4."""


def morphology_section(
    moments: pd.DataFrame,
    conditions: pd.DataFrame,
    figures: Mapping[str, Figure],
    options: MeasureOptions,
    chip_px: int,
    papers: Mapping[str, Mapping[str, Moments]] | None,
    *,
    simulated: bool,
) -> Section:
    """Write the section.

    Parameters
    ----------
    moments
        See `pspflow.studies.steel.morphology.moments.moments_table`.
    conditions
        Domain (index) and the values of each condition in it, as text.
    figures
        `measures` and `division`.
    options
        How chips are divided.
    chip_px
        Edge of a chip.
    papers
        The paper's values, where there are any to compare with.
    simulated
        Whether the micrographs are simulated.
    """
    return Section(
        title="Morphology",
        findings=findings(moments, papers, simulated=simulated),
        parts=(
            Part(
                title="Real chips",
                text=_text(moments, options, chip_px, papers, simulated=simulated),
                figures=(figures["measures"], figures["division"]),
                tables=tuple(
                    _table(str(quantity), rows, conditions, papers)
                    for quantity, rows in moments.groupby("quantity", sort=False)
                ),
            ),
        ),
    )


def _text(
    moments: pd.DataFrame,
    options: MeasureOptions,
    chip_px: int,
    papers: Mapping[str, Mapping[str, Moments]] | None,
    *,
    simulated: bool,
) -> str:
    light = (
        f" after a Gaussian of {options.background_px:g} px is subtracted from each chip"
        if options.background_px is not None
        else ""
    )
    unit = moments.loc[moments["quantity"] == PATH, "unit"].iloc[0]
    text = (
        f"Each chip ({chip_px} x {chip_px} px) is divided by its own Otsu threshold{light}; the "
        f"{options.phase} phase is ferrite. The mean free path is the mean chord of ferrite along "
        "every row and column of pixels, chords at the border included, averaged over both "
        "directions; the border shortens it, alike for real and generated chips. Variances are "
        "over chips, so that they hold how the structure varies within and between micrographs: "
        "half the mean square difference of chips of different micrographs. "
        "Intervals (95 %) are from resampled micrographs of all splits."
    )
    if moments["micrographs"].min() < FEW_MICROGRAPHS:
        text += (
            f" Those of fewer than {FEW_MICROGRAPHS} micrographs are too narrow, for 10 of them by "
            "about a fifth."
        )
    if unit == "px":
        text += " Paths are in pixels, since the size of a pixel is not known."
    if papers is not None:
        text += (
            f" The paper's rows are of {paper.MEASURED_CHIPS:,} training chips of each rate, with "
            "no interval."
        )
        if simulated:
            text += " They were measured on steel; all other values here are of simulated images."
    return text


def _table(
    quantity: str,
    rows: pd.DataFrame,
    conditions: pd.DataFrame,
    papers: Mapping[str, Mapping[str, Moments]] | None,
) -> Table:
    unit = rows["unit"].iloc[0]
    table = pd.DataFrame({"domain": rows["domain"].astype(str)}).join(conditions, on="domain")
    table["micrographs"], table["chips"] = rows["micrographs"], rows["chips"]
    table["one phase"], table["one peak"] = rows["one_phase"], rows["one_peak"]
    for moment, of in (("mean", unit), ("variance", f"{unit}²")):
        table[f"{moment} ({of})"] = [
            with_interval(*ends)
            for ends in rows[[moment, f"{moment}_low", f"{moment}_high"]].itertuples(index=False)
        ]
        if papers is not None:
            values = papers[quantity]
            table[f"paper's {moment}"] = [getattr(values[each], moment) for each in rows["domain"]]
    beside = f", beside the paper's training chips ({TABLES[quantity]})" if papers else ""
    caption = f"{quantity.capitalize()} of chips of all micrographs{beside}."
    return Table.of(table, caption)
