"""Stage: the settings of persistence images are fitted."""

from pathlib import Path

import pandas as pd

from pspflow.errors import raise_problems
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import cut_chips
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging, PersistenceOptions
from pspflow.studies.stage import Seed, stage

GRID_CHIPS_PER_SPECIMEN = 10
WARNED_SHARE, REFUSED_SHARE = 0.02, 0.2
"""Shares of the weight outside the grid that are warned of and refused."""


@stage
def grid(
    *,
    micrographs: MicrographStore,
    chips: ChipTable,
    grid: Path,
    coverage: Path,
    options: PersistenceOptions = PersistenceOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Fit ranges, bandwidth and weight of persistence images to training chips.

    Chips of every domain and split are then compared with the grid: where pairs outside it carry
    more than 2 % of the weight, a warning says how much; where more than 20 %, the stage refuses.

    Parameters
    ----------
    grid
        Parquet table to write: one row, what persistence images are made with.
    coverage
        Parquet table to write: share of the weight outside the grid, by domain and split.
    options
        Backend, convention and grid; what is null is fitted.
    """
    rows, store = read_chips(chips), Micrographs(micrographs)
    sample = rows.iloc[few_chips(rows, GRID_CHIPS_PER_SPECIMEN, generator(seed, "grid"))]
    imaging = pi.fitted_imaging(cut_chips(store, sample[sample["split"] == "train"]), options)
    shares = []
    for (domain, split), few in sample.groupby(["domain", "split"], observed=True, sort=False):
        share = pi.mean_outside_share(cut_chips(store, few), imaging)
        shares.append((domain, split, len(few), share))
    table = pd.DataFrame(shares, columns=["domain", "split", "chips", "outside_share"])
    raise_problems(_ill_fitting(table, imaging))
    write_table(coverage, table, origin)
    write_table(grid, pi.imaging_row(imaging), origin)


def _ill_fitting(table: pd.DataFrame, imaging: Imaging) -> list[str]:
    """Warn of chips that the grid misses, and return sentences for those it misses by far."""
    problems = []
    for row in table[table["outside_share"] > WARNED_SHARE].itertuples():
        sentence = (
            f"Pairs outside births {imaging.birth_range} and persistences "
            f"{imaging.persistence_range} carry {row.outside_share:.0%} of the weight of "
            f"{row.domain} {row.split} chips; set persistence.birth_range and "
            "persistence.persistence_range to cover them."
        )
        if row.outside_share > REFUSED_SHARE:
            problems.append(sentence)
        else:
            log.warning("Warning: %s", sentence)
    return problems
