"""Stage: chips are generated on a grid of conditions, and measured."""

from pathlib import Path

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.inverse.axes import axes_of, grid_of
from pspflow.studies.steel.inverse.options import InverseOptions
from pspflow.studies.steel.inverse.scales import MEASURES
from pspflow.studies.steel.morphology.measured import measured
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import CodeWeights, MeasureTable, PriorWeights
from pspflow.studies.steel.prior.trained import load_prior


@stage
def grid(
    *,
    measures: MeasureTable,
    codes: CodeWeights,
    prior: PriorWeights,
    grid: Path,
    options: InverseOptions = InverseOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Generate chips at conditions between the lowest and highest trained one; measure them.

    Parameters
    ----------
    grid
        Parquet table to write: one row per generated chip.
    options
        Options of the chapter.
    measuring
        How chips are measured, and the conditions.

    Raises
    ------
    InputError
        If a condition has one value only.
    """
    known = read_table(measures)
    axes = axes_of(
        known[known["split"] == "train"], {each.column: each.log for each in measuring.conditions}
    )
    points = grid_of(axes, options.grid)
    conditions = points.repeat(options.chips_per_grid_point, axis=0)
    maps = load_prior(prior, device).sample(conditions, None, generator(seed, "inverse", "grid"))
    found = measured(load_codes(codes, device).decode(maps), measuring)[[*MEASURES, "failure"]]
    failed = int((found["failure"] != "").sum())
    table = pd.DataFrame(conditions, columns=[axis.name for axis in axes])
    write_table(grid, pd.concat([table, found], axis=1), origin)
    log.info(
        "%d chips at %d conditions measured; %d of one phase are left out",
        *(len(found), len(points), failed),
    )
    if failed == len(found):
        log.warning("No generated chip has two phases; the networks may be barely trained")
