"""Stage: synthetic chips are compared with real chips of their target domain."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL, resamples
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.microstructure.loader import cut_chips
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, GridTable, MicrographStore, NamedStores
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.stage import Seed, stage
from pspflow.studies.temper.flows.kinds import by_kind
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.transfer import plausibility as plausible
from pspflow.studies.temper.transfer.draws import training_chips
from pspflow.studies.temper.transfer.judged import effects as compared
from pspflow.studies.temper.transfer.judged.copies import copies as copies_of
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.plausibility import Chips
from pspflow.studies.temper.transfer.synthetic import Synthetic


@stage
def plausibility(
    *,
    synthetic: NamedStores,
    micrographs: MicrographStore,
    chips: ChipTable,
    grid: GridTable,
    plausibility: Path,
    effects: Path,
    copies: Path,
    flows: FlowOptions = FlowOptions(),
    options: TransferOptions = TransferOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Measure distances of synthetic chips to real ones, and of real and untransferred chips.

    Parameters
    ----------
    synthetic
        Synthetic chips of every training, VARIANT/seedN.
    plausibility
        Parquet table to write: distances of flows and of rulers, with intervals.
    effects
        Parquet table to write: differences of every variant to its counterpart, with intervals.
    copies
        Parquet table to write: how many synthetic chips are near to training chips.
    flows
        How the flows were trained: what is compared with what.
    """
    rows, store, imaging = read_chips(chips), Micrographs(micrographs), pi.read_imaging(grid)
    made = {name: Synthetic(path, chips) for name, path in synthetic.items()}
    first = next(iter(made.values()))
    domains = list(dict.fromkeys(rows["domain"]))
    specimens = list(dict.fromkeys(rows["specimen"].astype(str)))
    code = {name: i for i, name in enumerate(specimens)}

    def chips_at(at: np.ndarray) -> Chips:
        table = rows.iloc[at]
        codes = table["specimen"].astype(str).map(code).to_numpy(np.int64)
        return Chips(cut_chips(store, table), codes, _halves(table))

    real = {name: chips_at(first.sources(name)) for name in domains}
    training = {
        name: training_chips(rows, name, options.chips_per_specimen, seed, 0) for name in domains
    }
    reference = np.concatenate([cut_chips(store, rows.iloc[at]) for at in training.values()])
    shared = set(rows["specimen"].iloc[np.concatenate(list(training.values()))])
    shared &= {specimens[i] for each in real.values() for i in each.specimens}
    # in splits by region, training chips are of the same specimens: no ruler of other specimens
    others = {} if shared else {name: chips_at(at) for name, at in training.items()}
    transferred = {name: each.transferred for name, each in made.items()}
    draws = resamples(_strata(rows, specimens), options.resamples, generator(seed, "resamples"))
    held_out = min(len(np.unique(each.specimens)) for each in real.values())
    trainings = by_kind(made)
    tables, contrasts = [], []
    every = plausible.measures(imaging, reference)
    for name, (measure, features) in progress(every.items(), len(every), "measures", "measure"):
        measured = plausible.distances(measure, features, real, others, transferred, draws)
        resolved = held_out >= FEWEST_FOR_INTERVAL
        tables.append(plausible.tabulate(measured, name, measure.unit, resolved))
        contrasts.append(compared.effects(measured, trainings, flows.comparisons, name, held_out))
    table = pd.concat(tables, ignore_index=True)
    for line in _overview(table).to_string().splitlines():
        log.info("%s", line)
    everything = {name: _training_chips(rows, store, name) for name in domains}
    held_out_chips = {name: each.images for name, each in real.items()}
    write_table(copies, copies_of(everything, held_out_chips, transferred), origin)
    write_table(effects, compared.adjusted(pd.concat(contrasts, ignore_index=True)), origin)
    write_table(plausibility, table, origin)


def _training_chips(rows: pd.DataFrame, store: Micrographs, domain: str) -> np.ndarray:
    return cut_chips(store, rows[(rows["domain"] == domain) & (rows["split"] == "train")])


def _halves(table: pd.DataFrame) -> np.ndarray:
    """Return in which half of its micrograph's chips each chip lies: 0, 1, or -1 for both."""
    starts, ends = table["column"], table["column"] + table["size_px"]
    by_micrograph = table["micrograph"].astype(str)
    middle = (
        starts.groupby(by_micrograph).transform("min")
        + ends.groupby(by_micrograph).transform("max")
    ) / 2
    return np.where(ends <= middle, 0, np.where(starts >= middle, 1, -1))


def _strata(rows: pd.DataFrame, specimens: list[str]) -> np.ndarray:
    """Group specimens by the splits and domains in which they have chips."""
    places = rows["split"].astype(str) + " " + rows["domain"].astype(str)
    groups: Mapping[str, set[str]] = places.groupby(rows["specimen"].astype(str)).agg(set)
    keys = [" ".join(sorted(groups[name])) for name in specimens]
    return np.unique(keys, return_inverse=True)[1]


def _overview(table: pd.DataFrame) -> pd.DataFrame:
    """Average over directions, for the log."""
    return table.pivot_table(index="flow", columns="measure", values="value", sort=False)
