"""Stage that draws what came of the flows: training, chips, and how they were judged."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.pages import save_figure
from pspflow.io.tables import read_table
from pspflow.microstructure.loader import cut_chips
from pspflow.options import Names, Paths
from pspflow.studies.temper import preservation_chart, transfer_charts
from pspflow.studies.temper import transfer_figures as draw
from pspflow.studies.temper.synthetic import Synthetic

SOURCES_SHOWN = 2
"""Sources shown in every direction."""
SAMPLES_SHOWN = 9
"""Chips of all domains side by side, if that is two of each."""


def transfer_figures(
    *,
    flows: Names,
    histories: Paths,
    synthetic: Paths,
    micrographs: Path,
    chips: Path,
    catalogue: Path,
    plausibility: Path,
    training_figure: Path,
    transfer_figure: Path,
    sample_figure: Path,
    plausibility_figure: Path,
    preservation_figure: Path | None = None,
    preservation: Path | None = None,
) -> None:
    """Draw the training of flows, chips that they make, and how these were judged.

    Parameters
    ----------
    flows
        Names of the trainings, REGULARISATION/seedN.
    histories
        Tables of their losses and measures by epoch, in the order of their names.
    synthetic
        Zarr stores of their synthetic chips, in the same order.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    catalogue
        Table of the micrographs.
    plausibility
        Table of the distances to real chips.
    training_figure, transfer_figure, sample_figure, plausibility_figure
        PNG files to write.
    preservation_figure
        PNG file to write, where there are labels.
    preservation
        Table of how labels are preserved, for that figure.
    """
    inputs: dict[str, Path | Sequence[Path]] = {
        "histories": histories,
        "synthetic": synthetic,
        "micrographs": micrographs,
        "chips": chips,
        "catalogue": catalogue,
        "plausibility": plausibility,
    }
    if preservation is not None:
        inputs["preservation"] = preservation
    origin = Provenance.of("temper transfer-figures", inputs)
    table, rows, store = read_table(catalogue), read_chips(chips), Micrographs(micrographs)
    size_um = float(table["pixel_size_um"].iloc[0])
    made = {name: Synthetic(path, chips) for name, path in zip(flows, synthetic, strict=True)}
    kinds = list(dict.fromkeys(name.split("/")[0] for name in flows))

    trained = {name: read_table(path) for name, path in zip(flows, histories, strict=True)}
    save_figure(training_figure, draw.training_figure(trained), origin)

    shown = _transfers(made, rows, store, table)
    save_figure(transfer_figure, draw.chips_figure(shown, size_um), origin)

    samples, real = _samples(made, rows, store, table)
    save_figure(sample_figure, draw.samples_figure(samples, real, size_um), origin)

    figure = transfer_charts.plausibility_figure(read_table(plausibility), kinds)
    save_figure(plausibility_figure, figure, origin)

    if preservation_figure is not None and preservation is not None:
        figure = preservation_chart.preservation_figure(read_table(preservation))
        save_figure(preservation_figure, figure, origin)


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


def _transfers(
    made: Mapping[str, Synthetic], rows: pd.DataFrame, store: Micrographs, catalogue: pd.DataFrame
) -> dict[tuple[str, str], list[draw.Transfer]]:
    """Gather sources, what the first training of each regularisation makes of them, and targets."""
    first: dict[str, Synthetic] = {}
    for name, each in made.items():
        first.setdefault(name.split("/")[0], each)
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
            draw.Transfer(pixels[i], {kind: each[i] for kind, each in images.items()}, real[i])
            for i in range(SOURCES_SHOWN)
        ]
    return shown


def _targets(sources: pd.DataFrame, targets: pd.DataFrame, otherwise: np.ndarray) -> list[int]:
    """Find a real chip of the target for each source: of its specimen, where there is one."""
    names = targets["specimen"].astype(str).to_numpy()
    found = [np.flatnonzero(names == name) for name in sources["specimen"].astype(str)]
    return [
        int(here[len(here) // 2]) if len(here) else int(other)
        for here, other in zip(found, otherwise, strict=True)
    ]


def _samples(
    made: Mapping[str, Synthetic], rows: pd.DataFrame, store: Micrographs, catalogue: pd.DataFrame
) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, np.ndarray]]:
    """Gather chips drawn from noise, by training and domain, and as many real ones."""
    domains = list(dict.fromkeys(rows["domain"]))
    some = next(iter(made.values()))
    most = max(2, SAMPLES_SHOWN // len(domains))
    samples = {
        name: {domain: each.samples(domain)[:most] for domain in domains}
        for name, each in made.items()
    }
    real = {}
    for domain in domains:
        sources = rows.iloc[some.sources(domain)]
        count = len(next(iter(samples.values()))[domain])
        real[domain] = cut_chips(store, sources.iloc[spread(sources, catalogue, count)])
    return samples, real
