"""Round trips, ranks, checks and posteriors of loops that are made up."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.io.tables import read_table, write_table
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.texture.evaluation.posteriors import read_posteriors
from pspflow.studies.texture.evaluation.ranks import calibration_table, rank_array
from pspflow.studies.texture.evaluation.stages.trips import trips
from pspflow.studies.texture.evaluation.verification import (
    MAXIMUM_ENTROPY,
    OWN_COEFFICIENTS,
    columns,
    verified_errors,
)

from .conftest import OPTIONS, ORIGIN, POOL, TEST


def test_round_trips_are_of_all_labelled_textures(evaluated):
    """Test textures without parameters, and observations without, are left out."""
    table = read_table(evaluated / "active/start0/round_trips.parquet")
    test, pool = (table[table["set"] == name] for name in ("test", "pool"))
    assert sorted(test["texture"]) == [0, *range(2, TEST)]
    assert len(pool) == OPTIONS.pool_textures
    failed = read_table(evaluated / "active/start0/observed.parquet")["texture"][1]
    assert failed not in set(pool["texture"])
    wanted, reached = (table[columns(kind)].to_numpy() for kind in ("wanted", "reached"))
    errors = 100 * np.linalg.norm(reached - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    np.testing.assert_allclose(table["error_judged"], errors)
    assert test["hull_distance"].notna().sum() == OPTIONS.hull_textures


def test_a_flow_that_ignores_its_targets_predicts_the_mean(evaluated):
    """Untrained flows draw from the whole pool: their errors are those of the baseline."""
    table = read_table(evaluated / "full/start0/round_trips.parquet")
    np.testing.assert_array_equal(table["error_own"], table["error_judged"])
    assert table["error_own"].mean() == pytest.approx(table["error_mean"].mean(), rel=0.2)


def test_ranks_of_an_untrained_flow(evaluated):
    """One for each coefficient of each texture, spread over all draws."""
    table = read_table(evaluated / "active/start0/ranks.parquet")
    assert list(table["coefficient"][:36]) == names()
    ranks = rank_array(table)
    assert ranks.shape == (TEST - 1, 36)
    assert ranks.min() >= 0
    assert ranks.max() <= OPTIONS.samples
    assert 0.4 < ranks.mean() / OPTIONS.samples < 0.6
    (row,) = calibration_table({"active/start0": ranks}, OPTIONS.samples).to_dict("records")
    assert row["textures"] == TEST - 1
    assert row["inside_90.5_percent"] == pytest.approx(90, abs=6)


def test_own_coefficients_reach_what_coefficients_decide(evaluated):
    """The ground truth knows coefficients alone here: through orientations, it says the same."""
    table = read_table(evaluated / "verified.parquet")
    own = table[table["arm"] == OWN_COEFFICIENTS]
    assert (own["method"] == MAXIMUM_ENTROPY).all()
    np.testing.assert_allclose(own["error_percent"], 0, atol=0.02)
    rows = verified_errors(table).set_index("arm")
    assert list(rows.index) == [OWN_COEFFICIENTS, "active", "random"]
    assert (rows.loc[["active", "random"], "error_percent"] > 1).all()
    assert (rows["drawn"] == OPTIONS.verified).all()
    drawn = table[table["arm"] == "active"]
    assert rows.loc["active", "outside"] == (drawn["hull_distance"] > 0).sum()
    assert (drawn["moved"] >= drawn["hull_distance"] - 1e-3).all()
    assert np.isfinite(drawn[columns("predicted")]).all(axis=None)
    assert own[columns("predicted")].isna().all(axis=None)


def test_posteriors_are_of_every_arm(evaluated):
    """Three targets; the near random one has the least texture index."""
    found = read_posteriors(evaluated / "posteriors.zarr")
    assert found.arms == ["active", "random", "active_warm", "full"]
    assert found.samples.shape == (4, 3, 2000, 36)
    assert found.log_densities.shape == (4, 3, 2000)
    assert found.errors[1] <= found.errors[2]
    assert np.square(found.truths).sum(axis=1).argmin() == 0


def test_curves_are_judged_alike(evaluated):
    """Draws far from the truth have the largest error; seconds add up without the checks."""
    table = read_table(evaluated / "curves.parquet")
    mine = table[(table["arm"] == "active") & (table["start"] == 1)]
    assert mine["judged_error_mean"].idxmax() == mine.index[0]
    assert list(mine["seconds"]) == [4, 8, 12]
    assert list(table[table["arm"] == "full"]["observations"]) == [POOL]
    stop = read_table(evaluated / "efficiency.parquet").iloc[0]
    assert stop["arm"] == "active"
    assert stop["observations"] == pytest.approx(18)


def test_a_loop_without_parameters_is_refused(run, tmp_path):
    """The sentence names the table."""
    table = read_table(run / "active/start0/observed.parquet").assign(failure="no equilibrium")
    write_table(tmp_path / "observed.parquet", table, ORIGIN)
    with pytest.raises(InputError, match=r"observed\.parquet: no texture has parameters"):
        trips(
            training="active/start0",
            flow=run / "active/start0/flow.safetensors",
            gp=run / "active/start0/gp.safetensors",
            observed=tmp_path / "observed.parquet",
            textures=run / "test.zarr",
            parameters=run / "parameters.parquet",
            trips=tmp_path / "trips.parquet",
            ranks=tmp_path / "ranks.parquet",
            options=OPTIONS,
            device="cpu",
        )
