"""Stage: classifiers of real chips are tested on transferred ones."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table
from pspflow.microstructure.loader import cut_chips
from pspflow.seeds import generator
from pspflow.studies.paths import (
    CatalogueTable,
    ChipTable,
    GridTable,
    MicrographStore,
    NamedStores,
)
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.stage import Seed, stage
from pspflow.studies.temper.transfer.draws import training_chips
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.preservation import (
    REAL,
    UNTRANSFERRED,
    TestSet,
    TrainingSet,
    preserved,
)
from pspflow.studies.temper.transfer.synthetic import Synthetic


@stage
def preservation(
    *,
    synthetic: NamedStores,
    catalogue: CatalogueTable,
    micrographs: MicrographStore,
    chips: ChipTable,
    grid: GridTable,
    accuracy: Path,
    options: TransferOptions = TransferOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Measure whether transferred chips keep what labels their specimen (Figure 5).

    Parameters
    ----------
    synthetic
        Synthetic chips of every training, VARIANT/seedN.
    accuracy
        Parquet table to write: balanced accuracy by target, feature, flow and source.
    """
    table, rows, store = read_table(catalogue), read_chips(chips), Micrographs(micrographs)
    imaging = pi.read_imaging(grid)
    made = {name: Synthetic(path, chips) for name, path in synthetic.items()}
    domains = list(dict.fromkeys(rows["domain"]))
    names = rows["specimen"].astype(str).to_numpy()
    labels = table.groupby("domain", sort=False)["label"].first()
    results = []
    for target in domains:
        if not labels[target]:
            results.append(_absent(target, domains))
            continue
        known = table.groupby("specimen")[labels[target]].first().dropna().to_dict()
        at = [
            training_chips(rows, target, options.label_chips_per_specimen, seed, run)
            for run in range(options.label_runs)
        ]
        for kind in ("chips", "persistence images"):
            rng = generator(seed, "label preservation", target, kind)
            training_sets = [
                TrainingSet(
                    _features(cut_chips(store, rows.iloc[each]), kind, imaging), names[each]
                )
                for each in at
            ]
            test_sets = (
                TestSet(flow, source, _features(images, kind, imaging), names[sources])
                for flow, source, sources, images in _tested(target, domains, made, rows, store)
            )
            part = preserved(
                training_sets, test_sets, known, options.resamples, rng, options.label_components
            )
            results.append(part.assign(target=target, label=labels[target], features=kind))
    columns = ["target", "label", "features", "flow", "source"]
    joined = pd.concat(results, ignore_index=True)
    joined = joined[[*columns, *[name for name in joined.columns if name not in columns]]]
    log_table(joined)
    write_table(accuracy, joined, origin)


def _tested(
    target: str,
    domains: list[str],
    made: Mapping[str, Synthetic],
    rows: pd.DataFrame,
    store: Micrographs,
) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Yield flow, source, positions of the sources and chips, one set in memory at a time."""
    sources = {name: next(iter(made.values())).sources(name) for name in domains}
    yield REAL, target, sources[target], cut_chips(store, rows.iloc[sources[target]])
    for source in domains:
        if source != target:
            at = sources[source]
            yield UNTRANSFERRED, source, at, cut_chips(store, rows.iloc[at])
            for flow, chips in made.items():
                yield flow, source, at, chips.transferred(source, target)


def _features(images: np.ndarray, kind: str, imaging: Imaging) -> np.ndarray:
    flat = pi.compute(images, imaging) if kind == "persistence images" else images
    return flat.reshape(len(images), -1).astype(np.float32)


def _absent(target: str, domains: list[str]) -> pd.DataFrame:
    """Tabulate the directions into a domain that has no label."""
    rows = [
        (target, "", "", "", source, f"{target} has no label")
        for source in domains
        if source != target
    ]
    return pd.DataFrame(rows, columns=["target", "label", "features", "flow", "source", "note"])
