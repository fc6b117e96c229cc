"""Stage: made images are compared with real test chips."""

from pathlib import Path

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import progress
from pspflow.studies.arena.chips.shared import read_shared
from pspflow.studies.arena.measures.descriptors import descriptors
from pspflow.studies.arena.measures.options import ArenaMeasuresOptions
from pspflow.studies.arena.measures.protocol import POOLED, compared, field_of
from pspflow.studies.arena.models.made import Made
from pspflow.studies.arena.paths import SharedImages, SharedTable
from pspflow.studies.paths import NamedStores
from pspflow.studies.stage import Seed, stage


@stage
def compare(
    *,
    images: SharedImages,
    table: SharedTable,
    made: NamedStores,
    ratios: Path,
    options: ArenaMeasuresOptions = ArenaMeasuresOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Compare the images of every entrant with real test chips, beside what real chips reach.

    Parameters
    ----------
    made
        ENTRANT=PATH: stores of made images.
    ratios
        Parquet table to write: a row for every entrant, domain and measure.

    Raises
    ------
    InputError
        If a domain has no test chips in one half of its micrographs.
    """
    shared = read_shared(images, table)
    known = {name: Made.read(path) for name, path in made.items()}
    described = descriptors(shared.images[shared.rows("train")])
    field = field_of(shared, known, described, options.resamples, seed)
    domains = [POOLED, *shared.domains]
    rows = [
        row
        for domain in progress(domains, len(domains), "domains", "domain")
        for row in compared(field, described, domain)
    ]
    write_table(ratios, pd.DataFrame(rows), origin)
