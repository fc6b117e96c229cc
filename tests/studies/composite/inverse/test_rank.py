"""Stage: designs that the solver ranks, compared with retrieval."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.io.tables import read_table
from pspflow.studies.composite.inverse.comparisons import ranked_summary
from pspflow.studies.composite.inverse.options import DesignOptions
from pspflow.studies.composite.inverse.stages import rank as stage
from pspflow.studies.composite.inverse.stages.rank import rank
from pspflow.studies.composite.inverse.targets import wanted_of
from pspflow.studies.composite.networks.network import Network
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import TARGETS

OPTIONS = DesignOptions(c11_gpa=(30.0, 80.0), vectors=3, draws=2, candidates=3)
SOLVER = SolutionOptions(tolerance=1e-3)


def test_latents_are_drawn_from_the_refitted_prior_for_each_instance(
    pair, untrained, tmp_path, monkeypatch
):
    """Another instance draws other numbers, another seed too, and none from the joint prior."""
    untrained("mixture_statistics", TARGETS["c11"], tmp_path / "w.safetensors")
    states, priors = [], []
    draw, prior = stage.draw_latents, Network.prior

    def drawn(found, count, rng):
        states.append(rng.bit_generator.state["state"]["state"])
        return draw(found, count, rng)

    def asked(network, properties, which="joint"):
        priors.append(which)
        return prior(network, properties, which)

    monkeypatch.setattr(stage, "draw_latents", drawn)
    monkeypatch.setattr(Network, "prior", asked)
    paths = {name: pair[name] for name in ("table", "stiffness", "splits")}
    for seed in (0, 1):
        rank(
            target="c11",
            weights=tmp_path / "w.safetensors",
            ranked=tmp_path / "ranked.parquet",
            options=OPTIONS,
            solver=SOLVER,
            seed=seed,
            **paths,
        )
    assert set(priors) == {"refitted"}
    assert len(states) == len(set(states)) == 4


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
