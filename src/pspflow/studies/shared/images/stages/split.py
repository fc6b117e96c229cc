"""Stage: pixels are divided into those that train, validate and test."""

from pathlib import Path

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.microstructure import splits
from pspflow.seeds import generator
from pspflow.studies.paths import CatalogueTable
from pspflow.studies.shared.images.options import SplitOptions
from pspflow.studies.stage import Seed, stage


@stage
def split(
    *,
    catalogue: CatalogueTable,
    regions: Path,
    options: SplitOptions = SplitOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Decide, before anything is learned, which pixels train, validate and test.

    Parameters
    ----------
    regions
        Parquet table to write: rectangles of pixels and their split.
    options
        By specimen, micrograph or region, and the shares.
    """
    table = read_table(catalogue)
    draw = {
        "specimen": splits.specimen_regions,
        "micrograph": splits.micrograph_regions,
        "region": splits.image_regions,
    }[options.by]
    try:
        rectangles = draw(table, options.shares, generator(seed, "split"))
    except ValueError as error:
        raise InputError(str(error)) from error
    write_table(regions, rectangles, origin)
