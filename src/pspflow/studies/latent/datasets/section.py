"""What the report says about the simulated datasets."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.report.section import Figure, Headline, Part, Section, Table
from pspflow.studies.latent.datasets import paper
from pspflow.studies.latent.datasets.departures import departures
from pspflow.studies.latent.datasets.measured import Autocovariance, copy_table, grain_table
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.datasets.plan import unfinished
from pspflow.studies.latent.names import POTTS_NAMES, PottsName, SimulatedName

CLOCKS: Final[Mapping[str, str]] = {
    "gaussian_smooth": "none",
    "gaussian_binary": "none",
    "grain_growth": "kinetic Monte Carlo: an event that no energy hinders happens once in a unit "
    "of time",
    "additive": "26 sweeps of random sites in a unit of time",
    "weld": "26 sweeps of random sites in a unit of time",
    "inpainted": "none",
}
TEXTS: Final[Mapping[str, str]] = {
    "gaussian_smooth": "gaussian smooth: white noise under a periodic Gaussian filter, of standard "
    "deviation {deviation} pixels along its widest and narrowest axis",
    "gaussian_binary": "gaussian binary: the same fields, image for image, whose highest pixels "
    "are bright",
    "grain_growth": "grain growth: a periodic Potts model of {growth.edge_sites} x "
    "{growth.edge_sites} sites at kT {growth.temperature:g} until time {growth.time:g}",
    "additive": "additive: {additive.sites[0]} x {additive.sites[1]} sites that a melt pool with "
    "a heat-affected zone scans on a serpentine path, at {additive.speed:g} sites per unit of time",
    "weld": "weld: {weld.sites[0]} x {weld.sites[1]} sites that a teardrop pool crosses once, at "
    "{weld.speed:g} sites per unit of time",
    "inpainted": "inpainted: crops of one micrograph, of which squares of {inpainted.hole_px} "
    "pixels are filled in anew",
}


class Seen(NamedTuple):
    """What the section reads of a dataset."""

    table: pd.DataFrame
    """One row per image of the shares that are read."""
    rows: NDArray[np.int64]
    """Rows of the images below, (n,)."""
    images: NDArray[np.uint8]
    """(n, y, x)."""


def datasets_section(
    seen: Mapping[SimulatedName, Seen],
    covariance: Autocovariance | None,
    figures: Mapping[str, Figure],
    options: DatasetsOptions,
    seed: int,
) -> Section:
    """Write the section.

    Parameters
    ----------
    seen
        Images of each dataset.
    covariance
        Of smooth Gaussian images, where there are some.
    figures
        The figure `gallery`, and `autocovariance` where there is one.
    options
        The options of the chapter.
    seed
        Seed of the resamples.
    """
    grains = {name: seen[name].table for name in POTTS_NAMES if name in seen}
    copies = _copies(seen)
    return Section(
        title="Simulated datasets",
        lead=_lead(options),
        headline=_headline(options),
        findings=tuple(_findings(seen, covariance, copies, options)),
        parts=(
            Part(
                title="Images",
                text=_text(options),
                figures=(figures["gallery"],),
                tables=(Table.of(_sizes(seen, options), "Datasets. Sizes are rows x columns."),),
            ),
            *_gaussian_parts(covariance, figures),
            *_grain_parts(grains, seed),
            *_copy_parts(copies),
            Part(
                title="Departures from the report",
                tables=(
                    Table.of(
                        departures(options),
                        "Where simulated datasets differ from the report's, and what it leaves "
                        "open.",
                    ),
                ),
            ),
        ),
    )


def _lead(options: DatasetsOptions) -> str:
    """Say which images were never taken of a material."""
    names = [name.replace("_", " ") for name in options.use if name != "inpainted"]
    parts = []
    if names:
        parts.append(
            f"The images of {', '.join(names)} are simulated: none was taken of a material."
        )
    if "inpainted" in options.use:
        parts.append(
            "Those of inpainted are variants of one micrograph: they say nothing of another."
        )
    return " ".join(parts)


def _headline(options: DatasetsOptions) -> tuple[Headline, ...]:
    """Name where grain growth is compared with SPPARKS, whose settings no run has."""
    if "grain_growth" not in options.use:
        return ()
    growth = options.grain_growth
    return (
        Headline(
            quantity="Grain growth against SPPARKS (kT 0.25, 128 x 128 sites, 20 seeds): grains at "
            "times 10, 100, 464 and 1,000, and exponent of the mean area from time 20 on",
            paper="660, 116, 27 and 13.3; 0.91 (SPPARKS; the report prints none)",
            here=f"not measured: this run has kT {growth.temperature:g}, "
            f"{growth.edge_sites} x {growth.edge_sites} sites and time {growth.time:g} alone",
            verdict="not comparable",
            why="the project's tests compare them, in tests/simulate/potts/test_growth.py",
        ),
    )


def _text(options: DatasetsOptions) -> str:
    axes = np.sqrt(np.linalg.eigvalsh(np.array(options.gaussian.covariance_px2)).clip(0))[::-1]
    said = [
        TEXTS[name].format(
            deviation=" and ".join(f"{each:.3g}" for each in axes),
            growth=options.grain_growth,
            additive=options.additive,
            weld=options.weld,
            inpainted=options.inpainted,
        )
        for name in options.use
    ]
    potts = [name for name in options.use if name in POTTS_NAMES]
    lines = " Images of grains are maps of their boundaries, dark on white." if potts else ""
    return f"Nine images of each dataset are shown. The datasets are {'; '.join(said)}.{lines}"


def _sizes(seen: Mapping[SimulatedName, Seen], options: DatasetsOptions) -> pd.DataFrame:
    rows = []
    for name, each in seen.items():
        height, width = each.images.shape[1:]
        rows.append(
            {
                "dataset": name.replace("_", " "),
                "training": f"{options.counts.train:,}",
                "validation": f"{options.counts.validation:,}",
                "test": f"{options.counts.test:,}",
                "size (pixels)": f"{height} x {width}",
                "clock": CLOCKS[name],
                "report": paper.FIGURES[name],
            }
        )
    return pd.DataFrame(rows)


def _gaussian_parts(
    covariance: Autocovariance | None, figures: Mapping[str, Figure]
) -> tuple[Part, ...]:
    if covariance is None:
        return ()
    return (
        Part(
            title="Autocovariance of Gaussian images",
            text=f"Measured on {covariance.images} images, whose grey levels are turned back into "
            "fields of variance 1, beside the exact value for the filter.",
            figures=(figures["autocovariance"],),
        ),
    )


def _grain_parts(grains: Mapping[PottsName, pd.DataFrame], seed: int) -> tuple[Part, ...]:
    if not grains:
        return ()
    return (
        Part(
            title="Grains",
            text="A grain is a set of sites of one spin that are connected through their 8 "
            "neighbours, across periodic edges for grain growth.",
            tables=(
                Table.of(
                    grain_table(grains, seed),
                    "Means over images, with 95 % intervals by image. The mean area of an image is "
                    "its sites over its grains.",
                ),
            ),
        ),
    )


def _copies(seen: Mapping[SimulatedName, Seen]) -> pd.DataFrame | None:
    found = seen.get("inpainted")
    if found is None:
        return None
    return copy_table(found.table.iloc[found.rows], found.images)


def _copy_parts(copies: pd.DataFrame | None) -> tuple[Part, ...]:
    if copies is None:
        return ()
    return (
        Part(
            title="Variants of a micrograph",
            text="Crops of different splits come from regions that do not overlap; those of one "
            "split may overlap. Training images are near-copies of the micrograph: what is learnt "
            "from them is that micrograph.",
            tables=(
                Table.of(copies, "How much variants differ from the original and each other."),
            ),
        ),
    )


def _findings(
    seen: Mapping[SimulatedName, Seen],
    covariance: Autocovariance | None,
    copies: pd.DataFrame | None,
    options: DatasetsOptions,
) -> list[str]:
    found = [said for name in seen if (said := unfinished(name, options))]
    if copies is not None:
        changed = copies.set_index("what")["median"]
        found.append(
            f"Variants of the micrograph are near-copies: {1 - changed.iloc[1]:.0%} of the pixels "
            "of the median variant are those of its crop. From a test variant, the nearest "
            f"training variant is {changed.iloc[3]:.3g} grey levels away (median of root mean "
            f"squares), the nearest other test variant {changed.iloc[4]:.3g}."
        )
    if covariance is not None:
        largest = np.abs(covariance.deviation).max()
        apart = np.abs(covariance.mean - covariance.analytic).max()
        found.append(
            f"{apart:.2g} of the variance and {largest:.1f} standard errors at most: difference of "
            f"the autocovariance of {covariance.images} smooth Gaussian images from the analytic "
            f"one, at displacements up to {len(covariance.analytic) - 1} pixels."
        )
    binary = seen.get("gaussian_binary")
    if binary is not None:
        shares = binary.table["volume_fraction"]
        found.append(
            f"{shares.min():.4f} to {shares.max():.4f} of the pixels of {len(shares)} binary "
            "Gaussian images are bright."
        )
    return found
