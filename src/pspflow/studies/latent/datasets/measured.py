"""What simulated images measure: tables of the section."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.evaluation.resampling import interval, resamples
from pspflow.report.tables import with_interval
from pspflow.seeds import generator
from pspflow.simulate.gaussian import autocovariance, measured_autocovariance
from pspflow.studies.latent.datasets.options import GaussianOptions
from pspflow.studies.latent.names import PottsName

RESAMPLES: Final = 1000
GRAINS: Final = {"grains": "grains of an image", "mean_area_sites": "mean area of a grain (sites)"}


class Autocovariance(NamedTuple):
    """Autocovariance of smooth Gaussian images at displacements up to a quarter of their edge."""

    analytic: NDArray[np.float64]
    """(reach, reach), of the fields."""
    mean: NDArray[np.float64]
    """Over images."""
    error: NDArray[np.float64]
    """Standard errors of the means."""
    images: int

    @property
    def deviation(self) -> NDArray[np.float64]:
        """Means less the analytic values, in standard errors: (reach, reach)."""
        return (self.mean - self.analytic) / self.error


def autocovariance_of(images: NDArray[np.uint8], options: GaussianOptions) -> Autocovariance:
    """Measure smooth images, as fields of variance 1, and compute what is expected.

    Parameters
    ----------
    images
        (n, y, x).
    options
        What they were simulated with.
    """
    fields = (images.astype(np.float32) - 127.5) * (options.deviations / 127.5)
    reach = options.size_px // 4 + 1
    values = measured_autocovariance(fields)[:, :reach, :reach]
    return Autocovariance(
        autocovariance(options.size_px, options.covariance_px2)[:reach, :reach],
        values.mean(axis=0),
        values.std(axis=0, ddof=1) / np.sqrt(len(values)),
        len(values),
    )


def mean_with_interval(values: NDArray[np.float64], seed: int, what: str) -> str:
    """Write the mean over images of values (n,) with its 95 % interval, by resampling images."""
    rng = generator(seed, "latent datasets interval", what)
    draws = resamples(np.zeros(len(values), int), RESAMPLES, rng)
    found = interval(draws @ values / len(values))
    if found[0] >= 1000:  # three digits would need a power of ten
        return "{:,.0f} ({:,.0f} to {:,.0f})".format(*found)
    return with_interval(*found)


def grain_table(tables: Mapping[PottsName, pd.DataFrame], seed: int) -> pd.DataFrame:
    """Tabulate grain counts and mean areas, means over images with their intervals.

    Parameters
    ----------
    tables
        Table of each dataset of grains.
    seed
        Seed of the resamples.
    """
    return pd.DataFrame(
        [
            {
                "dataset": name.replace("_", " "),
                "images": len(rows),
                **{
                    text: mean_with_interval(rows[column].to_numpy(float), seed, f"{name} {column}")
                    for column, text in GRAINS.items()
                },
            }
            for name, rows in tables.items()
        ]
    )


def nearest_rms(
    images: NDArray[np.uint8], others: NDArray[np.uint8], *, same: bool = False
) -> NDArray[np.float64]:
    """Return how far each image is from the nearest of others: root mean square of grey levels.

    Parameters
    ----------
    images, others
        (n, y, x) and (m, y, x).
    same
        Whether they are the same images, of which none is its own neighbour.
    """
    one, two = (each.reshape(len(each), -1).astype(np.float64) for each in (images, others))
    squares = (one**2).sum(axis=1)[:, None] + (two**2).sum(axis=1) - 2 * one @ two.T
    if same:
        np.fill_diagonal(squares, np.inf)
    return np.asarray(np.sqrt(squares.min(axis=1).clip(0) / one.shape[1]))


def copy_table(rows: pd.DataFrame, images: NDArray[np.uint8]) -> pd.DataFrame:
    """Tabulate how much variants differ from their crops, and test variants from training ones.

    Parameters
    ----------
    rows
        Table of variants: split, masked_share, changed_share, rms_change.
    images
        Theirs, (n, y, x).

    Returns
    -------
    DataFrame
        Columns what, median, lowest, highest.
    """
    train, test = (images[(rows["split"] == split).to_numpy()] for split in ("train", "test"))
    measures = {
        "masked share of a variant": rows["masked_share"],
        "share of pixels that differ from the crop": rows["changed_share"],
        "difference from the crop (grey levels, root mean square)": rows["rms_change"],
        "test variant to the nearest training variant (grey levels)": nearest_rms(test, train),
        "test variant to the nearest other one (grey levels)": nearest_rms(test, test, same=True),
    }
    return pd.DataFrame(
        [
            {
                "what": name,
                "median": float(np.median(values)),
                "lowest": float(np.min(values)),
                "highest": float(np.max(values)),
            }
            for name, values in measures.items()
        ]
    )
