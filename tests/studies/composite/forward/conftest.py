"""What test modules of forward prediction share."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.forward.accuracy import MEASURES
from pspflow.studies.composite.structures.properties import NORMAL

ORIGIN = Provenance("test", {}, None, {})


@pytest.fixture
def accuracies():
    """Return what makes a table of accuracies: for each model a list of MAPEs, one per run.

    Of the six components all have the same; the other measures go along with the MAPE.
    """

    def make(targets=("c11", "normal"), **mape):
        rows = [
            (target, column, model, run, value, 2 * value, 1 - value / 100, np.nan)
            for model, values in mape.items()
            for target in targets
            for column in (NORMAL if target == "normal" else NORMAL[:1])
            for run, value in enumerate(values)
        ]
        return pd.DataFrame(rows, columns=["target", "property", "model", "run", *MEASURES])

    return make


@pytest.fixture
def stored(tmp_path):
    """Store what two networks and a baseline predict of six structures, three of them tests."""
    names = [f"s{i}" for i in range(6)]
    solved = pd.DataFrame({"structure": names, "c11_gpa": np.arange(10.0, 16)})
    write_table(tmp_path / "stiffness.parquet", solved[::-1], ORIGIN)
    rows = pd.DataFrame({"structure": names, "split": ["train", "test"] * 3})
    paths = {}
    for i, model in enumerate(("cnn", "mixture", "vrh")):
        table = rows.assign(c11_gpa=solved["c11_gpa"] + i, c11_gpa_sd=np.nan)
        paths[model] = tmp_path / f"{model}.parquet"
        write_table(paths[model], table.assign(model=model) if model == "vrh" else table, ORIGIN)
    latents = rows.assign(z0=[0.0, 1, 0, 2, 0, 4], z1=0.5)
    write_table(tmp_path / "latents.parquet", latents, ORIGIN)
    return tmp_path, paths
