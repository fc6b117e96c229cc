"""What the report says about generated chips: text and tables."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import with_interval
from pspflow.studies.steel.generation import paper
from pspflow.studies.steel.generation.baseline import set_name
from pspflow.studies.steel.generation.findings import findings
from pspflow.studies.steel.generation.headline import headline
from pspflow.studies.steel.generation.making import INDEPENDENT, PRIOR
from pspflow.studies.steel.generation.moments import GENERATED, REAL
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.results import Results
from pspflow.studies.steel.generation.rulers import NAMES, ruler_table
from pspflow.studies.steel.images.paper import MEASURED_CHIPS
from pspflow.studies.steel.morphology.moments import FRACTION, MEAN, PATH, VARIANCE

TABLES = {FRACTION: "table I", PATH: "table II"}


def generation_section(
    results: Results, figures: Mapping[str, Figure], options: GenerationOptions
) -> Section:
    """Write the section.

    Parameters
    ----------
    results
        Tables of the chapter.
    figures
        Its figures by name; `held_out` and `further` where there are such chips.
    options
        How chips were generated and compared.
    """
    parts = [
        _chips(results, figures, options),
        _moments(results, figures),
        _spatial(results, options),
        _baseline(results),
        _copies(results),
    ]
    return Section(
        title="Generation",
        headline=tuple(headline(results)),
        findings=findings(results),
        parts=tuple(parts),
    )


def _some(figures: Mapping[str, Figure], names: Sequence[str]) -> tuple[Figure, ...]:
    return tuple(figures[name] for name in names if name in figures)


def _chips(results: Results, figures: Mapping[str, Figure], options: GenerationOptions) -> Part:
    data = "simulated micrographs" if results.simulated else "the micrographs of this run's sheet"
    return Part(
        title="Generated chips",
        text="PixelCNN draws maps of codes for a condition, and the decoder makes chips of them: "
        f"{options.chips_per_condition:,} for the conditions of each domain's test micrographs, "
        f"and for every further condition; the paper's {MEASURED_CHIPS:,} a rate. Independent "
        "codes are the "
        "baseline: each code is drawn by itself with its frequency in the domain, and decoded by "
        f"the same decoder. Real chips are of {data}.",
        figures=_some(figures, ("chips", "further", "held_out", "codes")),
    )


def _moments(results: Results, figures: Mapping[str, Figure]) -> Part:
    note = (
        " The paper's columns are of real steel, its training chips and the chips that its "
        "networks generated."
        if results.papers_domains
        else ""
    )
    micrographs = results.moments.loc[results.moments["set"] == REAL, "micrographs"]
    return Part(
        title="Ferrite fraction and mean free path",
        text="Means and variances over chips. The variance is that of chips, within and between "
        "micrographs: half the mean square difference of chips of different micrographs, so that "
        "few micrographs do not make it too small. Errors are against real test chips of the same "
        "domain (at further conditions against freshly simulated micrographs): of mean fractions "
        "in percentage points, else in %. Intervals (95 %) resample micrographs on the real side "
        "and chips on the generated side; of "
        f"{micrographs.min()} test micrographs a domain, the fewest, they are rough, and "
        "variances of fewer than three have none. Each network is trained once, and its seed is "
        "not in them. Real training chips show what other micrographs of the same domain differ "
        "by." + note,
        figures=_some(figures, ("measures", "conditions")),
        tables=tuple(
            Table.of(
                moment_table(results, quantity, moment),
                f"{moment.capitalize()} of {quantity}, {_unit(results, quantity, moment)} "
                f"({TABLES[quantity]}).",
            )
            for quantity in (FRACTION, PATH)
            for moment in (MEAN, VARIANCE)
        ),
    )


def _unit(results: Results, quantity: str, moment: str) -> str:
    rows = results.moments
    here = (rows["quantity"] == quantity) & (rows["moment"] == moment)
    return str(rows.loc[here, "unit"].iloc[0])


def moment_table(results: Results, quantity: str, moment: str) -> pd.DataFrame:
    """Tabulate a moment of every set, with errors, and the paper's values beside."""
    rows = results.moments
    here = rows[(rows["quantity"] == quantity) & (rows["moment"] == moment)]
    unit = here["error_unit"].iloc[0]
    table = pd.DataFrame(
        {
            "domain or condition": here["domain"].where(here["domain"] != "", here["conditions"]),
            "chips": [set_title(row) for _, row in here.iterrows()],
            "value": [_interval(row, "value", "low", "high") for _, row in here.iterrows()],
            f"error ({unit})": [
                _interval(row, "error", "error_low", "error_high") for _, row in here.iterrows()
            ],
            "number": here["chips"],
            "not measured": here["failed"],
        }
    )
    if results.papers_domains:
        known = paper.VALUES[quantity, moment]
        table = table.join(pd.DataFrame(list(_papers(here, known, moment, unit)), index=here.index))
    order = {name: place for place, name in enumerate(results.domains)}
    at = here["domain"].map(order).fillna(len(order))
    return table.loc[at.sort_values(kind="stable").index]


def _papers(
    rows: pd.DataFrame, known: Mapping[str, paper.Pair], moment: str, unit: str
) -> Iterator[dict[str, float | None]]:
    """Yield the paper's value for each row: of its training chips, or of its generated ones."""
    for _, row in rows.iterrows():
        pair = known.get(row["domain"])
        value = error = None
        if pair is not None and row["set"] == REAL:
            value = pair.training
        if pair is not None and row["set"] == GENERATED and row["source"] == PRIOR:
            value = pair.generated if row["trained_on"] == "all" else None
            points = moment == MEAN and unit == "points"
            error = pair.error if points else pair.error_percent
            error = error if row["trained_on"] == "all" else None
        yield {"paper's value": value, f"paper's error ({unit})": error}


def set_title(row: pd.Series) -> str:
    """Name a set of chips in tables."""
    if row["set"] != GENERATED:
        return str(row["set"])
    return made_title(set_name(f"{row['code_model']}/{row['trained_on']}", row["source"]))


def made_title(name: str) -> str:
    """Name in tables what `set_name` names; rulers keep their names."""
    training, _, source = name.partition(" ")
    model, slash, trained_on = training.partition("/")
    if not slash:
        return name
    held_out = ", trained without the domain" if trained_on == "held_out" else ""
    return f"{model}{held_out}{', independent codes' if source == INDEPENDENT else ''}"


def _interval(row: pd.Series, value: str, low: str, high: str) -> str:
    return with_interval(row[value], row[low], row[high])


def _spatial(results: Results, options: GenerationOptions) -> Part:
    return Part(
        title="Spatial statistics, density and coverage",
        text="Distances of chips to real test chips of the same domain, of at most "
        f"{options.compared_chips:,} chips each: mean absolute difference of mean persistence "
        "images (exact persistence; their grid is fitted to training chips), root mean square "
        "difference of mean two-point autocovariances of grey levels, mean absolute difference of "
        "mean lineal-path curves of ferrite after Otsu's threshold, and KID on a fixed bank of "
        "Gabor filters. Rulers: real halves (the floor: test chips from one half of every "
        "micrograph against those from the other half), real training chips of the same domain, "
        "and another domain (test chips of the neighbour that is nearer). Density and coverage "
        "(Naeem et al. 2020, 5 neighbours) on the same texture features, which show noise and "
        "sharpness, and on ferrite fraction and path; real training chips are their ruler. "
        "Intervals as above; those of density and coverage resample test micrographs alone.",
        tables=(
            _rulers(results),
            *(
                Table.of(
                    _wide(rows),
                    f"{str(measure)[0].upper()}{str(measure)[1:]}"
                    + (f" ({unit})" if unit != "1" else "")
                    + " by domain.",
                    detail=True,
                )
                for (measure, unit), rows in results.distances.groupby(
                    ["measure", "unit"], sort=False
                )
            ),
        ),
    )


def _rulers(results: Results) -> Table:
    """Tabulate in how many domains generated chips are farther than each ruler."""
    table = ruler_table(results.distances, results.models)
    if not results.distances["low"].notna().any():
        table = table.drop(columns="apart")
    return Table.of(
        table.assign(ruler=table["ruler"].map(NAMES)),
        "In how many domains generated chips are farther from real test chips than each ruler; "
        "apart: with intervals that do not overlap.",
    )


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    cells = rows.assign(cell=[_interval(r, "value", "low", "high") for _, r in rows.iterrows()])
    wide = cells.pivot_table(
        index="made", columns="domain", values="cell", aggfunc="first", sort=False
    )
    wide = wide.fillna("–").reset_index().rename(columns={"made": "chips"})
    return wide.assign(chips=wide["chips"].map(made_title))


def _baseline(results: Results) -> Part:
    table = results.baseline.drop(columns="better").assign(
        difference=[
            _interval(r, "difference", "low", "high") for _, r in results.baseline.iterrows()
        ]
    )
    return Part(
        title="PixelCNN against independent codes",
        text="The same decoder makes chips of codes that PixelCNN draws in turn, and of codes that "
        "are each drawn by themselves. Errors are sizes, without sign. Differences are PixelCNN "
        "less baseline: below 0 PixelCNN is better, but for coverage, where it is above 0. What a "
        "decoder blurs, and not how codes are arranged, sets some measures: the baseline shows "
        "which.",
        tables=(
            Table.of(table.drop(columns=["low", "high"]), "Differences by measure and domain."),
        ),
    )


def _copies(results: Results) -> Part:
    return Part(
        title="Copies",
        text="Distances of generated chips to their nearest training chip, over those of real test "
        "chips to theirs, among the same training chips of all domains. Features are those of "
        "texture, and grey levels averaged over blocks of 8 x 8 pixels, brought to mean 0 and "
        "length 1 in each chip so that contrast and blur count little; there, training chips count "
        "mirrored too. Copies among the generated chips would be nearer than test chips are: "
        "closer is the share of generated chips that are nearer than the nearest 2.5 % of the test "
        "chips; least is the distance of the nearest chip of all, 0 for a copy. Copies are "
        "suspected where the interval of this share lies above 2.5 %; smoother chips lie nearer "
        "too.",
        tables=(Table.of(_copy_table(results.copies), "Distances to the nearest training chip."),),
    )


def _copy_table(copies: pd.DataFrame) -> pd.DataFrame:
    table = copies[["made", "features", "chips", "test_chips", "training_chips"]].copy()
    table["made"] = table["made"].map(made_title)
    table["distance"], table["test_distance"] = copies["distance"], copies["test_distance"]
    table["least"], table["test_least"] = copies["least"], copies["test_least"]
    table["ratio"] = [
        _interval(r, "ratio", "ratio_low", "ratio_high") for _, r in copies.iterrows()
    ]
    percent = copies.assign(
        **{n: 100 * copies[n] for n in copies.columns if n.startswith("closer_share")}
    )
    table["closer (%)"] = [
        _interval(r, "closer_share", "closer_share_low", "closer_share_high")
        for _, r in percent.iterrows()
    ]
    return table
