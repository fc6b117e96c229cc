"""The structure of a specimen, read from the mean features of its chips.

Precipitates of transferred chips have no known number or radius, so both are read from features by
a regression that learned on real chips of the target. How well it reads real chips of held-out
specimens bounds what any transfer can reach.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from pspflow.arrays import refuses_masks
from pspflow.evaluation.features import texture_features
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.specimens.options import FARTHEST

PENALTIES = np.logspace(-1, 4, 11)
"""Ridge penalties, of which leaving out one specimen at a time chooses."""


@refuses_masks
def specimen_features(
    chips: np.ndarray, specimens: np.ndarray, imaging: Imaging
) -> tuple[np.ndarray, np.ndarray]:
    """Average the features of the chips of each specimen.

    Parameters
    ----------
    chips
        (n, rows, columns) uint8.
    specimens
        (n,) names.
    imaging
        How persistence images are made.

    Returns
    -------
    names
        (s,) of str, in the order of their first chips.
    features
        (s, d) float64: persistence images, and responses of Gabor filters with mean and deviation
        of the grey levels.
    """
    images = pi.compute(chips, imaging).reshape(len(chips), -1)
    table = pd.DataFrame(np.concatenate([images, texture_features(chips)], axis=1))
    means = table.groupby(specimens.astype(str), sort=False).mean()
    return means.index.to_numpy(str), means.to_numpy(np.float64)


def bounded(features: np.ndarray) -> np.ndarray:
    """Bound standardised features (n, d): nothing far outside of the training is followed."""
    return np.clip(features, -FARTHEST, FARTHEST)


@dataclass(frozen=True)
class Reader:
    """Regressions of the logarithms of quantities on bounded features, by ridge penalty."""

    models: dict[str, Pipeline]
    """By the name of the quantity."""

    @classmethod
    def fit(cls, features: np.ndarray, values: pd.DataFrame) -> "Reader":
        """Learn to read.

        Parameters
        ----------
        features
            (s, d) float64, one row per training specimen.
        values
            One positive column per quantity, in the order of the features.
        """
        return cls(
            {
                str(name): make_pipeline(
                    StandardScaler(), FunctionTransformer(bounded), RidgeCV(PENALTIES)
                ).fit(features, np.log(values[name].to_numpy(np.float64)))
                for name in values
            }
        )

    def read(self, features: np.ndarray) -> pd.DataFrame:
        """Read quantities from features (s, d): one column each, in their own units."""
        return pd.DataFrame(
            {name: np.exp(model.predict(features)) for name, model in self.models.items()}
        )
