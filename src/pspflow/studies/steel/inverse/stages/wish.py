"""Stage: chips are generated for wanted morphology, and compared with the wish."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.inverse.micrographs import pixel_size_of
from pspflow.studies.steel.inverse.options import InverseOptions
from pspflow.studies.steel.inverse.scales import MEASURES
from pspflow.studies.steel.inverse.wishes import (
    PROPERTIES,
    choose_wishes,
    compared_chips,
    wanted_of,
)
from pspflow.studies.steel.morphology.measured import measured
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import CodeWeights, GridTable, MeasureTable, PriorWeights
from pspflow.studies.steel.prior.trained import load_prior


@stage
def wish(
    *,
    measures: MeasureTable,
    grid: GridTable,
    codes: CodeWeights,
    prior: PriorWeights,
    wishes: Path,
    options: InverseOptions = InverseOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Generate chips for wanted ferrite fractions and paths, and measure what they reach.

    Parameters
    ----------
    wishes
        Parquet table to write: one row per chip, with what was wanted; beside them chips of
        three ways that need no network conditioned on properties.
    options
        Options of the chapter.
    measuring
        How chips are measured, and the conditions.

    Raises
    ------
    InputError
        If there is no measured test chip.
    """
    known = read_table(measures)
    size_um = pixel_size_of(known)
    known = known[known["failure"] == ""]
    tests = known[known["split"] == "test"]
    if tests.empty:
        raise InputError(
            "no test chip with two phases is left to wish for; give steel.images.split a share for "
            "test, or check morphology.phase."
        )
    chosen = choose_wishes(tests, options.wishes)
    trained = load_prior(prior, device)
    asked = chosen.loc[chosen.index.repeat(options.chips_per_wish)].reset_index(drop=True)
    wanted = wanted_of(asked)
    for sentence in trained.outside(wanted):
        log.warning("%s", sentence)
    maps = trained.sample(wanted, None, generator(seed, "inverse", "wish"))
    made = measured(load_codes(codes, device).decode(maps), measuring)[[*MEASURES, "failure"]]
    made = made.assign(wish=asked["wish"], source=PROPERTIES)
    points = read_table(grid)
    others = compared_chips(
        chosen,
        known[known["split"] == "train"],
        points[points["failure"] == ""],
        [each.column for each in measuring.conditions],
        options.chips_per_wish,
        generator(seed, "inverse", "random chips"),
    )
    table = pd.concat([made, others.assign(failure="")], ignore_index=True)
    table = chosen.assign(pixel_size_um=np.nan if size_um is None else size_um).merge(
        table, on="wish"
    )
    write_table(wishes, table, origin)
    log.info("%d chips for %d wishes: %s", len(made), len(chosen), wishes)
