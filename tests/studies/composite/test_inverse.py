"""Inverse design: its stage, and how its answers are measured."""

import logging

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite import inverse_measures as measure
from pspflow.studies.composite.data_options import SimulatedOptions, SolutionOptions
from pspflow.studies.composite.inverse import infer, relabelled
from pspflow.studies.composite.inverse_options import AnnealOptions, InverseOptions
from pspflow.studies.composite.inverse_targets import wanted_of
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.properties import C11, NORMAL, TARGETS
from pspflow.studies.composite.ranking import rank
from pspflow.studies.composite.structures import simulate

COUNT = 20
ORIGIN = Provenance("test", {}, None, {})
OPTIONS = InverseOptions(c11_gpa=(30.0, 80.0), vectors=3, draws=2, candidates=3)
SOLVER = SolutionOptions(tolerance=1e-3)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Make a set of two morphologies, its stiffness made up; return its paths."""
    folder = tmp_path_factory.mktemp("pair")
    paths = {"structures": folder / "structures.zarr", "table": folder / "structures.parquet"}
    paths["phases"] = folder / "phases.parquet"
    options = SimulatedOptions(edge_voxels=9, pair_structures=COUNT)
    simulate(name="pair", options=options, **paths)
    names = read_table(paths["table"])["structure"]
    gpa = pd.DataFrame(
        np.random.default_rng(0).uniform(15, 55, (COUNT, len(NORMAL))), columns=NORMAL
    )
    # rows of the set in another order: what belongs together is found by name
    rows = pd.DataFrame({"structure": names}).join(gpa).sample(frac=1, random_state=0)
    paths |= {name: folder / f"{name}.parquet" for name in ("stiffness", "splits")}
    write_table(paths["stiffness"], rows, ORIGIN)
    split = (["train"] * 3 + ["validation"] * 3 + ["test"] * 4) * 2
    drawn = pd.DataFrame({"run": 0, "structure": names, "split": split})
    write_table(paths["splits"], drawn, ORIGIN)
    return paths


def inferred(pair, untrained, folder, target, models, seed=0):
    """Infer with untrained networks; return tables of candidates and references, and structures."""
    weights = tuple(folder / f"{model}.safetensors" for model in models)
    for model, path in zip(models, weights, strict=True):
        untrained(model, TARGETS[target], path)
    out = {name: folder / f"{name}.parquet" for name in ("candidates", "references")}
    out["proposed"] = folder / "proposed.zarr"
    infer(
        target=target,
        models=models,
        weights=weights,
        options=OPTIONS,
        solver=SOLVER,
        seed=seed,
        **pair,
        **out,
    )
    tables = [read_table(out[name]) for name in ("candidates", "references")]
    return *tables, read_values(open_store(out["proposed"]), "phase")


def test_every_component_of_every_prior_answers(pair, untrained, tmp_path, caplog):
    """Rows are model, prior, component and instance; values are those of the structures stored."""
    models = ("gaussian", "mixture_statistics")
    with caplog.at_level(logging.WARNING):
        rows, references, ids = inferred(pair, untrained, tmp_path, "c11", models)
    keys = rows[["model", "prior", "component", "instance"]]
    assert keys.to_records(index=False).tolist() == [
        (model, prior, component, instance)
        for model, components in (("gaussian", 1), ("mixture_statistics", 2))
        for prior in ("joint", "refitted")
        for component in range(components)
        for instance in range(2)
    ]
    assert ids.shape == (len(rows), 9, 9, 9)
    means = rows.groupby(["model", "prior", "component"])["volume_fraction"].mean()
    assert means.groupby(level=[0, 1]).is_monotonic_increasing.all()
    sums = rows.groupby(["model", "prior", "instance"])["weight"].sum()
    np.testing.assert_allclose(sums, 1, rtol=1e-6)
    np.testing.assert_allclose(rows["volume_fraction"], ids.mean(axis=(1, 2, 3)))
    assert rows["draws"].tolist() == [1] * 4 + [2] * 8
    assert rows["wanted_c11_gpa"].tolist() == [30.0, 80.0] * 6
    whole = effective_stiffness(ids[5], [2.4, 120], [0.3, 0.3])
    expected = [whole[int(name[1]) - 1, int(name[2]) - 1] for name in NORMAL]
    np.testing.assert_allclose(rows.loc[5, list(NORMAL)].astype(float), expected, rtol=1e-4)
    miss = 100 * (rows["c11_gpa"] / rows["wanted_c11_gpa"] - 1).abs()
    np.testing.assert_allclose(rows["error_percent"], miss)
    model = untrained("gaussian", C11)
    np.testing.assert_allclose(rows["told_c11_gpa"][:4], model.predict(ids[:4])[0][:, 0], rtol=1e-5)

    # 80 GPa is more than any training structure has: it is said once, and kept
    assert rows["inside"].tolist() == [True, False] * 6
    said = [record.message for record in caplog.records if "outside" in record.message]
    assert len(said) == 1
    assert "c11_gpa of 80" in said[0]

    tests = read_table(pair["splits"]).query("split == 'test'")["structure"]
    names = read_table(pair["table"])
    known = names.merge(read_table(pair["stiffness"]))[lambda t: t["structure"].isin(tests)]
    for (instance, morphology), row in references.groupby(["instance", "morphology"]):
        same = known[known["morphology"] == morphology].set_index("structure")["c11_gpa"]
        (found,) = row["structure"]
        assert found == (same - (30.0, 80.0)[instance]).abs().idxmin()
        assert names["structure"][row["position"].item()] == found
        assert row["c11_gpa"].item() == same[found]
    assert len(references) == 4


def test_vectors_are_those_of_test_structures(pair, untrained, tmp_path):
    """All six components of held-out structures are wanted; a seed repeats them."""
    models = ("mixture",)
    rows, references, ids = inferred(pair, untrained, tmp_path, "normal", models)
    assert len(rows) == 2 * 2 * 3
    tests = set(read_table(pair["splits"]).query("split == 'test'")["structure"])
    assert set(references["structure"]) <= tests
    assert references["structure"].nunique() == 3
    for row in rows.itertuples():
        reference = references.loc[row.instance, list(NORMAL)].to_numpy(float)
        wanted = np.array([getattr(row, f"wanted_{name}") for name in NORMAL])
        np.testing.assert_array_equal(wanted, reference)
        solved = np.array([getattr(row, name) for name in NORMAL])
        assert row.error_percent == pytest.approx(100 * np.mean(np.abs(solved / wanted - 1)))
    record = table_provenance(tmp_path / "candidates.parquet")
    assert record["stage"] == "composite infer normal"
    assert record["options"]["solver"]["tolerance"] == SOLVER.tolerance
    assert record == provenance_of(open_store(tmp_path / "proposed.zarr"))
    again, _, same = inferred(pair, untrained, tmp_path / "again", "normal", models)
    pd.testing.assert_frame_equal(again, rows)
    np.testing.assert_array_equal(same, ids)
    other, *_ = inferred(pair, untrained, tmp_path / "other", "normal", models, seed=1)
    assert not np.array_equal(other["wanted_c11_gpa"], rows["wanted_c11_gpa"])


def test_components_are_numbered_by_their_fraction():
    """Of each model and prior 0 has the least of the stiff phase; rows keep what is theirs."""
    rows = pd.DataFrame(
        [
            (model, prior, component, instance)
            for model, prior in (("m", "joint"), ("m", "refitted"), ("a", "joint"))
            for component in range(2)
            for instance in range(2)
        ],
        columns=["model", "prior", "component", "instance"],
    )
    rows["volume_fraction"] = [0.6, 0.5, 0.3, 0.7, 0.2, 0.3, 0.4, 0.1, 0.9, 0.1, 0.3, 0.3]
    found, order = relabelled(rows)
    keys = ["model", "prior", "component", "instance"]
    pd.testing.assert_frame_equal(found[keys], rows[keys])
    assert order.tolist() == [2, 3, 0, 1, 4, 5, 6, 7, 10, 11, 8, 9]
    np.testing.assert_array_equal(found["volume_fraction"], rows["volume_fraction"][order])


@pytest.mark.parametrize("target", ["c11", "normal"])
def test_designs_are_ranked_beside_retrieval(pair, untrained, tmp_path, target):
    """What is wanted is what `infer` is asked for; retrieval knows the training structures."""
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
        miss = 100 * (known / wanted[instance] - 1).abs().mean(axis=1)
        assert row["nearest_structure"] == miss.idxmin()
        assert row["nearest_error_percent"] == pytest.approx(miss.min())

    table = measure.ranked_summary(rows)
    best = rows[rows["rank"] == 1]["error_percent"]
    np.testing.assert_array_equal(table["best_of_n_error_percent"], best)
    sentence = measure.ranked_sentence(rows, target)
    assert f"best of 3 drawn by mixture_statistics misses by {best.mean():.1f} %" in sentence
    nearest = table["nearest_error_percent"].mean()
    verdict = "design" if best.mean() < nearest else "retrieval"
    assert f"by {nearest:.1f} %: {verdict} comes nearer" in sentence
    assert ("For the 1 within" in sentence) == (target == "c11")  # 80 GPa is outside
    rest["target"] = "normal" if target == "c11" else "c11"
    with pytest.raises(InputError, match="give weights of target"):
        rank(weights=tmp_path / "w.safetensors", ranked=tmp_path / "none.parquet", **rest)


def test_without_wanted_values_the_training_structures_give_them(pair):
    """Eight quantiles from 5 to 95 % of their C11, of three digits; test structures have no say."""
    paths = {name: pair[name] for name in ("table", "stiffness", "splits")}
    found = wanted_of("c11", **paths, options=InverseOptions(), seed=0).values_gpa[:, 0]
    training = read_table(pair["splits"]).query("split == 'train'")["structure"]
    known = read_table(pair["stiffness"]).set_index("structure").loc[training, "c11_gpa"]
    np.testing.assert_allclose(found[[0, 7]], known.quantile([0.05, 0.95]), rtol=5e-3)
    assert found.tolist() == [float(f"{value:.3g}") for value in found]
    assert (len(found), (np.diff(found) > 0).all()) == (8, True)


def test_the_papers_values_are_for_its_material():
    """Only where nothing is named, and phases, widths and fractions are the paper's."""
    ours = CompositeOptions()
    assert ours.papers_material
    assert ours.resolved().inverse.c11_gpa == (20, 25, 30, 35, 40, 50, 60, 80)
    assert ours.resolved().anneal.c11_gpa == (35,)
    named = CompositeOptions(anneal=AnnealOptions(c11_gpa=(50.0,))).resolved()
    assert (named.anneal.c11_gpa, named.inverse.c11_gpa[0]) == ((50,), 20)
    own = {"source": "structures", "structures": {"stack": "a.npy", "phases": "p.csv"}}
    changed = [{"young_gpa": [2.4, 60]}, {"poisson": [0.3, 0.2]}, {"sigmas_voxels": [1, 3]}]
    changed += [{"volume_fraction_range": [0.2, 0.75]}]
    for data in (own, *({"simulated": values} for values in changed)):
        other = CompositeOptions.model_validate({"data": data})
        assert not other.papers_material
        assert other.resolved() == other
    larger = CompositeOptions.model_validate({"data": {"simulated": {"edge_voxels": 51}}})
    assert larger.papers_material


def test_weights_of_another_network_are_refused(pair, untrained, tmp_path):
    """Weights that are not the model's, or of another target, are named."""
    untrained("gaussian", NORMAL, tmp_path / "g.safetensors")
    unused = dict.fromkeys(("candidates", "proposed", "references"), tmp_path / "none")
    for target, model in (("c11", "gaussian"), ("normal", "mixture")):
        with pytest.raises(InputError, match=f"give the weights of {model} of target {target}"):
            infer(
                target=target,
                models=(model,),
                weights=(tmp_path / "g.safetensors",),
                **pair,
                **unused,
            )


def test_options_that_do_not_act_are_forgotten():
    """Vectors rerun nothing of C11, and wanted C11 nothing of vectors; only ranking draws."""
    options = InverseOptions(c11_gpa=(30.0,), vectors=3, draws=2, candidates=5)
    assert options.inferred("c11") == InverseOptions(c11_gpa=(30.0,), draws=2)
    assert options.inferred("normal") == InverseOptions(vectors=3, draws=2)
    assert options.ranked("normal") == InverseOptions(vectors=3, draws=2, candidates=5)
    with pytest.raises(ValueError, match="listed twice"):
        InverseOptions(c11_gpa=(30.0, 30.0))


def candidates():
    """Make answers of one mixture for 20 and 40 GPa: component 0 is likelier, 1 nearer at 40."""
    return pd.DataFrame(
        {
            "model": "mixture",
            "prior": "joint",
            "component": [0, 0, 1, 1],
            "instance": [0, 1, 0, 1],
            "weight": [0.9, 0.6, 0.1, 0.4],
            "inside": [True, False, True, False],
            "wanted_c11_gpa": [20.0, 40.0, 20.0, 40.0],
            "c11_gpa": [22.0, 20.0, 30.0, 44.0],
            "volume_fraction": [0.3, 0.4, 0.6, 0.7],
            "error_percent": [10.0, 50.0, 50.0, 10.0],
        }
    )


def test_errors_over_components():
    """All components, the likeliest and the nearest are told apart; R² is of achieved values."""
    (row,) = measure.summary(candidates(), "c11", simulated=True).to_dict("records")
    assert (row["components"], row["instances"], row["inside"]) == (2, 2, 1)
    assert row["error_percent"] == 30
    assert row["likeliest_error_percent"] == 30
    assert row["better_error_percent"] == 10
    assert row["r2"] == pytest.approx(1 - (100 + 16 + 4 + 400) / 400)
    assert (row["paper_error_percent"], row["paper_r2"]) == (16.0, 0.97)
    own = measure.summary(candidates(), "c11", simulated=False)
    assert own[["paper_error_percent", "paper_r2"]].isna().all(axis=None)


def test_fractions_stand_beside_the_papers():
    """Components are numbered from 1; the paper's values are Table 6's."""
    table = measure.volume_fractions(candidates(), simulated=True)
    assert table["component"].tolist() == [1, 1, 2, 2]
    assert table["wanted_c11_gpa"].tolist() == [20, 40, 20, 40]
    assert table["volume_fraction"].tolist() == [0.3, 0.4, 0.6, 0.7]
    assert table["paper_volume_fraction"].tolist() == [0.32, 0.44, 0.61, 0.65]
    other = measure.volume_fractions(candidates().assign(wanted_c11_gpa=21.0), simulated=True)
    assert other["paper_volume_fraction"].isna().all()


def test_errors_by_component_of_the_stiffness():
    """Each property has its own mean error, and the paper's of Table 10."""
    rows = candidates()
    for place, name in enumerate(NORMAL):
        rows[f"wanted_{name}"], rows[name] = 10.0, [10.0, 10, 10 + place, 10 - place]
    table = measure.component_errors(rows, simulated=True).set_index("property")
    np.testing.assert_allclose(table["error_percent"], 5.0 * np.arange(6))
    assert (table["likeliest_error_percent"] == 0).all()
    assert table["paper_error_percent"][["c11_gpa", "c33_gpa"]].tolist() == [13, 9]
