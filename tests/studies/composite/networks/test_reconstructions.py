"""Structures that are decoded from their latents."""

import numpy as np
import pandas as pd

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.composite.networks.reconstructions import several
from pspflow.studies.composite.networks.stages.reconstruct import reconstruct
from pspflow.studies.composite.structures.properties import NORMAL


def test_structures_to_decode_are_of_many_morphologies():
    """Of few morphologies several each, in turn; of many, some that lie apart."""
    few = pd.DataFrame({"morphology": ["b", "b", "a", "a", "a", "a", "b"]})
    assert list(several(few)["morphology"]) == ["a", "b", "a", "b", "a", "b"]
    many = pd.DataFrame({"morphology": [f"{i:02}" for i in range(11)] * 2})
    assert list(several(many)["morphology"]) == ["00", "02", "04", "06", "08", "10"]


def test_reconstructions_are_solved_and_compared_with_their_structures(
    pair_set, untrained, tmp_path
):
    """Observed structures keep their stiffness; what networks make of them has its own."""
    weights = tmp_path / "weights.safetensors"
    untrained("mixture_statistics", ["c11_gpa"], weights)
    reconstruct(
        weights={"mixture_statistics": weights},
        structures=pair_set / "structures.zarr",
        table=pair_set / "structures.parquet",
        phases=pair_set / "phases.parquet",
        stiffness=pair_set / "stiffness.parquet",
        splits=pair_set / "splits.parquet",
        reconstructions=tmp_path / "rows.parquet",
        reconstructed=tmp_path / "structures.zarr",
    )
    rows = read_table(tmp_path / "rows.parquet")
    assert list(rows["model"].unique()) == ["observed", "mixture_statistics"]
    observed = rows[rows["model"] == "observed"].set_index("structure")
    known = read_table(pair_set / "stiffness.parquet").set_index("structure")
    pd.testing.assert_series_equal(observed["c11_gpa"], known.loc[observed.index, "c11_gpa"])
    made = rows[rows["model"] != "observed"]
    assert made[list(NORMAL)].gt(0).all(axis=None)
    phases = read_values(open_store(tmp_path / "structures.zarr"), "phase")
    np.testing.assert_allclose(phases.mean(axis=(1, 2, 3)), rows["volume_fraction"])
