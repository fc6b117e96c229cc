"""Stage: annealing from random and from inferred latents."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite.inverse.comparisons import search_summary
from pspflow.studies.composite.inverse.latent_search import Start, sampler
from pspflow.studies.composite.inverse.options import AnnealingOptions
from pspflow.studies.composite.inverse.stages.anneal import anneal
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.studies.composite.structures.sets import phase_table

ORIGIN = Provenance("test", {}, None, {})
OPTIONS = AnnealingOptions(c11_gpa=(25.0, 40.0), starts=2, iterations=12, inferred_iterations=4)
LATENTS = np.random.default_rng(0).normal([0, 1, 0, -1], [1, 2, 0.5, 1], (40, 4))


@pytest.fixture
def paths(untrained, tmp_path):
    """Write what the stage reads; return its paths."""
    files = {name: tmp_path / f"{name}.safetensors" for name in ("weights", "objective")}
    untrained("mixture_statistics", C11, files["weights"])
    untrained("cnn", C11, files["objective"])
    files |= {name: tmp_path / f"{name}.parquet" for name in ("latents", "phases", "stiffness")}
    table = pd.DataFrame(LATENTS, columns=[f"z{i}" for i in range(4)])
    names = [f"s{place}" for place in range(len(table))]
    split = ["train"] * 30 + ["test"] * 10
    write_table(files["latents"], table.assign(structure=names, split=split), ORIGIN)
    solved = pd.DataFrame({"structure": names, "c11_gpa": np.linspace(20, 59, 40)})
    write_table(files["stiffness"], solved, ORIGIN)
    write_table(files["phases"], phase_table([2.4, 120.0], [0.3, 0.3]), ORIGIN)
    return files


def run(paths, folder, threads=1, options=OPTIONS):
    """Anneal; return the table and the store of the searches."""
    out = {"searches": folder / "searches.parquet", "proposed": folder / "searches.zarr"}
    solver = SolutionOptions(tolerance=1e-3)
    anneal(**paths, **out, options=options, solver=solver, threads=threads)
    return read_table(out["searches"]), open_store(out["proposed"])


def test_the_stage_solves_starts_and_ends(paths, untrained, tmp_path):
    """One row per search; what is solved is what is stored, whatever the number of threads."""
    rows, store = run(paths, tmp_path / "one")
    assert rows[["instance", "start", "number"]].to_records(index=False).tolist() == [
        (instance, start, number)
        for instance in range(2)
        for start in ("random", "inferred")
        for number in range(2)
    ]
    assert rows["wanted_c11_gpa"].tolist() == [25.0] * 4 + [40.0] * 4
    assert rows["evaluations"].tolist() == [13, 13, 5, 5] * 2
    ids = read_values(store, "phase")
    np.testing.assert_allclose(rows["volume_fraction"], ids.mean(axis=(1, 2, 3)))
    solved = effective_stiffness(ids[3], [2.4, 120], [0.3, 0.3], load_cases=[0])[0, 0]
    assert rows["c11_gpa"][3] == pytest.approx(solved, rel=1e-4)
    predicted = untrained("cnn", C11).predict(ids)[0][:, 0]
    np.testing.assert_allclose(rows["predicted_c11_gpa"], predicted, rtol=1e-5)
    network = untrained("mixture_statistics", C11)
    means = network.prior(np.array([[25.0], [40.0]]), "refitted").means.numpy()
    starts = read_values(store, "start")
    assert starts.dtype == np.float32
    np.testing.assert_allclose(starts[[2, 3, 6, 7]], means.reshape(4, 4), rtol=1e-6)
    first = sampler(network, 0, Start(0, 25.0, True, 0, starts[2]))(starts[2])[0]
    solved = effective_stiffness(first, [2.4, 120], [0.3, 0.3], load_cases=[0])[0, 0]
    assert rows["start_c11_gpa"][2] == pytest.approx(solved, rel=1e-4)
    assert get_array(store, "best").shape == (8, 4)

    again, other = run(paths, tmp_path / "two", threads=2)
    assert (rows["seconds"] > 0).all()
    assert set(rows["model"]) == {"mixture_statistics"}
    assert set(rows["prior"]) == {"refitted"}
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), rows.drop(columns="seconds"))
    np.testing.assert_array_equal(read_values(other, "best"), read_values(store, "best"))

    table = search_summary(rows, papers_material=True).set_index("start")
    assert table["searches"].tolist() == [4, 4]
    assert table["evaluations"].tolist() == [13, 5]
    mine = rows[rows["start"] == "random"]
    best = mine.groupby("instance")["error_percent"].min().mean()
    assert table["best_error_percent"]["random"] == pytest.approx(best)
    assert (table["paper_error_percent"] == 10).all()


def test_without_a_wanted_value_the_training_structures_give_it(paths, tmp_path):
    """It is the median of their C11, to three digits; test structures have no say."""
    options = AnnealingOptions(starts=1, iterations=1, inferred_iterations=1)
    rows, _ = run(paths, tmp_path, options=options)
    assert set(rows["wanted_c11_gpa"]) == {34.5}


def test_networks_of_another_target_are_refused(paths, untrained, tmp_path):
    """What predicts all six components cannot guide a search for one."""
    untrained("cnn", NORMAL, paths["objective"])
    with pytest.raises(InputError, match=r"objective.*give weights of target c11"):
        run(paths, tmp_path)
