"""What test modules of the trials share."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.composite.trials.tables import COLUMNS


@pytest.fixture
def rows():
    """Return what makes rows of trials: of one kind, network and split, one per run."""

    def make(varied, network, mape, split="validation", **more):
        given = {"reconstruction": 0.5, "design_error": 10.0, "ended_by": "patience", **more}
        table = pd.DataFrame(
            {
                "varied": varied,
                "network": network,
                "run": range(len(mape)),
                "split": split,
                "training_structures": 100,
                "epochs": 10,
                "mape": mape,
                "r2": 0.9,
                "divergence": 5.0,
                "separation_by_c11": 0.6,
            }
        ).assign(**given)
        missing = {name: np.nan for name in COLUMNS if name not in table}
        return table.assign(**missing)

    return make
