"""The text and the tables of the temper study's report."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pspflow.report.page import Figure, Section, Table
from pspflow.studies.temper.evaluate import CLASSES
from pspflow.studies.temper.options import PAPER_CHANNELS, Imaging, TemperOptions

FITTED = ("birth_range", "persistence_range", "sigma", "unit_persistence")
BACKENDS = {
    "exact": "the project's own kernel",
    "gudhi": "gudhi (cubical complexes)",
    "ripser": "ripser (lower-star filtrations)",
}


def lead(catalogue: pd.DataFrame, options: TemperOptions) -> str:
    """Say what the report rests on, and above all whether anyone ever measured it."""
    images = f"{len(catalogue)} micrographs of {catalogue['specimen'].nunique()} specimens"
    if options.data.source == "simulated":
        return (
            f"This report rests on {images} that are simulated: no value in it was measured on a "
            "material. Set temper.data.source to 'micrographs' to use your own."
        )
    return f"This report rests on {images} from {options.data.micrographs.sheet}."


def sections(
    tables: Mapping[str, pd.DataFrame],
    pictures: Mapping[str, bytes],
    options: TemperOptions,
    imaging: Imaging,
    grey_range: Sequence[float],
) -> list[Section]:
    """Write the body of the report.

    Parameters
    ----------
    tables
        `catalogue`, `counts`, `coverage`, `errors HEAD` and `speed HEAD` of every head of PI-Net
        and, where there are labels, `accuracy` and `correlations`.
    pictures
        PNG bytes: `micrograph_figure`, `chip_figure`, `persistence_figure`, `parity_figure` and,
        with labels, `chart`.
    options
        The study's options.
    imaging
        What the persistence images were made with.
    grey_range
        Grey levels of the files that became 0 and 255.
    """
    body = [
        _micrographs(tables["catalogue"], pictures["micrograph_figure"], grey_range),
        _chips(tables["counts"], pictures["chip_figure"], options),
        _persistence(pictures["persistence_figure"], tables["coverage"], imaging, options),
    ]
    body.append(_surrogate(tables, pictures["parity_figure"], options))
    if "accuracy" in tables:
        body.append(_labels(tables["accuracy"], tables["correlations"], pictures["chart"], options))
    return body


def _micrographs(catalogue: pd.DataFrame, png: bytes, grey_range: Sequence[float]) -> Section:
    groups = catalogue.groupby("domain", sort=False)
    table = pd.DataFrame(
        {
            "domain": list(groups.groups),
            "specimens": groups["specimen"].nunique().to_numpy(),
            "micrographs": groups.size().to_numpy(),
            "megapixels": (groups.apply(_megapixels, include_groups=False)).to_numpy(),
            "label": groups["label"].first().replace("", "–").to_numpy(),
        }
    )
    size_um = catalogue["pixel_size_um"].iloc[0]
    scale = f"one pixel is {size_um:.4g} µm" if np.isfinite(size_um) else "pixel size unknown"
    rescaled = int((catalogue["scale"] != 1).sum())
    coloured = int(catalogue["colour"].sum())
    low, high = grey_range
    return Section(
        "Micrographs",
        f"Common scale: {scale}; {rescaled} of {len(catalogue)} micrographs were rescaled to it. "
        f"Grey levels {low:.4g} to {high:.4g} of the files are stored as 0 to 255."
        + (f" {coloured} files hold colour and were read as luminance." if coloured else ""),
        [Table(table, "Micrographs by domain, at the common scale.")],
        [Figure(png, "Micrographs of each domain, from low to high label where there is one.")],
    )


def _megapixels(rows: pd.DataFrame) -> float:
    return float((rows["height_px"] * rows["width_px"]).sum()) / 1e6


def _chips(counts: pd.DataFrame, png: bytes, options: TemperOptions) -> Section:
    chips = options.chips
    how = (
        f"on a grid of stride {chips.stride_px} px"
        if chips.placement == "grid"
        else f"at random, {chips.redundancy:g} times each region's area"
    )
    held = "specimen" if options.split.by == "specimen" else "region of a micrograph"
    shared = " and no test chip shares a pixel with a training chip" if options.split.test else ""
    return Section(
        "Chips",
        f"{counts['chips'].sum():,} chips of {chips.size_px} x {chips.size_px} pixels {how}. "
        f"Splits are made by {held} before anything is learned: a chip lies inside one "
        f"split{shared}.",
        [Table(counts, "Chips kept and rejected by domain and split.")],
        [Figure(png, "Chips drawn at random from each domain, titled with their specimen.")],
    )


def _persistence(
    png: bytes, coverage: pd.DataFrame, how: Imaging, options: TemperOptions
) -> Section:
    births, spans = how.birth_range, how.persistence_range
    cells = "top cells" if how.convention == "T" else "vertices"
    given = [name for name in FITTED if getattr(options.persistence, name) is not None]
    source = "fitted to training chips" + (f", but for {', '.join(given)}" if given else "")
    never = "is closed at the chip's maximum" if how.infinite_death == "max" else "is left out"
    return Section(
        "Persistence",
        f"Exact persistent homology of sublevel sets by {BACKENDS[how.backend]}, pixels as {cells} "
        f"(convention {how.convention}); the essential class {never}. Persistence images "
        f"of {how.resolution} x {how.resolution} pixels over births {births[0]:g} to {births[1]:g} "
        f"and persistences {spans[0]:g} to {spans[1]:g} grey levels; Gaussians of standard "
        f"deviation {how.sigma:.3g} grey levels; weight: {how.weight}, 1 at a persistence of "
        f"{how.unit_persistence:.4g} grey levels. These were {source}.",
        [Table(coverage, "Share of the pairs' weight outside the grid, on a sample of chips.")],
        [
            Figure(
                png,
                "A chip of each domain; the pixels that bear its long pairs (H0 where a "
                "component is born, H1 where a hole is filled); its persistence diagrams; and the "
                "mean persistence images of the domain. Axes in grey levels; square-root colour "
                "scale, common to the domains.",
            )
        ],
    )


def _surrogate(tables: Mapping[str, pd.DataFrame], png: bytes, options: TemperOptions) -> Section:
    errors, speeds = (_by_head(tables, kind) for kind in ("errors ", "speed "))
    size = "of the paper's size" if options.pinet.channels == PAPER_CHANNELS else "a small stand-in"
    channels = ", ".join(str(count) for count in options.pinet.channels)
    tested = errors[errors["split"] == "test"].groupby("head")["over_domain_mean"].max()
    verdict = " ".join(
        f"The {head} head's error on test chips is at most {worst:.2f} times that of their "
        f"domain's mean image{'' if worst < 1 else ', so that it is no stand-in for exact ones'}."
        for head, worst in tested.items()
    )
    return Section(
        "PI-Net",
        f"The network that stands in for persistence images in the paper, {size} (channels "
        f"{channels}), in two readings of its last layers: global pooling with normalisation over "
        "channels (pooled), and pooling to the image's pixels (spatial). Errors are mean absolute "
        "errors (L1) of pixels, beside those of the mean training image (over mean) and of the "
        f"domain's mean training image (over domain mean); below 1 is better. {verdict}",
        [
            Table(errors, "Errors of PI-Net by head, split, domain and homology dimension."),
            Table(speeds, "Time per 1,000 chips on this machine, beside the exact images."),
        ],
        [Figure(png, "Pixels of persistence images: PI-Net's against the exact ones.")],
    )


def _by_head(tables: Mapping[str, pd.DataFrame], kind: str) -> pd.DataFrame:
    """Join the tables of one kind, with the head as first column."""
    joined = pd.concat(
        {name.removeprefix(kind): table for name, table in tables.items() if name.startswith(kind)},
        names=["head", None],
    )
    return joined.reset_index(level="head")


def _labels(
    accuracy: pd.DataFrame, correlations: pd.DataFrame, png: bytes, options: TemperOptions
) -> Section:
    folds = min(options.labels.folds, int(accuracy["specimens"].max()))
    paper = ""
    if options.data.source == "simulated":
        paper = (
            " The paper's classifiers top out at around 70 % accuracy on real chips; the scatter "
            "of the simulated specimens was set so that theirs land near it, so that the agreement "
            "says nothing about either."
        )
    if (accuracy["note"] == "").all():
        accuracy = accuracy.drop(columns="note")
    tables = [Table(accuracy, "Label classification on held-out specimens.")]
    if len(correlations):
        tables.append(Table(correlations, "Rank correlation between labels, over specimens."))
    return Section(
        "Labels",
        f"How well these chips tell their specimen's label, in {len(CLASSES)} classes cut at the "
        "terciles of the training folds' specimens: a support vector machine, cross-validated over "
        f"{folds} groups of specimens of all splits, balanced accuracy with 95 % intervals from "
        "resampled specimens (none below 12 specimens). Chance is 33 %. Grey mean and deviation "
        "are the control: what brightness and contrast alone give away." + paper,
        tables,
        [Figure(png, "Balanced accuracy on held-out specimens.")],
    )
