"""What the report says about the curation of a database."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.studies.latent.curation import paper
from pspflow.studies.latent.curation.options import CurationOptions
from pspflow.studies.latent.curation.rows import KEPT, count_flow
from pspflow.studies.latent.names import CropsName

DEPARTURES: Final = (
    (
        "splits",
        "by crop, so that training and test crops of one micrograph overlap",
        "by sample",
        "what is measured on a test crop then says something about other samples",
    ),
    (
        "places of crops",
        "drawn from height x width of the image, which the listing takes the wrong way round; "
        "crops cut by an edge are removed afterwards",
        "drawn from all whole places, none twice",
        "the listing's crops cluster, and some are faulty",
    ),
    (
        "low contrast",
        "removed; which, is not said",
        "the range from the 1st to the 99th percentile of the grey levels is below a share of 255",
        "the measure of scikit-image, which the listing names",
    ),
)


def curation_section(
    table: pd.DataFrame,
    unreadable: int,
    crops: Mapping[CropsName, pd.DataFrame],
    rejected: Mapping[CropsName, int],
    figures: Mapping[str, Figure],
    options: CurationOptions,
) -> Section:
    """Write the section.

    Parameters
    ----------
    table
        Every row of the metadata table; see the stage `catalogue`.
    unreadable
        Kept images that could not be read.
    crops
        Rows of each dataset's crops.
    rejected
        Crops of each that were left out for their contrast.
    figures
        `magnifications`, `rescaled` and `crops`.
    options
        The options of the chapter.
    """
    kept = table[table["reason"] == KEPT]
    flow = count_flow(table, options.rows.microconstituent)
    counts = pd.concat([_counts(name, rows) for name, rows in crops.items()], ignore_index=True)
    text = (
        f"{len(kept)} of {len(table)} rows of the metadata table are kept; "
        f"{unreadable} of their images cannot be read. All are brought to a magnification of "
        f"{table['common_magnification'].iloc[0]:g}: {int((kept['upscale'] > 1).sum())} are "
        f"enlarged, {int((kept['upscale'] < 1).sum())} reduced."
    )
    others = table[table["microconstituent"] != options.rows.microconstituent]
    kinds = others["reason"].value_counts().rename_axis("reason").reset_index(name="rows")
    parts = (
        Part(
            title="From the metadata table to micrographs",
            text=text,
            figures=(figures["magnifications"], figures["rescaled"]),
            tables=(
                Table.of(flow, "Rows that each reason drops, and that are left."),
                *(
                    [Table.of(kinds, "Rows of no use here, by their reason.", detail=True)]
                    if len(kinds)
                    else ()
                ),
            ),
        ),
        Part(
            title="Crops",
            text=_crops_text(rejected, options),
            figures=(figures["crops"],),
            tables=(Table.of(counts, "Crops by dataset and split."), _departures()),
        ),
    )
    return Section(
        title="Curation",
        lead=""
        if options.source == "database"
        else "The micrographs and their metadata table are simulated: none is of steel.",
        headline=tuple(_headline(table, unreadable, crops, options)),
        findings=tuple(_findings(crops)),
        parts=parts,
    )


def _counts(name: CropsName, rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby("split", sort=False)
    return pd.DataFrame(
        {
            "dataset": name,
            "split": list(groups.groups),
            "samples": groups["group"].nunique().to_numpy(),
            "micrographs": groups["micrograph"].nunique().to_numpy(),
            "crops": groups.size().to_numpy(),
            "low_contrast": groups["low_contrast"].sum().to_numpy(),
            "from_enlarged_%": [100 * float((each["upscale"] > 1).mean()) for _, each in groups],
        }
    )


def _crops_text(rejected: Mapping[CropsName, int], options: CurationOptions) -> str:
    crops = options.crops
    text = (
        f"Crops are drawn at random, {crops.redundancy:g} times the area of each micrograph. A "
        "sample is in one split alone."
    )
    if crops.low_contrast == "mark":
        return f"{text} Crops of a contrast below {crops.min_contrast:g} are marked and used."
    left_out = ", ".join(f"{name} {count}" for name, count in rejected.items())
    return f"{text} Crops of a contrast below {crops.min_contrast:g} are left out: {left_out}."


def _departures() -> Table:
    rows = pd.DataFrame(DEPARTURES, columns=["what", "report", "here", "why"])
    return Table.of(rows, "Departures from the report.", detail=True)


def _findings(crops: Mapping[CropsName, pd.DataFrame]) -> list[str]:
    each = []
    for name, rows in crops.items():
        enlarged, twice = (100 * float((rows["upscale"] > times).mean()) for times in (1, 2))
        each.append(f"{enlarged:.0f} % ({twice:.0f} %) of the crops of {name}")
    if not each:
        return []
    return [
        f"{' and '.join(each)} come from enlarged micrographs (in brackets, from those enlarged "
        "more than twice): these hold interpolated pixels, which curation.scale.max_upscale leaves "
        "out."
    ]


def _headline(
    table: pd.DataFrame,
    unreadable: int,
    crops: Mapping[CropsName, pd.DataFrame],
    options: CurationOptions,
) -> list[Headline]:
    real = options.source == "database"
    why = "" if real else "a simulated database; the project's tests curate the real table"
    flow = count_flow(table, options.rows.microconstituent)
    wanted, used = int(flow["left"].iloc[1]), int(flow["left"].iloc[-1]) - unreadable
    common = float(table["common_magnification"].iloc[0])
    rows = [
        (f"Micrographs used, of rows of {options.rows.microconstituent}",
         f"{paper.MICROGRAPHS} of {paper.SPHEROIDITE}", f"{used} of {wanted}",
         used == paper.MICROGRAPHS),
        ("Common magnification", f"{paper.MEDIAN}", f"{common:g}", common == paper.MEDIAN),
    ]  # fmt: skip
    found = [
        Headline(
            quantity=quantity,
            paper=theirs,
            here=here,
            verdict=("reached" if same else "not reached") if real else "not comparable",
            why=why,
        )
        for quantity, theirs, here, same in rows
    ]
    for name, each in crops.items():
        train, test = paper.CROPS[name]
        mine = each["split"].value_counts()
        found.append(
            Headline(
                quantity=f"Crops of {name}, training and test",
                paper=f"{train:,} and {test:,}",
                here=f"{mine['train'] + mine['validation']:,} (validation with them) and "
                f"{mine['test']:,}",
                verdict="not comparable",
                why=why or "splits by sample cannot meet a number of crops exactly",
            )
        )
    return found
