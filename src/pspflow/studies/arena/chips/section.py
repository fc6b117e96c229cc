"""What the report says about the shared chips."""

import pandas as pd

from pspflow.microstructure.splits import SPLITS
from pspflow.report.section import Figure, Part, Section, Table


def chips_section(table: pd.DataFrame, figure: Figure, *, simulated: bool) -> Section:
    """Describe the shared chips.

    Parameters
    ----------
    table
        Their table; see `shared.OWN`.
    figure
        Some of them.
    simulated
        Whether the steel study's micrographs are simulated.
    """
    counts = (
        table.groupby(["domain", "split"], sort=False)
        .agg(chips=("image_id", "size"), micrographs=("group", "nunique"))
        .reset_index()
        .sort_values(
            ["domain", "split"], key=lambda column: column.map(_order(table)), kind="stable"
        )
    )
    micrographs = table["group"].nunique()
    lead = (
        f"Every model here trains on the same {int((table['split'] == 'train').sum()):,} chips and "
        f"is compared with the same test chips, of {micrographs} micrographs of the steel study"
    )
    lead += (
        ", which are simulated: no value was measured on a material." if simulated else " (yours)."
    )
    text = (
        "Splits are those of the steel study, made by whole specimens, micrographs or regions "
        "before anything is learned."
    )
    part = Part(
        title="Shared chips",
        text=text,
        figures=(figure,),
        tables=(Table.of(counts, "Shared chips by domain and split."),),
    )
    return Section(title="Shared chips", lead=lead, parts=(part,))


def _order(table: pd.DataFrame) -> dict[str, int]:
    """Return a number for each domain, in the order of the table, and for each split."""
    names = [*dict.fromkeys(table["domain"]), *SPLITS]
    return {name: number for number, name in enumerate(names)}
