"""Stage: designs that the solver ranks, compared with retrieval."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.io.tables import read_table
from pspflow.studies.composite.inverse.comparisons import ranked_summary
from pspflow.studies.composite.inverse.options import DesignOptions
from pspflow.studies.composite.inverse.stages.rank import rank
from pspflow.studies.composite.inverse.targets import wanted_of
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import TARGETS

OPTIONS = DesignOptions(c11_gpa=(30.0, 80.0), vectors=3, draws=2, candidates=3)
SOLVER = SolutionOptions(tolerance=1e-3)


@pytest.mark.parametrize("target", ["c11", "normal"])
def test_designs_are_ranked_and_compared_with_retrieval(pair, untrained, tmp_path, target):
    """Targets are those of `infer`; retrieval returns training structures alone."""
    columns = TARGETS[target]
    untrained("mixture_statistics", columns, tmp_path / "w.safetensors")
    paths = {name: pair[name] for name in ("table", "stiffness", "splits")}
    rest = {"target": target, "options": OPTIONS, "solver": SOLVER, **paths}
    rank(weights=tmp_path / "w.safetensors", ranked=tmp_path / "ranked.parquet", **rest)
    rows = read_table(tmp_path / "ranked.parquet")
    wanted = wanted_of(target, **paths, options=OPTIONS, seed=0).values_gpa
    asked = rows[[f"wanted_{name}" for name in columns]].to_numpy()
    np.testing.assert_array_equal(asked, np.repeat(wanted, 3, axis=0))
    assert rows["rank"].tolist() == [1, 2, 3] * len(wanted)
    error = 100 * np.abs(rows[list(columns)].to_numpy() / asked - 1).mean(axis=1)
    np.testing.assert_allclose(rows["error_percent"], error)
    assert rows.groupby("instance")["error_percent"].is_monotonic_increasing.all()
    training = read_table(pair["splits"]).query("split == 'train'")["structure"]
    known = read_table(pair["stiffness"]).set_index("structure").loc[training, list(columns)]
    for instance, row in rows.drop_duplicates("instance").set_index("instance").iterrows():
        error = 100 * (known / wanted[instance] - 1).abs().mean(axis=1)
        assert row["nearest_structure"] == error.idxmin()
        assert row["nearest_error_percent"] == pytest.approx(error.min())

    table = ranked_summary(rows)
    best = rows[rows["rank"] == 1]["error_percent"]
    np.testing.assert_array_equal(table["best_of_n_error_percent"], best)
    assert (~table["inside"]).sum() == (target == "c11")  # 80 GPa is outside
    rest["target"] = "normal" if target == "c11" else "c11"
    with pytest.raises(InputError, match="give weights of target"):
        rank(weights=tmp_path / "w.safetensors", ranked=tmp_path / "none.parquet", **rest)
