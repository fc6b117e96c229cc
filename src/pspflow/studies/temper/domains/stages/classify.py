"""Stage: the domain of real chips is classified."""

from pathlib import Path

import numpy as np

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import write_table
from pspflow.logs import log_table
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.grey_statistics import grey_statistics
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore, PersistenceStore
from pspflow.studies.shared.persistence.imaging import images_of
from pspflow.studies.stage import Seed, stage
from pspflow.studies.temper.domains.classification import domain_accuracy
from pspflow.studies.temper.domains.options import DomainOptions


@stage
def classify(
    *,
    micrographs: MicrographStore,
    chips: ChipTable,
    persistence: PersistenceStore,
    accuracy: Path,
    confusions: Path,
    options: DomainOptions = DomainOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Measure how well real chips, and micrographs by their vote, tell their domain.

    Parameters
    ----------
    accuracy
        Parquet table to write: balanced accuracy by kind of feature.
    confusions
        Parquet table to write: of the chips of a domain, the share classified as each.
    """
    rows = read_chips(chips)
    rng = generator(seed, "domains")
    drawn = np.sort(few_chips(rows, options.chips_per_specimen, rng))
    few = rows.iloc[drawn]
    images = images_of(persistence, chips)[drawn]
    features = {
        "persistence images": images.reshape(len(images), -1).astype(np.float64),
        "grey mean and deviation": grey_statistics(Micrographs(micrographs), few),
    }
    table, shares = domain_accuracy(features, few, options.folds, options.resamples, rng)
    log_table(table)
    write_table(confusions, shares, origin)
    write_table(accuracy, table, origin)
