"""Stage: the structure of single specimens is read from transferred chips."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table
from pspflow.microstructure.loader import cut_chips
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, GridTable, MicrographStore, NamedStores
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.stage import Seed, stage
from pspflow.studies.temper.paths import TruthTable
from pspflow.studies.temper.specimens.agreement import agreement as agreement_of
from pspflow.studies.temper.specimens.gains import gains as gains_of
from pspflow.studies.temper.specimens.options import SpecimenOptions
from pspflow.studies.temper.specimens.reader import Reader, specimen_features
from pspflow.studies.temper.specimens.rulers import KNOWN
from pspflow.studies.temper.specimens.sources import Levels, from_true_values, tested
from pspflow.studies.temper.transfer.draws import training_chips
from pspflow.studies.temper.transfer.synthetic import Synthetic

COLUMNS = ["target", "source", "flow", "specimen", "quantity", "read", "true"]


@stage
def measure(
    *,
    synthetic: NamedStores,
    micrographs: MicrographStore,
    chips: ChipTable,
    grid: GridTable,
    truth: TruthTable,
    readings: Path,
    agreement: Path,
    gains: Path,
    options: SpecimenOptions = SpecimenOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Read number density and radius of held-out specimens, and compare them with the true ones.

    Parameters
    ----------
    synthetic
        Synthetic chips of every training, VARIANT/seedN.
    readings
        Parquet table to write: what was read, and what is true, by direction, flow and specimen.
    agreement
        Parquet table to write: how well they agree, by direction, flow and quantity.
    gains
        Parquet table to write: what each kind of training gains over the untransferred source.
    """
    rows, store = read_chips(chips), Micrographs(micrographs)
    imaging = pi.read_imaging(grid)
    made = {name: Synthetic(path, chips) for name, path in synthetic.items()}
    true = read_table(truth).set_index(["domain", "specimen"])
    names = rows["specimen"].astype(str).to_numpy()
    learned = {
        domain: training_chips(rows, domain, options.chips_per_specimen, seed, 0)
        for domain in dict.fromkeys(rows["domain"])
    }
    training = {domain: cut_chips(store, rows.iloc[at]) for domain, at in learned.items()}
    levels = {domain: Levels.of(each) for domain, each in training.items()}
    found = []
    for target, at in learned.items():
        of_target = true.loc[target]
        known, features = specimen_features(training[target], names[at], imaging)
        reader = Reader.fit(features, of_target.loc[known])
        for each in tested(target, levels, made, rows, store):
            held_out, features = specimen_features(each.chips, names[each.positions], imaging)
            read = reader.read(features).set_index(held_out)
            found.append(_rows(read, of_target, target, each.source, each.flow))
        held_out = np.unique(names[next(iter(made.values())).sources(target)])
        for source in learned:
            if source != target:
                read = _from_source(true, source, target, known, held_out)
                found.append(_rows(read, of_target, target, source, KNOWN))
    table = pd.concat(found, ignore_index=True)[COLUMNS]
    judged = agreement_of(table, options.resamples, generator(seed, "single specimens"))
    gained = gains_of(table, options.resamples, generator(seed, "gains of specimens"))
    log_table(judged)
    write_table(readings, table, origin)
    write_table(agreement, judged, origin)
    write_table(gains, gained, origin)


def _from_source(
    true: pd.DataFrame, source: str, target: str, trained: np.ndarray, held_out: np.ndarray
) -> pd.DataFrame:
    """Predict what held-out specimens are in the target from what they truly are in the source."""
    there = true.loc[source]
    return from_true_values(there.loc[trained], there.loc[held_out], true.loc[target].loc[trained])


def _rows(
    read: pd.DataFrame, true: pd.DataFrame, target: str, source: str, flow: str
) -> pd.DataFrame:
    """Lay readings, indexed by specimen, beside the truth: one row per specimen and quantity."""
    keys: Mapping[str, str] = {"target": target, "source": source, "flow": flow}
    parts = [
        pd.DataFrame(
            {
                **keys,
                "specimen": read.index.to_numpy(str),
                "quantity": name,
                "read": read[name].to_numpy(np.float64),
                "true": true.loc[read.index, name].to_numpy(np.float64),
            }
        )
        for name in read
    ]
    return pd.concat(parts, ignore_index=True)
