"""The control of a classification: what brightness and contrast alone tell."""

import numpy as np
import pandas as pd

from pspflow.microstructure.loader import Store, chip_batches


def grey_statistics(store: Store, chips: pd.DataFrame) -> np.ndarray:
    """Return mean and standard deviation of every chip, grey levels: (n, 2) float64."""
    statistics = np.empty((len(chips), 2))
    for at, images in chip_batches(store, chips):
        flat = images.reshape(len(images), -1)
        statistics[at] = np.stack([flat.mean(axis=1), flat.std(axis=1)], axis=1)
    return statistics
