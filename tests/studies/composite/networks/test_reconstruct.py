"""Stage: test structures are decoded from their latents, and solved."""

import numpy as np
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.composite.networks.captions import OBSERVED
from pspflow.studies.composite.networks.reconstructions import reconstruction
from pspflow.studies.composite.networks.stages.reconstruct import reconstruct
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.composite.structures.solution import solve_candidates

SOLVER = SolutionOptions(tolerance=1e-3)
MATERIAL = {"young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]}
MODELS = {"vae": (), "gaussian": C11, "mixture_statistics": C11}


@pytest.mark.parametrize("seed", [0, 5])
def test_every_network_rebuilds_test_structures(pair_set, untrained, tmp_path, seed):
    """Rows and structures of each are its own, of test structures alone, and solved in order."""
    networks, weights = {}, {}
    for model, properties in MODELS.items():
        weights[model] = tmp_path / f"{model}.safetensors"
        networks[model] = untrained(model, properties, weights[model])
    tables = {"table": "structures", "phases": "phases"}
    tables |= {"stiffness": "stiffness", "splits": "splits"}
    reconstruct(
        weights=weights,
        structures=pair_set / "structures.zarr",
        **{name: pair_set / f"{file}.parquet" for name, file in tables.items()},
        reconstructions=tmp_path / "rows.parquet",
        reconstructed=tmp_path / "made.zarr",
        solver=SOLVER,
        seed=seed,
    )
    rows = read_table(tmp_path / "rows.parquet")
    made = read_values(open_store(tmp_path / "made.zarr"), PHASE)
    split = read_table(pair_set / "splits.parquet").set_index("structure")["split"]
    assert set(split[rows["structure"]]) == {"test"}
    known = read_table(pair_set / "structures.parquet")
    places = [known["structure"].tolist().index(name) for name in rows["structure"]]
    assert (rows["morphology"] == known["morphology"].to_numpy()[places]).all()
    observed = read_values(open_store(pair_set / "structures.zarr"), PHASE)
    solved = read_table(pair_set / "stiffness.parquet")[list(NORMAL)].to_numpy()
    np.testing.assert_allclose(rows["volume_fraction"], made.mean(axis=(1, 2, 3)))
    assert list(dict.fromkeys(rows["model"])) == [OBSERVED, *MODELS]
    for model, part in rows.groupby("model"):
        own = made[part.index]
        given = observed[np.array(places)[part.index]]
        if model == OBSERVED:
            np.testing.assert_array_equal(own, given)
            expected = solved[np.array(places)[part.index]]
        else:
            np.testing.assert_array_equal(own, reconstruction(networks[model], given, seed))
            expected = solve_candidates(own, MATERIAL, SOLVER, 1)
        np.testing.assert_allclose(part[list(NORMAL)], expected, rtol=1e-6)
