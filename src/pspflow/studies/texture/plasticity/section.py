"""What the report says about the anisotropy parameters: where they come from, and how they lie."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.texture.plasticity.departures import departures
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import FAILURE, NAME

FIGURES: Final = {
    "directions": "Yield stress over that in X and normalised lateral strain increments in the 18 "
    "directions: median and 5–95 % of the textures of each set; beside them a random texture and a "
    "perfect cube texture by the Taylor model of this package, {slip}, m = {m:g}.",
    "distributions": "Share of the textures below a value: range of the 18 yield stresses, and "
    "r-values of the sheet pulled at 0, 45 and 90° to X.",
}
"""Their captions; `caption` fills in which Taylor model, as sources of a user have another one."""
SHOWN_FAILURES: Final = 12


def caption(figure: str, options: PlasticityOptions) -> str:
    """Write the caption of a figure of `FIGURES`."""
    taylor = options.taylor
    return FIGURES[figure].format(slip=taylor.slip, m=taylor.rate_sensitivity)


def plasticity_section(
    tables: Mapping[str, pd.DataFrame],
    values: pd.DataFrame,
    checks: pd.DataFrame,
    figures: tuple[Figure, ...],
    timing: str,
    options: PlasticityOptions,
) -> Section:
    """Describe the anisotropy parameters.

    Parameters
    ----------
    tables
        Parameters of each set by name, failures included.
    values
        From `sheet_values.bands`.
    checks
        From `references.physics_checks`; without rows where the Taylor model is not used.
    figures
        Those named in `FIGURES`.
    timing
        A sentence on the time of a texture, or nothing.
    options
        The options of the chapter.
    """
    shown = [Table.of(values, "Quantities of the sheet by set: 5 %, median and 95 % of textures.")]
    if len(checks):
        caption = "The Taylor model beside the literature and exact results."
        shown.append(Table.of(checks, caption))
    failed = failures(tables)
    if len(failed):
        caption = f"Textures without parameters; the first {SHOWN_FAILURES} of {len(failed)}."
        shown.append(Table.of(failed.head(SHOWN_FAILURES), caption))
    shown.append(Table.of(departures(options), "Departures from the paper."))
    return Section(
        title="Anisotropy parameters",
        findings=(*_wrong(checks), *_failed(tables), *_right(checks), *_ranges(values)),
        parts=(
            Part(
                title="Yield stresses and lateral strain increments",
                text=f"{_source(options)}{' ' if timing else ''}{timing}",
                figures=figures,
                tables=tuple(shown),
            ),
        ),
    )


def failures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List the textures without parameters: `set`, `name`, `failure`."""
    rows = [
        table.loc[table[FAILURE] != "", [NAME, FAILURE]].assign(set=name)
        for name, table in tables.items()
    ]
    return pd.concat(rows)[["set", NAME, FAILURE]]


def _failed(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    found = []
    for name, table in tables.items():
        count = int((table[FAILURE] != "").sum())
        if count:
            found.append(
                f"{count} of {len(table)} {name} textures have no parameters and are left out: "
                "what is reported of the set does not hold for these."
            )
    total = sum(map(len, tables.values()))
    return found or [f"All {total} textures of {_listed(list(tables))} have parameters."]


def _wrong(checks: pd.DataFrame) -> list[str]:
    return [
        f"The Taylor model misses what is known: {row.check} is {row.here}, not {row.expected}."
        for row in checks.itertuples()
        if row.agrees == "no"
    ]


def _right(checks: pd.DataFrame) -> list[str]:
    said = [
        f"{row.check} {row.here} (expected {row.expected})"
        for row in checks.itertuples()
        if row.agrees == "yes"
    ]
    if not said:
        return []
    count = f"{len(said)} of {(checks['agrees'] != '').sum()}"
    return [f"The Taylor model agrees with what is known in {count} checks: {'; '.join(said)}."]


def _ranges(values: pd.DataFrame) -> list[str]:
    rows = values.set_index(["set", "quantity"])

    def said(quantity: str) -> str:
        return ", ".join(
            f"{row['median']:.2f} ({row['5 %']:.2f} to {row['95 %']:.2f}; {name})"
            for name in dict.fromkeys(values["set"])
            for row in (rows.loc[(name, quantity)],)
        )

    return [
        f"{said('range of yield stresses')}: by how much the yield stresses of a texture differ, "
        "over that in X (medians, with 5 and 95 % of the textures of each set); mean r-values are "
        f"{said('mean r-value')}."
    ]


def _source(options: PlasticityOptions) -> str:
    common = (
        "Each texture is pulled in 18 directions: in the planes XY, YZ and ZX, at 0 to 75° in "
        "steps of 15°. The parameters are the 18 yield stresses over that in X and, normalised to "
        "unit plastic work, 36 lateral strain increments, in the plane and normal to it."
    )
    where = {
        "taylor": "They are computed by the Taylor model of this package.",
        "python": f"They are computed by {options.python}, a class of yours.",
        "table": f"They are measured or computed elsewhere and read from {options.table.folder}.",
    }
    return f"{common} {where[options.source]}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
