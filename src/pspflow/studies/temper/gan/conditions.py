"""What the GAN is given of a chip: its domain, and what labels it there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Conditions:
    """Conditions of chips: one number per domain, the label, and whether it is known.

    A label is standardised by the training specimens of its domain; where it is unknown it is 0, as
    the mean is.
    """

    domains: tuple[str, ...]
    means: Mapping[str, float]
    """Domain, the mean of its labels over training specimens; 0 without labels."""
    deviations: Mapping[str, float]
    """Domain, their standard deviation; 1 without labels, or if all are equal."""

    @classmethod
    def of(cls, domains: Sequence[str], catalogue: pd.DataFrame, trained: Sequence[str]) -> Self:
        """Measure the labels of training specimens.

        Parameters
        ----------
        domains
            Names, in order.
        catalogue
            Table of the micrographs.
        trained
            Names of the training specimens.
        """
        means, deviations = {}, {}
        for name in domains:
            values = labels_of(catalogue, name, np.array(trained))
            known = values[np.isfinite(values)]
            spread = float(known.std()) if len(known) else 0.0
            means[name] = float(known.mean()) if len(known) else 0.0
            deviations[name] = spread if spread > 0 else 1.0
        return cls(tuple(domains), means, deviations)

    @property
    def count(self) -> int:
        """Number of conditions of a chip."""
        return len(self.domains) + 2

    def __call__(self, domain: str, labels: np.ndarray) -> np.ndarray:
        """Return the conditions of chips of a domain, (n, count) float32.

        Parameters
        ----------
        domain
            Its name.
        labels
            (n,) label of each chip's specimen in this domain; NaN where it has none.
        """
        made = np.zeros((len(labels), self.count), np.float32)
        made[:, self.domains.index(domain)] = 1
        known = np.isfinite(labels)
        made[known, -2] = (labels[known] - self.means[domain]) / self.deviations[domain]
        made[known, -1] = 1
        return made


def labels_of(catalogue: pd.DataFrame, domain: str, specimens: np.ndarray) -> np.ndarray:
    """Look up what labels specimens in a domain, whether or not they were imaged in it.

    Parameters
    ----------
    catalogue
        Table of the micrographs: `specimen`, `domain`, `label` (the column that labels the domain,
        or an empty text), and these columns.
    domain
        Its name.
    specimens
        (n,) names.

    Returns
    -------
    ndarray
        (n,) float64; NaN where there is no label.
    """
    column = catalogue.loc[catalogue["domain"] == domain, "label"].iloc[0]
    if not column:
        return np.full(len(specimens), np.nan)
    known = catalogue.groupby(catalogue["specimen"].astype(str))[column].first().astype(float)
    return pd.Series(specimens).astype(str).map(known).to_numpy(np.float64)
