"""The composite study, run as a user runs it, on structures of nine voxels."""

import re

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("composite")]
RESULTS = "results/tests/composite"
CONFIG = ("--configfile", "tests/config.yaml")

FIGURES = {"forward_figures", "report"}
AFTER_FORWARD = FIGURES | {"forward_accuracy"}
LOCAL = {"train_localizer", "evaluate_localizers", "localization_figures", "report"}
INVERSE = {"infer", "inverse_figures", "report"}
ANNEAL = {"anneal", "annealing_figures", "report"}
TRAINING = {"train_autoencoder", "train_regressor", "train_vae"}
AFTER_TRAINING = TRAINING | AFTER_FORWARD | INVERSE | ANNEAL | {"baselines", "reconstructions"}
AFTER_SOLVER = (
    AFTER_TRAINING | LOCAL | {"solve_shard", "merge_stiffness", "merge_strain", "structure_figures"}
)


def rules(names):
    """Write stages as the names of their rules."""
    return {f"composite_{name}" for name in names}


def test_everything_a_run_promises_is_there(composite):
    """Every figure, and a page that says what the data are and what reproduced."""
    made = composite.folder / RESULTS
    html = (made / "report.html").read_text()
    for said in ("simulated: no value in it was measured", "Table 1", "Table 6", "Table 10"):
        assert said in html
    figures = list((made / "figures").glob("*.png"))
    assert len(figures) == html.count("data:image/png") == 15
    logs = {path.stem for path in made.glob("logs/**/*.log")}
    assert logs == {path.stem for path in made.glob("benchmarks/**/*.tsv")}
    assert f"Report: {RESULTS}/report.html" in (composite.folder / "run.log").read_text()


def test_candidates_are_what_the_tables_say(composite):
    """Volume fractions of the stored candidates are those of their rows, and all are solved."""
    for target in ("c11", "normal"):
        folder = composite.folder / RESULTS / "inverse" / target
        rows = read_table(folder / "candidates.parquet")
        stored = read_values(open_store(folder / "structures.zarr"), "phase")
        np.testing.assert_allclose(stored.mean(axis=(1, 2, 3)), rows["volume_fraction"])
        assert (rows["c11_gpa"] > 0).all()


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"solver": {"tolerance": 1e-3}}, AFTER_SOLVER),
        ({"networks": {"statistics": {"learning_rate": 0.1}}}, AFTER_TRAINING - {"train_vae"}),
        ({"localization": {"fno": {"width": 3}}}, LOCAL),
        ({"inverse": {"draws": 3}}, INVERSE),
        ({"anneal": {"starts": 2}}, ANNEAL),
        ({"data": {"structures": {"array": "mine"}}}, set()),  # not the source
    ],
)
def test_changing_an_option_reruns_what_is_downstream_of_it(composite, change, touched):
    """An option is a parameter of its own stage only; the report alone records them all."""
    overlay = composite.overlay("change.yaml", {"composite": change})
    planned = composite.planned("composite", *CONFIG, overlay)
    if touched and "statistics" in str(change):
        # what depends on no network of ours stays
        planned_networks = composite.snakemake("-n", "composite", *CONFIG, overlay).stdout
        trained = set(re.findall(r"logs/networks/(\S+)/run0.log", planned_networks))
        assert trained
        assert all("statistics" in name or "augmented" in name for name in trained)
        touched = touched - {"baselines"}
    assert planned == rules(touched)


def test_users_structures_take_the_same_path(composite):
    """The simulated stack, given as one's own with ids exchanged, has the same stiffness."""
    made, own = composite.folder / RESULTS / "sets/all", composite.folder / "own"
    own.mkdir()
    np.save(own / "stack.npy", 1 - read_values(open_store(made / "structures.zarr"), "phase"))
    moduli = pd.DataFrame({"phase": [0, 1], "young_gpa": [120.0, 2.4], "poisson": [0.3, 0.3]})
    moduli.to_csv(own / "phases.csv", index=False)
    files = {"stack": "own/stack.npy", "phases": "own/phases.csv"}
    data = {"source": "structures", "structures": files}
    overlay = composite.overlay("own.yaml", {"run": "own", "composite": {"data": data}})
    target = "results/own/composite/sets/all/stiffness.parquet"
    run = composite.snakemake("--cores", "2", target, *CONFIG, overlay)
    assert run.returncode == 0, run.stdout
    one, two = (
        read_table(path) for path in (made / "stiffness.parquet", composite.folder / target)
    )
    np.testing.assert_allclose(one.iloc[:, 1:], two.iloc[:, 1:])
    planned = composite.planned("composite", *CONFIG, overlay)
    assert "composite_infer" in planned  # inverse design learns from all structures
    assert "composite_simulate" not in planned


def test_a_bad_stack_is_one_sentence(checkout):
    """The sentence names the file and the remedy, and nothing is left half made."""
    np.save(checkout.folder / "stack.npy", np.zeros((12, 5, 5, 5)))
    (checkout.folder / "phases.csv").write_text("phase,young_gpa,poisson\n0,2.4,0.3\n1,120,0.3\n")
    data = {"source": "structures", "structures": {"stack": "stack.npy", "phases": "phases.csv"}}
    overlay = checkout.overlay("own.yaml", {"run": "own", "composite": {"data": data}})
    run = checkout.snakemake("--cores", "1", "composite", "--configfile", overlay)
    assert run.returncode != 0
    assert "stack.npy" in run.stdout
    assert "integers" in run.stdout
    assert "Traceback" not in run.stdout
    assert not (checkout.folder / "results/own/composite/sets/all/structures.zarr").exists()
