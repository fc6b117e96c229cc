"""Stage: labels are predicted from real chips."""

from pathlib import Path

import numpy as np

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.grey_statistics import grey_statistics
from pspflow.seeds import generator
from pspflow.studies.paths import CatalogueTable, ChipTable, MicrographStore, PersistenceStore
from pspflow.studies.shared.persistence.imaging import images_of
from pspflow.studies.stage import Seed, stage
from pspflow.studies.temper.labels.classification import label_accuracy, rank_correlations
from pspflow.studies.temper.labels.options import LabelOptions


@stage
def classify(
    *,
    catalogue: CatalogueTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    persistence: PersistenceStore,
    accuracy: Path,
    correlations: Path,
    options: LabelOptions = LabelOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Measure how well real chips predict their label, and how labels correlate.

    Parameters
    ----------
    accuracy
        Parquet table to write: balanced accuracy by domain and kind of feature.
    correlations
        Parquet table to write: rank correlation of every two labels.
    options
        Folds, chips and resamples.
    """
    table, rows = read_table(catalogue), read_chips(chips)
    rng = generator(seed, "labels")
    value_of = table.set_index("micrograph")["label_value"]
    values = rows["micrograph"].astype(str).map(value_of).to_numpy(dtype=np.float64)
    labelled = np.flatnonzero(np.isfinite(values))
    drawn = labelled[few_chips(rows.iloc[labelled], options.chips_per_specimen, rng)]
    few = rows.iloc[drawn].assign(label_value=values[drawn])
    images = images_of(persistence, chips)[drawn]
    features = {
        "persistence images": images.reshape(len(images), -1).astype(np.float64),
        "grey mean and deviation": grey_statistics(Micrographs(micrographs), few),
    }
    results = label_accuracy(features, few, options.folds, options.resamples, rng)
    log_table(results)
    columns = [name for name in table["label"].unique() if name]
    specimens = table.groupby("specimen")[columns].first()
    write_table(correlations, rank_correlations(specimens, columns), origin)
    write_table(accuracy, results, origin)
