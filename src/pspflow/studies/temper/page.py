"""The text and the tables of the temper study's report."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pspflow.report.page import Figure, Section, Table
from pspflow.studies.temper.evaluate import CLASSES
from pspflow.studies.temper.options import TemperOptions

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
    grey_range: Sequence[float],
) -> list[Section]:
    """Write the body of the report.

    Parameters
    ----------
    tables
        `catalogue`, `counts` and, where there are labels, `accuracy` and `correlations`.
    pictures
        PNG bytes: `micrograph_figure`, `chip_figure`, `persistence_figure` and, with labels,
        `chart`.
    options
        The study's options.
    grey_range
        Grey levels of the files that became 0 and 255.
    """
    body = [
        _micrographs(tables["catalogue"], pictures["micrograph_figure"], grey_range),
        _chips(tables["counts"], pictures["chip_figure"], options),
        _persistence(pictures["persistence_figure"], options),
    ]
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
    low, high = grey_range
    return Section(
        "Micrographs",
        f"Common scale: {scale}; {rescaled} of {len(catalogue)} micrographs were rescaled to it. "
        f"Grey levels {low:g} to {high:g} of the files are stored as 0 to 255.",
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
    return Section(
        "Chips",
        f"{counts['chips'].sum():,} chips of {chips.size_px} x {chips.size_px} pixels {how}. "
        f"Splits are made by {held} before anything is learned, and a chip lies inside one split: "
        "no test chip shares a pixel with a training chip.",
        [Table(counts, "Chips kept and rejected by domain and split.")],
        [Figure(png, "Chips drawn at random from each domain, titled with their specimen.")],
    )


def _persistence(png: bytes, options: TemperOptions) -> Section:
    how = options.persistence
    cells = "top cells" if how.convention == "T" else "vertices"
    births, spans = how.birth_range, how.persistence_range
    never = (
        "dies at the chip's maximum" if how.infinite_death == "max" else "is left out of the images"
    )
    return Section(
        "Persistence",
        f"Exact persistent homology of sublevel sets by {BACKENDS[how.backend]}, pixels as {cells} "
        f"(convention {how.convention}); the component that never dies {never}. Persistence images "
        f"of {how.resolution} x {how.resolution} pixels over births {births[0]:g} to {births[1]:g} "
        f"and persistences {spans[0]:g} to {spans[1]:g} grey levels; Gaussians of standard "
        f"deviation {how.sigma:g} grey levels, weight: {how.weight}.",
        figures=[
            Figure(
                png,
                "A chip of each domain, its persistence diagrams, and the mean persistence images "
                "of all chips of the domain. Axes in grey levels; square-root colour scale, common "
                "to the domains.",
            )
        ],
    )


def _labels(
    accuracy: pd.DataFrame, correlations: pd.DataFrame, png: bytes, options: TemperOptions
) -> Section:
    return Section(
        "Labels",
        f"How well real chips tell their specimen's label, in {len(CLASSES)} classes cut at the "
        "terciles of the training specimens: a support vector machine, cross-validated over "
        f"{options.labels.folds} groups of specimens, balanced accuracy with 95 % intervals from "
        "resampled specimens. Grey mean and deviation are the control: what brightness and "
        "contrast alone give away. The paper's classifiers top out at around 70 % on real chips, "
        "chance is 33 %.",
        [
            Table(accuracy, "Label classification on held-out specimens."),
            Table(correlations, "Rank correlation between labels, over specimens."),
        ],
        [Figure(png, "Balanced accuracy on held-out specimens, with the paper's best beside it.")],
    )
