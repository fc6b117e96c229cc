"""Which images a dataset has, and of which split each is."""

import numpy as np
import pandas as pd

from pspflow.studies.latent.datasets.options import Counts
from pspflow.studies.latent.names import SimulatedName


def planned(name: SimulatedName, counts: Counts) -> pd.DataFrame:
    """List the images of a dataset: the first ones train, then others validate, the last test.

    Returns
    -------
    DataFrame
        Columns image_id, split and group (the image itself: each is simulated by itself).
    """
    ids = [f"{name}-{number:06d}" for number in range(counts.total)]
    split = np.repeat(["train", "validation", "test"], counts.sizes)
    return pd.DataFrame({"image_id": ids, "split": split, "group": ids})
