"""Figures of the curation: arrays in, matplotlib figures out."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.report.style import COLOURS, figure_of, plain_log_axis
from pspflow.studies.latent.names import CropsName

BINS = 24


def magnification_figure(
    magnifications: np.ndarray, common: float, crops: Mapping[CropsName, pd.DataFrame]
) -> Figure:
    """Draw the histogram of magnifications (report, Figure 9-1) and where crops come from.

    Parameters
    ----------
    magnifications
        (n,) of the micrographs that are used.
    common
        That all are brought to.
    crops
        Rows of each dataset's crops: `upscale`.
    """
    with figure_of(1, 2, cell_aspect=0.7) as (figure, ((left, right),)):
        low, high = magnifications.min(), magnifications.max()
        left.hist(magnifications, np.geomspace(low / 1.1, high * 1.1, BINS), color=COLOURS[0])
        left.axvline(common, color=COLOURS[1])
        left.set_title(f"line: common scale, {common:g}x")
        plain_log_axis(left, "x")
        left.set(xlabel="magnification", ylabel="micrographs")
        for colour, (name, rows) in zip(COLOURS, crops.items(), strict=False):
            enlarged = np.sort(rows["upscale"].to_numpy())
            shares = 100 * np.arange(1, len(enlarged) + 1) / len(enlarged)
            right.step(enlarged, shares, where="post", color=colour, label=name)
        right.axvline(1, color="black", linewidth=0.6)
        plain_log_axis(right, "x")
        right.set(xlabel="enlargement to the common scale", ylabel="crops enlarged at most so (%)")
        right.legend()
    return figure
