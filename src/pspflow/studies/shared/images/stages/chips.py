"""Stage: chips are planned."""

from pathlib import Path

from pspflow.errors import raise_problems
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table, progress
from pspflow.microstructure.plan import Tally, plan_chips, too_small
from pspflow.studies.paths import CatalogueTable, MicrographStore, RegionTable
from pspflow.studies.shared.images.options import ChipOptions
from pspflow.studies.stage import Seed, stage


@stage
def chips(
    *,
    catalogue: CatalogueTable,
    regions: RegionTable,
    micrographs: MicrographStore,
    chips: Path,
    counts: Path,
    options: ChipOptions = ChipOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Plan the chips: windows into the micrographs, each inside one split.

    Parameters
    ----------
    chips
        Parquet table to write: one row per chip.
    counts
        Parquet table to write: chips kept and rejected by domain and split.
    options
        Size, placement and least contrast.
    """
    table, rectangles = read_table(catalogue), read_table(regions)
    problems = too_small(table, rectangles, options.size_px)
    raise_problems([problem.replace("Sheet", "The sheet's", 1) for problem in problems])
    tally = Tally()
    load = Micrographs(micrographs).__getitem__
    pieces = plan_chips(table, rectangles, options.placement_rule, load, tally, seed)
    write_table(chips, progress(pieces, len(rectangles), "chips", "region"), origin)
    write_table(counts, tally.table(), origin)
    log_table(tally.table())
