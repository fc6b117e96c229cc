"""Stages of design, on nine voxels: what is refined is solved, and regions are held out."""

import json

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table
from pspflow.studies.composite.design.comparisons import RETRIEVAL
from pspflow.studies.composite.design.options import (
    DesignOptions,
    ProposalOptions,
    RegionOptions,
)
from pspflow.studies.composite.design.stages.certify import certify
from pspflow.studies.composite.design.stages.hold_out import hold_out
from pspflow.studies.composite.design.stages.refine import refine
from pspflow.studies.composite.design.stages.section import section
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.studies.composite.structures.solution import solve_candidates

MATERIAL = {"young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]}
WANTED = ProposalOptions(
    c11_gpa=(25.0, 40.0), vectors=1, candidates=2, refined=1, targets=None, draws=1
)


def tables(folder, *names):
    """Name files of the set."""
    return {name: folder / f"{name}.parquet" for name in names}


@pytest.fixture(scope="module")
def sets(pair_set):
    """Return the files that `refine` reads."""
    read = tables(pair_set, "stiffness", "splits")
    return read | {
        "table": pair_set / "structures.parquet",
        "structures": pair_set / "structures.zarr",
    }


@pytest.fixture
def refined(untrained, sets, tmp_path):
    """Return what designs by an untrained network for a target; and its table and structures."""

    def make(target, columns, seed=0):
        weights = tmp_path / f"{target}.safetensors"
        if not weights.exists():
            untrained("mixture_statistics", columns, weights)
        made = {"designs": tmp_path / f"{target}.parquet", "proposed": tmp_path / f"{target}.zarr"}
        given = {"weights": {"mixture_statistics": weights}, "options": WANTED, "seed": seed}
        refine(target=target, **sets, **given, **made)
        return read_table(made["designs"]), read_values(open_store(made["proposed"]), "phase")

    return make


@pytest.mark.parametrize(("target", "columns"), [("c11", C11), ("normal", NORMAL)])
def test_what_is_refined_is_solved_and_never_worse(refined, sets, target, columns):
    """The errors are those of the stored structures; each step is at least as near as the last."""
    table, phases = refined(target, columns)
    after = table.dropna(subset="refined_error_percent")
    assert len(after) == len(phases)
    true = solve_candidates(phases, MATERIAL, SolutionOptions(), 1)
    np.testing.assert_allclose(after[[f"refined_{name}" for name in NORMAL]], true, rtol=1e-3)
    wanted = after[[f"wanted_{name}" for name in columns]].to_numpy()
    reached = true[:, [NORMAL.index(name) for name in columns]]
    if target == "c11":
        error = 100 * np.abs(reached / wanted - 1)[:, 0]
        np.testing.assert_allclose(after["refined_error_percent"], error, atol=0.1)
    drawn = after[after["network"] != RETRIEVAL]
    assert (drawn["rank"] == 1).all()
    # a structure that is solved anew starts from other displacements
    tolerance = 0.01
    assert (drawn["refined_error_percent"] <= drawn["decoded_error_percent"] + tolerance).all()
    for _, rows in table[table["network"] != RETRIEVAL].groupby("instance"):
        assert rows["error_percent"].is_monotonic_increasing
        assert len(rows) == WANTED.candidates
    near = table[table["network"] == RETRIEVAL]
    splits = read_table(sets["splits"]).set_index("structure")["split"]
    assert set(splits[near["structure"]]) == {"train"}
    assert len(near) == table["instance"].nunique()


def test_designs_depend_on_the_seed_alone(refined):
    """The same seed makes the same table, but for seconds; another does not."""
    one, _ = refined("c11", C11)
    two, _ = refined("c11", C11)
    other, _ = refined("c11", C11, seed=1)
    pd.testing.assert_frame_equal(one.drop(columns="seconds"), two.drop(columns="seconds"))
    assert not np.allclose(one["error_percent"], other["error_percent"])


def test_a_network_of_another_target_is_refused(untrained, sets, tmp_path):
    """The sentence says what it predicts."""
    untrained("mixture", C11, tmp_path / "weights.safetensors")
    made = {"designs": tmp_path / "designs.parquet", "proposed": tmp_path / "designs.zarr"}
    weights = {"mixture": tmp_path / "weights.safetensors"}
    with pytest.raises(InputError, match="it predicts c11_gpa; give weights of target normal"):
        refine(target="normal", weights=weights, **sets, **made, options=WANTED)
    assert not made["designs"].exists()


def test_a_region_is_held_out_of_training_and_validation(pair_set, tmp_path):
    """Test structures are those of the region, and no other split has one."""
    read = tables(pair_set, "splits", "stiffness")
    held = tmp_path / "splits.parquet"
    hold_out(**read, held=held, options=RegionOptions(held_out=(0.3, 0.6)))
    known = read_table(read["stiffness"]).set_index("structure")["c11_gpa"]
    made = read_table(held).assign(c11=lambda rows: known[rows["structure"]].to_numpy())
    low, high = known.quantile([0.3, 0.6])
    inside = made["c11"].between(low, high)
    assert (made["split"][inside] == "test").all()
    assert not (made["split"][~inside] == "test").any()
    assert {"train", "validation"} <= set(made["split"])
    before = read_table(read["splits"])["split"]
    stays = ~inside & (before != "test").to_numpy()
    assert (made["split"][stays] == before[stays]).all()


@pytest.mark.parametrize(
    ("region", "sentence"),
    [(None, "No region is named; set"), ((0.0, 1.0), "make more structures, or change")],
)
def test_a_region_that_leaves_nothing_is_refused(pair_set, tmp_path, region, sentence):
    """In one sentence with a remedy; nothing is written."""
    read, held = tables(pair_set, "splits", "stiffness"), tmp_path / "splits.parquet"
    with pytest.raises(InputError, match=sentence):
        hold_out(**read, held=held, options=RegionOptions(held_out=region))
    assert not held.exists()


def test_designs_are_certified_and_reported(refined, sets, pair_set, tmp_path):
    """A certificate per network and target; the section has its findings, figure and tables."""
    refined("c11", C11)
    certificates = tmp_path / "certificates.parquet"
    certify(
        designs={"c11": tmp_path / "c11.parquet"},
        proposed={"c11": tmp_path / "c11.zarr"},
        **sets,
        phases=pair_set / "phases.parquet",
        certificates=certificates,
    )
    (row,) = read_table(certificates).to_dict("records")
    assert (row["target"], row["network"]) == ("c11", "mixture_statistics")
    assert row["claim_percent"] < 0.5
    splits = read_table(sets["splits"]).set_index("structure")["split"]
    assert splits[row["copy_of"]] == "train"
    made = tmp_path / "section.json"
    said = {"certificates": certificates, "figures": tmp_path / "figures", "section": made}
    named = {f"{name}/c11/run0": tmp_path / "c11.parquet" for name in ("pair", "held_out")}
    section(designs=named, **said, options=DesignOptions(held_out=(0.3, 0.6)))
    report = json.loads(read_section(made)[0])
    assert [part["title"] for part in report["parts"]] == [
        "The solver in the loop",
        "A region held out of training",
        "Certificates",
    ]
    assert len(report["findings"]) == 5
    assert (tmp_path / "figures/errors.png").exists()
    with pytest.raises(InputError, match="name it SET/TARGET/runN"):
        section(designs={"mine": tmp_path / "c11.parquet"}, **said)
