"""Errors of PI-Net's persistence images, beside those of mean images."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def surrogate_errors(
    predicted: np.ndarray,
    exact: np.ndarray,
    chips: pd.DataFrame,
    mean: np.ndarray,
    domain_means: Mapping[str, np.ndarray],
) -> pd.DataFrame:
    """Tabulate the mean absolute error (L1) of predicted persistence images, beside two rulers.

    Parameters
    ----------
    predicted, exact
        (n, 2, resolution, resolution), in the images' unit.
    chips
        n rows: `split`, `domain`.
    mean
        Mean training image (2, resolution, resolution): the prediction that needs no chip.
    domain_means
        Domain name, its own mean training image: the prediction that knows the temper only.

    Returns
    -------
    DataFrame
        `split`, `domain`, `homology`, `chips`, `l1` (mean over chips and pixels), `over_mean` and
        `over_domain_mean` (l1 over that of each ruler; below 1 is better than the ruler).
    """
    rows = []
    for (split, domain), at in chips.groupby(["split", "domain"], observed=True).indices.items():
        l1, ruler, domain_ruler = (
            np.abs(images - exact[at]).mean(axis=(0, 2, 3))
            for images in (predicted[at], mean, domain_means[domain])
        )
        for k in (0, 1):
            ratios = (float(l1[k] / ruler[k]), float(l1[k] / domain_ruler[k]))
            rows.append((split, domain, f"H{k}", len(at), float(l1[k]), *ratios))
    columns = ["split", "domain", "homology", "chips", "l1", "over_mean", "over_domain_mean"]
    return pd.DataFrame(rows, columns=columns)
