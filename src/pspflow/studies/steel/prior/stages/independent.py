"""Stage: how often each code occurs in each domain."""

from pathlib import Path

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.stage import stage
from pspflow.studies.steel.paths import CodeStore, MeasureTable
from pspflow.studies.steel.prior.baseline import code_frequencies
from pspflow.studies.steel.prior.maps import read_maps


@stage
def independent(
    *,
    codes: CodeStore,
    measures: MeasureTable,
    frequencies: Path,
    smoothing: float = 0.5,
    origin: Provenance,
) -> None:
    """Count the codes of training chips in each domain: the baseline of independent codes.

    Parameters
    ----------
    frequencies
        Parquet table to write: frequency of each code in each domain.
    smoothing
        Times that each code counts as seen besides.
    """
    maps = read_maps(codes, measures).of_split("train")
    write_table(frequencies, code_frequencies(maps, smoothing), origin)
