"""Stages that judge flows by their synthetic chips: plausibility and label preservation."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.evaluation.resampling import resamples
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import cut_chips
from pspflow.options import Names, Paths
from pspflow.seeds import generator
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper import plausibility as plausible
from pspflow.studies.temper.evaluate import FEWEST_FOR_INTERVAL
from pspflow.studies.temper.flow_options import TransferOptions
from pspflow.studies.temper.options import Imaging
from pspflow.studies.temper.plausibility import Chips
from pspflow.studies.temper.preservation import (
    REAL,
    UNTRANSFERRED,
    Lesson,
    Question,
    preserved,
)
from pspflow.studies.temper.synthetic import Synthetic


def judge_plausibility(
    *,
    flows: Names,
    synthetic: Paths,
    micrographs: Path,
    chips: Path,
    grid: Path,
    plausibility: Path,
    effects: Path,
    options: TransferOptions = TransferOptions(),
    seed: int = 0,
) -> None:
    """Measure how far synthetic chips are from real ones of their target domain.

    Parameters
    ----------
    flows
        Names of the trainings, REGULARISATION/seedN, in the order of their chips.
    synthetic
        Zarr stores of their synthetic chips.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    grid
        Table of what persistence images are made with.
    plausibility
        Parquet table to write: distances with intervals, of flows and of rulers.
    effects
        Parquet table to write: each regularisation against none.
    options
        Chips and resamples.
    seed
        Seed of draws and resamples.
    """
    rows, store, imaging = read_chips(chips), Micrographs(micrographs), pi.read_imaging(grid)
    made = {name: Synthetic(path, chips) for name, path in zip(flows, synthetic, strict=True)}
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
        name: _training(rows, name, options.chips_per_specimen, seed, 0) for name in domains
    }
    reference = np.concatenate([cut_chips(store, rows.iloc[at]) for at in training.values()])
    shared = set(rows["specimen"].iloc[np.concatenate(list(training.values()))])
    shared &= {specimens[i] for each in real.values() for i in each.specimens}
    # by region, training chips are of the same specimens: no ruler of other ones
    others = {} if shared else {name: chips_at(at) for name, at in training.items()}
    transferred = {name: store_.transferred for name, store_ in made.items()}
    draws = resamples(_strata(rows, specimens), options.resamples, generator(seed, "resamples"))
    resolved = min(len(np.unique(each.specimens)) for each in real.values()) >= FEWEST_FOR_INTERVAL
    trainings: dict[str, list[str]] = {}
    for name in flows:
        trainings.setdefault(name.split("/")[0], []).append(name)
    tables, contrasts = [], []
    rng = generator(seed, "resampled trainings")
    every = plausible.measures(imaging, reference)
    for name, (measure, features) in progress(every.items(), len(every), "measures", "measure"):
        measured = plausible.distances(measure, features, real, others, transferred, draws)
        tables.append(plausible.tabulate(measured, name, measure.unit, resolved))
        if "none" in trainings:
            contrasts.append(plausible.effects(measured, trainings, name, resolved, rng))
    inputs: Inputs = {
        "synthetic": synthetic,
        "micrographs": micrographs,
        "chips": chips,
        "grid": grid,
    }
    origin = Provenance.of("temper judge-plausibility", inputs, options, seed)
    table = pd.concat(tables, ignore_index=True)
    for line in _overview(table).to_string().splitlines():
        log.info("%s", line)
    write_table(effects, pd.concat(contrasts) if contrasts else _no_effects(), origin)
    write_table(plausibility, table, origin)


def judge_labels(
    *,
    flows: Names,
    synthetic: Paths,
    catalogue: Path,
    micrographs: Path,
    chips: Path,
    grid: Path,
    accuracy: Path,
    options: TransferOptions = TransferOptions(),
    seed: int = 0,
) -> None:
    """Measure whether transferred chips keep what labels their specimen (Figure 5).

    Parameters
    ----------
    flows
        Names of the trainings, in the order of their chips.
    synthetic
        Zarr stores of their synthetic chips.
    catalogue
        Table of the micrographs.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    grid
        Table of what persistence images are made with.
    accuracy
        Parquet table to write: balanced accuracy by target, feature, flow and source.
    options
        Chips, runs and resamples.
    seed
        Seed of draws, permutations and resamples.
    """
    table, rows, store = read_table(catalogue), read_chips(chips), Micrographs(micrographs)
    imaging = pi.read_imaging(grid)
    made = {name: Synthetic(path, chips) for name, path in zip(flows, synthetic, strict=True)}
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
            _training(rows, target, options.label_chips_per_specimen, seed, run)
            for run in range(options.label_runs)
        ]
        for kind in ("chips", "persistence images"):
            rng = generator(seed, "label preservation", target, kind)
            lessons = [
                Lesson(_features(cut_chips(store, rows.iloc[each]), kind, imaging), names[each])
                for each in at
            ]
            asked = _questions(target, domains, made, rows, store)
            questions = (
                Question(flow, source, _features(images, kind, imaging), names[sources])
                for flow, source, sources, images in asked
            )
            part = preserved(lessons, questions, known, options.resamples, rng)
            results.append(part.assign(target=target, label=labels[target], features=kind))
    columns = ["target", "label", "features", "flow", "source"]
    joined = pd.concat(results, ignore_index=True)
    joined = joined[[*columns, *[name for name in joined.columns if name not in columns]]]
    for line in joined.to_string(index=False).splitlines():
        log.info("%s", line)
    inputs: Inputs = {
        "synthetic": synthetic,
        "catalogue": catalogue,
        "micrographs": micrographs,
        "chips": chips,
        "grid": grid,
    }
    write_table(accuracy, joined, Provenance.of("temper judge-labels", inputs, options, seed))


def _questions(
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


def _no_effects() -> pd.DataFrame:
    """Return the table of effects of a run without trainings of `none`."""
    return plausible.effects({}, {}, "", resolved=False, rng=np.random.default_rng(0))


def _halves(table: pd.DataFrame) -> np.ndarray:
    """Tell which half of its micrograph's chips each chip lies in: 0, 1, or -1 for both."""
    starts, ends = table["column"], table["column"] + table["size_px"]
    by_micrograph = table["micrograph"].astype(str)
    middle = (
        starts.groupby(by_micrograph).transform("min")
        + ends.groupby(by_micrograph).transform("max")
    ) / 2
    return np.where(ends <= middle, 0, np.where(starts >= middle, 1, -1))


def _features(images: np.ndarray, kind: str, imaging: Imaging) -> np.ndarray:
    flat = pi.compute(images, imaging) if kind == "persistence images" else images
    return flat.reshape(len(images), -1).astype(np.float32)


def _absent(target: str, domains: list[str]) -> pd.DataFrame:
    """Report the directions into a domain that has no label."""
    rows = [
        (target, "", "", "", source, f"{target} has no label")
        for source in domains
        if source != target
    ]
    return pd.DataFrame(rows, columns=["target", "label", "features", "flow", "source", "note"])


def _training(rows: pd.DataFrame, domain: str, most: int, seed: int, run: int) -> np.ndarray:
    """Draw training chips of a domain: positions in the table."""
    here = np.flatnonzero(((rows["domain"] == domain) & (rows["split"] == "train")).to_numpy())
    return here[
        few_chips(rows.iloc[here], most, generator(seed, "real training chips", domain, run))
    ]


def _strata(rows: pd.DataFrame, specimens: list[str]) -> np.ndarray:
    """Group specimens by the splits and domains that they have chips in."""
    places = rows["split"].astype(str) + " " + rows["domain"].astype(str)
    groups: Mapping[str, set[str]] = places.groupby(rows["specimen"].astype(str)).agg(set)
    keys = [" ".join(sorted(groups[name])) for name in specimens]
    return np.unique(keys, return_inverse=True)[1]


def _overview(table: pd.DataFrame) -> pd.DataFrame:
    """Average over directions, for the log."""
    return table.pivot_table(index="flow", columns="measure", values="value", sort=False)
