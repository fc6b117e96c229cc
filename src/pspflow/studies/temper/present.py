"""Stages from persistence images to what a person reads: measures, figures, the report."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.imagesets import Micrographs, grey_range, read_chips
from pspflow.io.pages import read_figure, save_figure, save_page
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import chip_batches, cut_chips
from pspflow.options import Names, Paths
from pspflow.report.page import render
from pspflow.seeds import generator
from pspflow.studies.temper import evaluate, page, page_transfer
from pspflow.studies.temper import figures as draw
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.findings import Results
from pspflow.studies.temper.options import Imaging, LabelOptions, TemperOptions
from pspflow.topology import critical_pixels

SPECIMENS_SHOWN = 3
CHIPS_SHOWN = 8
MARKED_SHARE = 0.25
"""Share of the persistence range from which on a pair's pixel is marked: above the noise."""


def labels(
    *,
    catalogue: Path,
    micrographs: Path,
    chips: Path,
    persistence: Path,
    accuracy: Path,
    correlations: Path,
    options: LabelOptions = LabelOptions(),
    seed: int = 0,
) -> None:
    """Measure how well real chips tell their label, and how the labels hang together.

    Parameters
    ----------
    catalogue
        Table of the micrographs.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    persistence
        Zarr store of the persistence images.
    accuracy
        Parquet table to write: balanced accuracy by domain and kind of feature.
    correlations
        Parquet table to write: rank correlation of every two labels.
    options
        Folds, chips and resamples.
    seed
        Seed of the draws.
    """
    table, rows = read_table(catalogue), read_chips(chips)
    rng = generator(seed, "labels")
    value_of = table.set_index("micrograph")["label_value"]
    values = rows["micrograph"].astype(str).map(value_of).to_numpy(dtype=np.float64)
    labelled = np.flatnonzero(np.isfinite(values))
    drawn = labelled[few_chips(rows.iloc[labelled], options.chips_per_specimen, rng)]
    few = rows.iloc[drawn].assign(label_value=values[drawn])
    images = pi.images_of(persistence, chips)[drawn]
    features = {
        "persistence images": images.reshape(len(images), -1).astype(np.float64),
        "grey mean and deviation": _grey_statistics(Micrographs(micrographs), few),
    }
    results = evaluate.label_accuracy(features, few, options.folds, options.resamples, rng)
    for line in results.to_string(index=False).splitlines():
        log.info("%s", line)
    inputs = {
        "catalogue": catalogue,
        "micrographs": micrographs,
        "chips": chips,
        "persistence": persistence,
    }
    origin = Provenance.of("temper labels", inputs, options, seed)
    columns = [name for name in table["label"].unique() if name]
    specimens = table.groupby("specimen")[columns].first()
    write_table(correlations, evaluate.rank_correlations(specimens, columns), origin)
    write_table(accuracy, results, origin)


def label_chart(*, catalogue: Path, accuracy: Path, chart: Path, simulated: bool = False) -> None:
    """Draw the accuracies as a chart.

    Parameters
    ----------
    catalogue
        Table of the micrographs.
    accuracy
        Table of the accuracies.
    chart
        PNG to write.
    simulated
        Whether the specimens are the simulated ones, for which alone the paper's value is drawn.
    """
    names = read_table(catalogue).groupby("domain")["label"].first().to_dict()
    figure = draw.label_figure(read_table(accuracy), names, simulated=simulated)
    inputs = {"catalogue": catalogue, "accuracy": accuracy}
    save_figure(chart, figure, Provenance.of("temper label_chart", inputs))


def figures(
    *,
    catalogue: Path,
    micrographs: Path,
    chips: Path,
    persistence: Path,
    grid: Path,
    micrograph_figure: Path,
    chip_figure: Path,
    persistence_figure: Path,
    seed: int = 0,
) -> None:
    """Draw micrographs, chips, and persistence diagrams and images of every domain.

    Parameters
    ----------
    catalogue
        Table of the micrographs.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    persistence
        Zarr store of the persistence images.
    grid
        Table of what they were made with.
    micrograph_figure, chip_figure, persistence_figure
        PNG files to write.
    seed
        Seed of the examples' draw.
    """
    table, rows, store = read_table(catalogue), read_chips(chips), Micrographs(micrographs)
    size_um = float(table["pixel_size_um"].iloc[0])
    domains = list(dict.fromkeys(table["domain"]))
    inputs = {
        "catalogue": catalogue,
        "micrographs": micrographs,
        "chips": chips,
        "persistence": persistence,
        "grid": grid,
    }
    imaging = pi.read_imaging(grid)
    origin = Provenance.of("temper figures", inputs, imaging, seed)

    shown = {domain: _spread(table[table["domain"] == domain]) for domain in domains}
    images = {d: [store[name] for name in entries["micrograph"]] for d, entries in shown.items()}
    titles = {domain: _titles(entries) for domain, entries in shown.items()}
    save_figure(micrograph_figure, draw.image_grid(images, titles, size_um), origin)

    rng = generator(seed, "figures")
    drawn = {domain: _draw(rows, domain, CHIPS_SHOWN, rng) for domain in domains}
    cuts = {domain: list(cut_chips(store, few)) for domain, few in drawn.items()}
    names = {domain: list(few["specimen"].astype(str)) for domain, few in drawn.items()}
    save_figure(chip_figure, draw.image_grid(cuts, names, size_um), origin)

    everything = pi.images_of(persistence, chips)
    domain_of = rows["domain"].to_numpy()
    means = {domain: everything[domain_of == domain].mean(axis=0) for domain in domains}
    examples = {domain: _example(cuts[domain][0], imaging) for domain in domains}
    ranges = (imaging.birth_range, imaging.persistence_range)
    figure = draw.persistence_figure(examples, means, ranges, size_um)
    save_figure(persistence_figure, figure, origin)


def report(
    *,
    run: str,
    catalogue: Path,
    counts: Path,
    grid: Path,
    coverage: Path,
    micrographs: Path,
    micrograph_figure: Path,
    chip_figure: Path,
    persistence_figure: Path,
    report: Path,
    heads: Names,
    errors: Paths,
    speeds: Paths,
    parity_figure: Path,
    label_files: Paths = (),
    flows: Names = (),
    histories: Paths = (),
    checks: Paths = (),
    plausibility: Path | None = None,
    effects: Path | None = None,
    preservation: Path | None = None,
    training_figure: Path | None = None,
    transfer_figure: Path | None = None,
    sample_figure: Path | None = None,
    plausibility_figure: Path | None = None,
    preservation_figure: Path | None = None,
    options: TemperOptions = TemperOptions(),
    seed: int = 0,
) -> None:
    """Write the study's report: one HTML page with its figures inside.

    Parameters
    ----------
    run
        Name of the run.
    catalogue, counts, grid, coverage, micrographs
        Tables of the micrographs, of the chips' numbers, of what persistence images were made
        with and what it misses, and the store of the pixels.
    micrograph_figure, chip_figure, persistence_figure
        PNG figures.
    report
        HTML page to write.
    heads, errors, speeds, parity_figure
        Heads of PI-Net, the tables of each one's errors and speed, and their common figure.
    label_files
        Accuracies, correlations and their chart, where the domains have labels.
    flows, histories, checks
        Names of the flows' trainings, where there are two domains or more, and each one's history
        and checks.
    plausibility, effects, preservation
        Tables of how flows were judged; the last where the domains have labels.
    training_figure, transfer_figure, sample_figure, plausibility_figure, preservation_figure
        PNG figures of the flows; the last where the domains have labels.
    options
        The study's options.
    seed
        The run's seed.
    """
    files = {
        "catalogue": catalogue,
        "counts": counts,
        "grid": grid,
        "coverage": coverage,
        "micrograph_figure": micrograph_figure,
        "chip_figure": chip_figure,
        "persistence_figure": persistence_figure,
    }
    files.update(zip((f"errors {head}" for head in heads), errors, strict=True))
    files.update(zip((f"speed {head}" for head in heads), speeds, strict=True))
    files["parity_figure"] = parity_figure
    files.update(zip(("accuracy", "correlations", "chart"), label_files, strict=False))
    judged = {
        "plausibility": plausibility,
        "effects": effects,
        "preservation": preservation,
        "training_figure": training_figure,
        "transfer_figure": transfer_figure,
        "sample_figure": sample_figure,
        "plausibility_figure": plausibility_figure,
        "preservation_figure": preservation_figure,
    }
    files.update({name: path for name, path in judged.items() if path is not None})
    trained: Inputs = {"histories": histories, "checks": checks}
    inputs: Inputs = {**files, **trained, "micrographs": micrographs}
    origin = Provenance.of("temper report", inputs, options, seed)
    tables = {name: read_table(path) for name, path in files.items() if path.suffix == ".parquet"}
    pictures = {name: read_figure(path) for name, path in files.items() if path.suffix == ".png"}
    imaging = pi.read_imaging(grid)
    body = page.sections(tables, pictures, options, imaging, grey_range(micrographs))
    if flows:
        results = Results(
            flows,
            [read_table(path) for path in histories],
            [read_table(path) for path in checks],
            tables["plausibility"],
            tables["effects"],
            tables.get("preservation"),
            pictures,
        )
        body += page_transfer.sections(results, options)
    lead = page.lead(tables["catalogue"], options)
    html = render(f"Temper study, run {run}", lead, body, origin.as_dict())
    save_page(report, html)


def _grey_statistics(store: Micrographs, chips: pd.DataFrame) -> np.ndarray:
    """Mean and standard deviation of every chip, grey levels: (n, 2) float64."""
    statistics = np.empty((len(chips), 2))
    for at, images in chip_batches(store, chips):
        flat = images.reshape(len(images), -1)
        statistics[at] = np.stack([flat.mean(axis=1), flat.std(axis=1)], axis=1)
    return statistics


def _spread(entries: pd.DataFrame) -> pd.DataFrame:
    """Pick micrographs from low to high label, or along the names where there is no label."""
    ordered = entries.sort_values(["label_value", "specimen"])
    at = np.linspace(0, len(ordered) - 1, min(SPECIMENS_SHOWN, len(ordered)))
    return ordered.iloc[np.unique(at.astype(int))]


def _titles(entries: pd.DataFrame) -> list[str]:
    return [
        f"{row.specimen}, {row.label} {row.label_value:.4g}" if row.label else str(row.specimen)
        for row in entries.itertuples()
    ]


def _draw(rows: pd.DataFrame, domain: str, count: int, rng: np.random.Generator) -> pd.DataFrame:
    here = np.flatnonzero(rows["domain"].to_numpy() == domain)
    return rows.iloc[rng.choice(here, size=min(count, len(here)), replace=False)]


def _example(chip: np.ndarray, imaging: Imaging) -> draw.Example:
    """Find a chip's diagrams, and the pixels that bear its long pairs."""
    ((h0, h1),) = pi.diagrams(chip[None], imaging)
    minima, maxima = critical_pixels(chip, imaging.convention)
    levels = chip.ravel().astype(np.int64)
    marks = []
    # a component shows by the pixel it is born at, a hole by the pixel that fills it
    for pairs, end in ((minima, 0), (maxima, 1)):
        mortal = pairs[pairs[:, 1] >= 0]
        persistences = levels[mortal[:, 1]] - levels[mortal[:, 0]]
        long = mortal[persistences >= MARKED_SHARE * imaging.persistence_range[1]]
        marks.append(np.stack(np.unravel_index(long[:, end], chip.shape)))
    return draw.Example(chip, (h0, h1), (marks[0], marks[1]))
