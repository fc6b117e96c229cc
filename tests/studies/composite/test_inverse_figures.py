"""Figures of structures, inverse design and annealing."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.pages import read_figure
from pspflow.io.tables import read_table, write_table
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.anneal_figures import best_random, searches_figure
from pspflow.studies.composite.inverse_figures import (
    candidates_figure,
    error_figure,
    real_rows,
    shown,
    spread,
)
from pspflow.studies.composite.inverse_show import annealing_figures, inverse_figures
from pspflow.studies.composite.properties import NORMAL
from pspflow.studies.composite.reconstruct import reconstructions, several
from pspflow.studies.composite.structure_show import alike_pair, structure_figures
from pspflow.studies.composite.structures import phase_table, write_structures

EDGE, COUNT = 9, 20
ORIGIN = Provenance.of("test", {})
KINDS = ("1-3-3", "3-1-1")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Write a set of two morphologies whose stiffness is made up."""
    folder = tmp_path_factory.mktemp("composite")
    rng = np.random.default_rng(0)
    fractions = rng.uniform(0.3, 0.7, COUNT)
    widths = [(1, 3, 3), (3, 1, 1)]
    made = [simulate_composite(EDGE, widths[i % 2], v, rng) for i, v in enumerate(fractions)]
    write_structures(folder / "structures.zarr", made, COUNT, EDGE, ORIGIN)
    names = [f"s{i}" for i in range(COUNT)]
    kinds = [KINDS[i % 2] for i in range(COUNT)]
    frame = {"structure": names, "specimen": names, "morphology": kinds}
    table = pd.DataFrame({**frame, "volume_fraction": fractions})
    write_table(folder / "structures.parquet", table, ORIGIN)
    write_table(folder / "phases.parquet", phase_table((2.4, 120), (0.3, 0.3)), ORIGIN)
    solved = {name: 80 * fractions * (1 + np.arange(COUNT) % 2) for name in NORMAL}
    write_table(folder / "stiffness.parquet", pd.DataFrame({"structure": names, **solved}), ORIGIN)
    splits = [["train", "validation", "test"][i // 2 % 3] for i in range(COUNT)]
    rows = pd.DataFrame({"run": 0, "structure": names, "split": splits})
    write_table(folder / "splits.parquet", rows, ORIGIN)
    return folder, np.stack(made)


def candidate_table(wanted=("c11_gpa",), count=3):
    """Make up candidates of the paper's two models, one and two components."""
    rows = []
    for model, components in (("gaussian", 1), ("mixture", 2)):
        for prior in ("joint", "refitted"):
            for component in range(components):
                for instance in range(count):
                    asked = {f"wanted_{name}": 20.0 + 10 * instance for name in wanted}
                    got = dict.fromkeys(NORMAL, 22.0 + 10 * instance + component)
                    row = {"model": model, "prior": prior, "component": component}
                    row |= {"instance": instance, "weight": 0.95 - 0.9 * component}
                    row |= {"inside": instance < 2, "volume_fraction": 0.4, "error_percent": 8.0}
                    rows.append({**row, **asked, **got})
    return pd.DataFrame(rows)


def reference_table(kinds=KINDS, count=3):
    """Make up one real structure of each morphology and instance."""
    rows = [
        {"instance": i, "structure": f"s{j}", "position": j, "morphology": kind}
        | dict.fromkeys(NORMAL, 21.0 + 10 * i - j)
        for i in range(count)
        for j, kind in enumerate(kinds)
    ]
    return pd.DataFrame(rows)


def search_table(values=(30.0, 50.0)):
    """Make up two random searches and an inferred one for each value."""
    rows = []
    for instance, value in enumerate(values):
        for kind, number, told, got in (
            ("random", 0, value + 5, value + 1),
            ("random", 1, value + 2, value + 9),
            ("inferred", 0, value + 1, value + 2),
        ):
            row = {"instance": instance, "wanted_c11_gpa": value, "start": kind, "number": number}
            row |= {"evaluations": 11, "told_c11_gpa": told, "c11_gpa": got}
            row |= {"error_percent": 100 * (got - value) / value, "volume_fraction": 0.5}
            rows.append({**row, "start_c11_gpa": value + 20})
    return pd.DataFrame(rows)


def captions(figure):
    """Return what stands under the cubes of a figure."""
    return [axes.get_xlabel() for axes in figure.axes if axes.get_images()]


def test_the_pair_is_the_most_unlike_of_equal_stiffness():
    """It is what trying all pairs of two morphologies finds."""
    rng = np.random.default_rng(1)
    columns = {"volume_fraction": rng.uniform(size=60), "c11_gpa": rng.uniform(10, 100, 60)}
    rows = pd.DataFrame({**columns, "morphology": rng.choice(["a", "b", "c"], 60)}, np.arange(60))
    best = {}
    for i, one in rows.iterrows():
        for j, two in rows.iterrows():
            alike = one["c11_gpa"] <= two["c11_gpa"] <= 1.03 * one["c11_gpa"]
            if alike and one["morphology"] != two["morphology"]:
                best[i, j] = abs(one["volume_fraction"] - two["volume_fraction"])
    expected = max(best, key=best.get)
    found = alike_pair(rows)
    assert set(found) == set(expected)
    first, second = rows.loc[list(found), "volume_fraction"]
    assert first > second


def test_there_is_no_pair_where_morphologies_do_not_overlap():
    """Without morphologies, any two structures do."""
    rows = pd.DataFrame({"volume_fraction": [0.3, 0.6, 0.5], "c11_gpa": [10.0, 10.1, 30.0]})
    assert alike_pair(rows.assign(morphology=["a", "a", "b"])) is None
    assert alike_pair(rows.assign(morphology="")) == (1, 0)


def test_cubes_are_those_of_the_candidates(data):
    """A row a shown model, prior and component, a column a target; captions say what they are."""
    rows = candidate_table()
    ids = np.zeros((len(rows), EDGE, EDGE, EDGE), np.uint8)
    figure = candidates_figure(rows, ids, reference_table(), dict(enumerate(data[1])))
    under = captions(figure)
    assert len(under) == 3 * (2 + 1 + 2)
    assert under[6:9] == ["22.0 GPa\n$v$ = 0.40", "32.0 GPa\n$v$ = 0.40", "42.0 GPa\n$v$ = 0.40"]
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == ["20 GPa", "30 GPa", "beyond data\n40 GPa"]


def test_captions_of_vectors_say_the_error(data):
    """Six numbers would not fit under a cube."""
    rows, known = candidate_table(NORMAL, 1), reference_table(KINDS[:1], 1)
    ids = np.zeros((len(rows), EDGE, EDGE, EDGE), np.uint8)
    under = captions(candidates_figure(rows, ids, known, dict(enumerate(data[1]))))
    assert under[1] == "error 8 %\n$v$ = 0.40"
    assert all(caption.startswith("$v$") for caption in under[:1])


def test_rows_of_the_papers_and_ours_are_shown_where_there_are_any():
    """Other networks alone are shown as they are."""
    assert shown(candidate_table()) == [("gaussian", "joint"), ("mixture", "joint")]
    other = pd.DataFrame({"model": ["gaussian_statistics"], "prior": ["joint"]})
    assert shown(other) == [("gaussian_statistics", "joint")]


@pytest.mark.parametrize(("kinds", "rows"), [(KINDS, 2), (("a", "b", "c"), 1), (("",), 1)])
def test_real_structures_have_few_rows(data, kinds, rows):
    """Two morphologies have a row each; of more, the nearest structure stands."""
    wanted = pd.Series([21.0, 31.0, 41.0])
    found = real_rows(reference_table(kinds), dict(enumerate(data[1])), wanted)
    assert len(found) == rows
    assert found[0][1][1].caption.startswith("31.0 GPa")


def test_many_targets_are_thinned_evenly():
    """First and last stay."""
    assert spread(range(4), 10) == [0, 1, 2, 3]
    assert spread(range(21), 5) == [0, 5, 10, 15, 20]


def test_the_papers_error_is_shown_for_its_material_alone():
    """The dashed line is for simulated structures."""
    for percent, count in ((16.0, 1), (None, 0)):
        figure = error_figure(candidate_table(), percent)
        dashed = [line for line in figure.axes[0].get_lines() if line.get_linestyle() == "--"]
        assert len(dashed) == count


def test_the_best_search_is_chosen_without_the_solver(data):
    """What the objective calls best may be worse when solved: searches know the objective only."""
    searches = search_table()
    assert list(best_random(searches)["number"]) == [1, 1]
    known = reference_table(count=2)
    figure = searches_figure(searches, data[1][:6], known, dict(enumerate(data[1])))
    assert sum(caption.startswith("39.0 GPa") for caption in captions(figure)) == 1


def test_inverse_stage_records_what_it_drew(data, tmp_path):
    """Both figures are written; their provenance names the inputs."""
    folder, made = data
    rows = candidate_table(count=1)
    write_table(tmp_path / "candidates.parquet", rows, ORIGIN)
    write_table(tmp_path / "references.parquet", reference_table(count=1), ORIGIN)
    with new_store(tmp_path / "proposed.zarr", ORIGIN) as group:
        put_array(group, "phase", made[: len(rows)], ("candidate", "x", "y", "z"), "1")
    inverse_figures(
        target="c11",
        candidates=tmp_path / "candidates.parquet",
        proposed=tmp_path / "proposed.zarr",
        references=tmp_path / "references.parquet",
        structures=folder / "structures.zarr",
        cubes=tmp_path / "cubes.png",
        errors=tmp_path / "errors.png",
    )
    assert fingerprint(tmp_path / "proposed.zarr").encode() in read_figure(tmp_path / "cubes.png")
    assert fingerprint(tmp_path / "candidates.parquet").encode() in read_figure(
        tmp_path / "errors.png"
    )


def test_annealing_stage_takes_instances_as_they_are_numbered(data, tmp_path):
    """Real structures are found by the wanted C11, whatever its instance is called."""
    folder, made = data
    searches = search_table((30.0,))
    searches["instance"] += 3
    write_table(tmp_path / "searches.parquet", searches, ORIGIN)
    rng = np.random.default_rng(0)
    with new_store(tmp_path / "searches.zarr", ORIGIN) as group:
        put_array(group, "phase", made[:3], ("search", "x", "y", "z"), "1")
        for name in ("start", "best"):
            places = rng.normal(size=(3, 4)).astype(np.float32)
            put_array(group, name, places, ("search", "latent"), "1")
    codes = pd.DataFrame(rng.normal(size=(COUNT, 4)), columns=[f"z{i}" for i in range(4)])
    codes.insert(0, "structure", [f"s{i}" for i in range(COUNT)])
    write_table(tmp_path / "latents.parquet", codes, ORIGIN)
    annealing_figures(
        searches=tmp_path / "searches.parquet",
        found=tmp_path / "searches.zarr",
        structures=folder / "structures.zarr",
        table=folder / "structures.parquet",
        stiffness=folder / "stiffness.parquet",
        splits=folder / "splits.parquet",
        latents=tmp_path / "latents.parquet",
        cubes=tmp_path / "cubes.png",
        errors=tmp_path / "errors.png",
        simulated=True,
    )
    assert fingerprint(tmp_path / "latents.parquet").encode() in read_figure(
        tmp_path / "errors.png"
    )
    assert (tmp_path / "cubes.png").exists()


def test_structure_stage_draws_the_set(data, tmp_path):
    """It takes tables and structures as the other stages leave them."""
    folder, _ = data
    structure_figures(
        structures=folder / "structures.zarr",
        table=folder / "structures.parquet",
        stiffness=folder / "stiffness.parquet",
        alike=tmp_path / "alike.png",
    )
    assert read_figure(tmp_path / "alike.png").startswith(b"\x89PNG")


def test_structures_to_decode_are_of_many_morphologies():
    """Of few morphologies several each, in turn; of many, some that lie apart."""
    few = pd.DataFrame({"morphology": ["b", "b", "a", "a", "a", "a", "b"]})
    assert list(several(few)["morphology"]) == ["a", "b", "a", "b", "a", "b"]
    many = pd.DataFrame({"morphology": [f"{i:02}" for i in range(11)] * 2})
    assert list(several(many)["morphology"]) == ["00", "02", "04", "06", "08", "10"]


def test_reconstructions_are_solved_beside_what_they_are_of(data, untrained, tmp_path):
    """Observed structures keep their stiffness; what networks make of them has its own."""
    folder, _ = data
    weights = tmp_path / "weights.safetensors"
    untrained("mixture_statistics", ["c11_gpa"], weights)
    outputs = {"reconstructed": tmp_path / "rows.parquet", "figure": tmp_path / "figure.png"}
    reconstructions(
        models=("mixture_statistics",),
        weights=(weights,),
        structures=folder / "structures.zarr",
        table=folder / "structures.parquet",
        phases=folder / "phases.parquet",
        stiffness=folder / "stiffness.parquet",
        splits=folder / "splits.parquet",
        **outputs,
    )
    rows = read_table(outputs["reconstructed"])
    assert list(rows["model"].unique()) == ["observed", "mixture_statistics"]
    observed = rows[rows["model"] == "observed"].set_index("structure")
    known = read_table(folder / "stiffness.parquet").set_index("structure")
    pd.testing.assert_series_equal(observed["c11_gpa"], known.loc[observed.index, "c11_gpa"])
    made = rows[rows["model"] != "observed"]
    assert made[list(NORMAL)].gt(0).all(axis=None)
    assert outputs["figure"].exists()
