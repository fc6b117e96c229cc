"""Chips that figures show as examples."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pspflow.io.imagesets import Micrographs
from pspflow.microstructure.loader import cut_chips
from pspflow.studies.temper.flows.kinds import by_kind
from pspflow.studies.temper.transfer.figures import Transfer
from pspflow.studies.temper.transfer.synthetic import Synthetic

SOURCES_SHOWN = 2
"""Sources that are shown in every direction."""
SAMPLES_SHOWN = 9
"""Chips of all domains side by side, if that is at least two of each domain."""


def spread(sources: pd.DataFrame, catalogue: pd.DataFrame, count: int) -> np.ndarray:
    """Choose chips of specimens from low to high label, or along the names without one.

    Parameters
    ----------
    sources
        Rows of a chip table, of one domain.
    catalogue
        Table of the micrographs.
    count
        How many.

    Returns
    -------
    ndarray
        (count,) int64, positions in `sources`; the same for the same tables.
    """
    value_of = catalogue.set_index("micrograph")["label_value"]
    names = sources["specimen"].astype(str).to_numpy()
    values = sources["micrograph"].astype(str).map(value_of).to_numpy(dtype=np.float64)
    ranks = pd.DataFrame({"specimen": names, "value": values}).sort_values(["value", "specimen"])
    specimens = list(dict.fromkeys(ranks["specimen"]))
    chosen = []
    for share in (np.arange(count) + 0.5) / count:
        here = np.flatnonzero(names == specimens[int(share * len(specimens))])
        chosen.append(here[int(share * len(here))])
    return np.array(chosen, dtype=np.int64)


def transfers(
    made: Mapping[str, Synthetic], rows: pd.DataFrame, store: Micrographs, catalogue: pd.DataFrame
) -> dict[tuple[str, str], list[Transfer]]:
    """Collect sources, their transfers by each regularisation's first training, and targets."""
    first = {name.split("/")[0]: each for name, each in _first_of_each(made).items()}
    some = next(iter(made.values()))
    domains = list(dict.fromkeys(rows["domain"]))
    sources = {name: rows.iloc[some.sources(name)] for name in domains}
    at = {name: spread(few, catalogue, SOURCES_SHOWN) for name, few in sources.items()}
    shown = {}
    for a, b in ((a, b) for a in domains for b in domains if a != b):
        like = _targets(sources[a].iloc[at[a]], sources[b], at[b])
        pixels = cut_chips(store, sources[a].iloc[at[a]])
        real = cut_chips(store, sources[b].iloc[like])
        images = {kind: each.transferred(a, b)[at[a]] for kind, each in first.items()}
        shown[a, b] = [
            Transfer(pixels[i], {kind: each[i] for kind, each in images.items()}, real[i])
            for i in range(SOURCES_SHOWN)
        ]
    return shown


def _first_of_each(made: Mapping[str, Synthetic]) -> dict[str, Synthetic]:
    """Keep the first training of each regularisation and variant, by its name."""
    return {names[0]: made[names[0]] for names in by_kind(made).values()}


def _targets(sources: pd.DataFrame, targets: pd.DataFrame, otherwise: np.ndarray) -> list[int]:
    """Find a real chip of the target for each source: of its specimen, where there is one."""
    names = targets["specimen"].astype(str).to_numpy()
    found = [np.flatnonzero(names == name) for name in sources["specimen"].astype(str)]
    return [
        int(here[len(here) // 2]) if len(here) else int(other)
        for here, other in zip(found, otherwise, strict=True)
    ]


def samples_and_real(
    made: Mapping[str, Synthetic], rows: pd.DataFrame, store: Micrographs, catalogue: pd.DataFrame
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, np.ndarray]]:
    """Collect chips that the first training of each variant draws from noise, and real ones."""
    domains = list(dict.fromkeys(rows["domain"]))
    some = next(iter(made.values()))
    most = max(2, SAMPLES_SHOWN // len(domains))
    samples = {
        name: {domain: each.samples(domain)[:most] for domain in domains}
        for name, each in _first_of_each(made).items()
    }
    real = {}
    for domain in domains:
        sources = rows.iloc[some.sources(domain)]
        count = len(next(iter(samples.values()))[domain])
        real[domain] = cut_chips(store, sources.iloc[spread(sources, catalogue, count)])
    return samples, real
