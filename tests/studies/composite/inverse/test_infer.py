"""Stage: structures inferred from wanted stiffness."""

import logging

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.io.tables import read_table, table_provenance
from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite.inverse.options import WantedOptions
from pspflow.studies.composite.inverse.stages.infer import infer
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import C11, NORMAL, TARGETS

OPTIONS = WantedOptions(c11_gpa=(30.0, 80.0), vectors=3, draws=2)
SOLVER = SolutionOptions(tolerance=1e-3)


def read_by(pair):
    """Return the paths of the set that the stage reads."""
    return {name: pair[name] for name in ("table", "stiffness", "splits")}


def run(pair, untrained, folder, target, models, seed=0):
    """Infer with untrained networks; return tables of candidates and references, and structures."""
    weights = {model: folder / f"{model}.safetensors" for model in models}
    for model, path in weights.items():
        untrained(model, TARGETS[target], path)
    out = {name: folder / f"{name}.parquet" for name in ("candidates", "references")}
    out["proposed"] = folder / "proposed.zarr"
    infer(
        target=target,
        weights=weights,
        options=OPTIONS,
        solver=SOLVER,
        seed=seed,
        **read_by(pair),
        **out,
    )
    tables = [read_table(out[name]) for name in ("candidates", "references")]
    return *tables, read_values(open_store(out["proposed"]), "phase")


def test_every_component_of_every_prior_answers(pair, untrained, tmp_path, caplog):
    """Rows are model, prior, component and instance; values are those of the structures stored."""
    models = ("gaussian", "mixture_statistics")
    with caplog.at_level(logging.WARNING):
        rows, references, ids = run(pair, untrained, tmp_path, "c11", models)
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
    assert rows["set"].unique().tolist() == ["pair"]
    assert rows["run"].unique().tolist() == [0]
    assert rows["wanted_c11_gpa"].tolist() == [30.0, 80.0] * 6
    whole = effective_stiffness(ids[5], [2.4, 120], [0.3, 0.3])
    expected = [whole[int(name[1]) - 1, int(name[2]) - 1] for name in NORMAL]
    np.testing.assert_allclose(rows.loc[5, list(NORMAL)].astype(float), expected, rtol=1e-4)
    error = 100 * (rows["c11_gpa"] / rows["wanted_c11_gpa"] - 1).abs()
    np.testing.assert_allclose(rows["error_percent"], error)
    predicted = untrained("gaussian", C11).predict(ids[:4])[0][:, 0]
    np.testing.assert_allclose(rows["predicted_c11_gpa"][:4], predicted, rtol=1e-5)

    # 80 GPa is more than any training structure has: one warning, and the target is kept
    assert rows["inside"].tolist() == [True, False] * 6
    warnings = [record.message for record in caplog.records if "outside" in record.message]
    assert len(warnings) == 1
    assert "c11_gpa of 80" in warnings[0]

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
    rows, references, ids = run(pair, untrained, tmp_path, "normal", models)
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
    assert record["stage"] == "composite inverse infer"
    assert record["options"]["target"] == "normal"
    assert record["options"]["solver"]["tolerance"] == SOLVER.tolerance
    assert record == provenance_of(open_store(tmp_path / "proposed.zarr"))
    again, _, same = run(pair, untrained, tmp_path / "again", "normal", models)
    pd.testing.assert_frame_equal(again, rows)
    np.testing.assert_array_equal(same, ids)
    other, *_ = run(pair, untrained, tmp_path / "other", "normal", models, seed=1)
    assert not np.array_equal(other["wanted_c11_gpa"], rows["wanted_c11_gpa"])


def test_weights_of_another_network_are_refused(pair, untrained, tmp_path):
    """The error names the weights that are not the model's, or of another target."""
    untrained("gaussian", NORMAL, tmp_path / "g.safetensors")
    unused = dict.fromkeys(("candidates", "proposed", "references"), tmp_path / "none")
    for target, model in (("c11", "gaussian"), ("normal", "mixture")):
        with pytest.raises(InputError, match=f"give the weights of {model} of target {target}"):
            infer(
                target=target,
                weights={model: tmp_path / "g.safetensors"},
                **read_by(pair),
                **unused,
            )
