"""Stage: a region of C11 is kept out of training."""

from pathlib import Path

import pandas as pd

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.microstructure.splits import SPLITS
from pspflow.studies.composite.design.options import RegionOptions
from pspflow.studies.composite.paths import SplitTable, StiffnessTable
from pspflow.studies.composite.structures.rows import rows_of
from pspflow.studies.composite.structures.splits import held_out
from pspflow.studies.stage import stage


@stage
def hold_out(
    *,
    splits: SplitTable,
    stiffness: StiffnessTable,
    held: Path,
    options: RegionOptions = RegionOptions(),
    origin: Provenance,
) -> None:
    """Keep a region of C11 out of training and validation, in every run.

    Parameters
    ----------
    held
        Parquet table to write: run, structure, split; the test structures are those of the region.
    options
        The region, by quantiles of C11.

    Raises
    ------
    InputError
        If there is no region, or a split has no structure.
    """
    if options.held_out is None:
        raise InputError("No region is named; set composite.design.held_out to two quantiles.")
    table = read_table(splits)
    known = rows_of(stiffness, table["structure"].to_numpy(), splits)["c11_gpa"]
    c11_gpa = pd.Series(known.to_numpy(), table.index)
    made = table.copy()
    for run, rows in table.groupby("run"):
        split = held_out(rows["split"], c11_gpa[rows.index], options.held_out)
        if missing := set(SPLITS) - set(split):
            raise InputError(
                f"Run {run} has no {min(missing)} structures where C11 from quantile "
                f"{options.held_out[0]:g} to {options.held_out[1]:g} is held out; make more "
                "structures, or change composite.design.held_out."
            )
        made.loc[rows.index, "split"] = split
    low, high = c11_gpa[made["split"] == "test"].agg(["min", "max"])
    log.info("C11 from %.3g to %.3g GPa is held out of training", low, high)
    write_table(held, made, origin)
