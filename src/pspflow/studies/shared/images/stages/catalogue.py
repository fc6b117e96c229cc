"""Stage: a sheet and its images are checked."""

from pathlib import Path

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.paths import Sheet
from pspflow.studies.shared.images.options import CatalogueOptions
from pspflow.studies.shared.images.sheets import catalogued
from pspflow.studies.stage import Threads, stage


@stage
def catalogue(
    *,
    sheet: Sheet,
    catalogue: Path,
    options: CatalogueOptions,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Check the sheet and its images, and plan each micrograph's crop, scale and size.

    Parameters
    ----------
    catalogue
        Parquet table to write: one row per micrograph.
    options
        Domains, labels and common scale.
    """
    table, images = catalogued(sheet, options, threads)
    write_table(catalogue, table, origin.including({"sheet": sheet, "images": images}))
