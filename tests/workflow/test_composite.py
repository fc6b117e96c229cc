"""The composite study, run as a user runs it, on structures of nine voxels."""

import re
from html import unescape

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.mechanics import effective_stiffness
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.structures.properties import NORMAL, POSITIONS

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("composite")]
RESULTS = "results/tests/composite"
CONFIG = ("--configfile", "tests/config.yaml")

SECTION = {"inverse_section", "report"}
FORWARD = {"forward_accuracy", "forward_section", "report"}
LOCAL = {"localization_train", "localization_evaluate", "localization_section", "report"}
TIMED = {"localization_measure_speed", *LOCAL}
DESIGN = {f"design_{name}" for name in ("refine", "certify", "section")} | {"report"}
FAMILIES = {f"families_{name}" for name in ("apply", "rebuild", "section")}
INVERSE = SECTION | {f"inverse_{name}" for name in ("infer", "separate", "choose")}
ANNEAL = SECTION | {"inverse_anneal"}
TRIALS = {f"trials_{name}" for name in ("train", "measure", "gather", "section")}
TRAINING = {f"networks_{name}" for name in ("train", "predict", "encode", "reconstruct", "section")}
AFTER_TRAINING = TRAINING | FORWARD | TRIALS | INVERSE | ANNEAL | DESIGN | FAMILIES
AFTER_SOLVER = (
    AFTER_TRAINING
    | TIMED
    | {"forward_baselines", "structures_section", "design_hold_out"}
    | {f"structures_{name}" for name in ("solve", "merge_stiffness", "merge_fields")}
)


def rules(names):
    """Write stages as the names of their rules; the report's is that of every study."""
    return {name if name == "report" else f"composite_{name}" for name in names}


def test_everything_a_run_promises_is_there(composite):
    """Every figure, and pages that say what the data are and what reproduced."""
    made = composite.folder / RESULTS
    html = (made / "report.html").read_text()
    for sentence in ("simulated: no value in it was measured", "Table 1", "Table 6", "Table 10"):
        assert sentence in html
    figures = list(made.glob("*/figures/*.png"))
    assert len(figures) == html.count("data:image/png") == 24
    assert len(list((made / "evidence").glob("*.png"))) == 24
    logs = {path.relative_to(made / "logs").with_suffix("") for path in made.glob("logs/**/*.log")}
    benchmarks = {
        path.relative_to(made / "benchmarks").with_suffix("")
        for path in made.glob("benchmarks/**/*.tsv")
    }
    assert logs == benchmarks
    assert f"Report: {RESULTS}/report.html" in (composite.folder / "run.log").read_text()


def test_only_tables_that_are_used_are_made_of_networks(composite):
    """Predictions of what forward compares; latents of baselines, figures and the search."""
    networks = composite.folder / RESULTS / "networks"

    def trainings(file):
        return {str(path.parent.relative_to(networks)) for path in networks.rglob(file)}

    c11 = {"cnn", "cnn_augmented", "gaussian", "mixture_statistics"}
    forward = {f"all/c11/{name}/run{run}" for name in c11 for run in (0, 1)}
    forward |= {f"all/normal/mixture_statistics/run{run}" for run in (0, 1)}
    plain = {"all/none/vae/run0", "all/none/vae/run1"}
    design = {
        f"pair/c11/{name}/run{run}" for name in ("mixture", "mixture_statistics") for run in (0, 1)
    }
    design |= {"pair/c11/cnn/run0", "large_pair/c11/mixture/run0"}
    design |= {
        f"{name}/normal/mixture_statistics/run{run}"
        for name in ("pair", "held_out")
        for run in (0, 1)
    }
    design |= {f"held_out/c11/mixture_statistics/run{run}" for run in (0, 1)}
    families = {
        f"{name}/c11/{network}/run0"
        for name in ("all", "fibres")
        for network in ("cnn", "mixture_convolved")
    }
    assert trainings("weights.safetensors") == forward | design | plain | families
    assert trainings("predictions.parquet") == forward
    assert trainings("latents.parquet") == plain | {
        "all/c11/gaussian/run0",
        "all/c11/mixture_statistics/run0",
        "pair/c11/mixture/run0",
        "pair/c11/mixture_statistics/run0",
    }


def test_candidates_are_what_the_tables_say(composite):
    """Volume fractions of the stored candidates are those of their rows, and all are solved."""
    for place in ("pair/c11/run0", "pair/normal/run1", "large_pair/c11/run0"):
        folder = composite.folder / RESULTS / "inverse" / place
        rows = read_table(folder / "candidates.parquet")
        stored = read_values(open_store(folder / "structures.zarr"), "phase")
        np.testing.assert_allclose(stored.mean(axis=(1, 2, 3)), rows["volume_fraction"])
        assert (rows["c11_gpa"] > 0).all()


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"structures": {"solver": {"tolerance": 1e-3}}}, AFTER_SOLVER),
        ({"networks": {"statistics": {"learning_rate": 0.1}}}, AFTER_TRAINING),
        (
            {"networks": {"ablation": {"steps": 4}}},
            {"networks_ablate", "networks_section", "trials_section", "report"},
        ),
        ({"localization": {"fno": {"width": 3}}}, TIMED),
        ({"inverse": {"draws": 3}}, SECTION | DESIGN | {"inverse_choose"}),
        ({"design": {"candidates": 3}}, DESIGN),
        ({"inverse": {"annealing": {"starts": 2}}}, ANNEAL),
        ({"structures": {"stack": {"array": "mine"}}}, set()),  # not the source
    ],
)
def test_changing_an_option_reruns_what_is_downstream_of_it(composite, change, touched):
    """An option is a parameter of its own stage, and of the section that names it."""
    overlay = composite.overlay("change.yaml", {"composite": change})
    assert composite.planned("composite", *CONFIG, overlay) == rules(touched)


def test_changing_our_loss_trains_no_network_of_the_papers(composite):
    """Options of the other networks stay as they are."""
    change = {"networks": {"statistics": {"learning_rate": 0.1}}}
    overlay = composite.overlay("change.yaml", {"composite": change})
    planned = composite.snakemake("-n", "composite", *CONFIG, overlay).stdout
    trained = set(re.findall(r"logs/(?:networks|trials)/(\S+)/run\d/train.log", planned))
    assert trained
    assert all(RECIPES[name.split("/")[-1]].statistics for name in trained)


def test_users_structures_become_a_report(checkout):
    """A stack of another material, its stiff phase 0, makes a page of its own without the paper."""
    rng = np.random.default_rng(0)
    # two structures of each specimen, and the stack sorted by it
    stack = np.stack(
        [
            1 - simulate_composite(9, [(1, 1, 3), (3, 1, 1), (2, 2, 2)][i // 8], fraction, rng)
            for i, fraction in enumerate(rng.uniform(0.3, 0.7, 24))
        ]
    )
    np.save(checkout.folder / "stack.npy", stack)
    moduli = pd.DataFrame({"phase": [0, 1], "young_gpa": [70.0, 3.0], "poisson": [0.22, 0.35]})
    moduli.to_csv(checkout.folder / "phases.csv", index=False)
    named = {"structure": range(24), "specimen": [f"sample {i // 2}" for i in range(24)]}
    pd.DataFrame(named).to_csv(checkout.folder / "table.csv", index=False)
    files = {"file": "stack.npy", "phases": "phases.csv", "table": "table.csv"}
    ours = ["mixture_statistics"]
    composite = {
        "structures": {"source": "stack", "stack": files, "split": {"runs": 1}},
        "forward": {"models": {"c11": ["cnn", *ours], "normal": ours}},
        "inverse": {"models": {"c11": ours, "normal": ours}, "c11_gpa": None},
        "localization": {"structures": None, "models": {"strain": ["fno"], "stress": []}},
        "trials": {kind: {"networks": []} for kind in ("search", "latent", "components", "spread")},
        "design": {"held_out": None},
    }
    overlay = checkout.overlay("own.yaml", {"run": "own", "composite": composite})
    run = checkout.snakemake("--cores", "2", "composite", *CONFIG, overlay)
    assert run.returncode == 0, run.stdout

    made = checkout.folder / "results/own/composite"
    page = unescape((made / "report.html").read_text())
    assert "rests on 24 structures of 12 specimens from stack.npy" in page
    assert "70 GPa" in page
    assert page.count("data:image/png") == len(list(made.glob("*/figures/*.png")))
    for papers in (
        *("that are simulated", "The paper's values", "The paper's own", "<td>paper</td>"),
        *("The paper: about", "diamonds: the paper", "8,900", "5,300", "74.49 %"),
        *("The paper's mixture", "report gives", "the report's"),
    ):
        assert papers not in page.split("<h2>Provenance</h2>")[0], papers
    sets = {path.parent.name for path in (made / "structures").glob("*/structures.zarr")}
    assert sets == {"all"}

    # ids are exchanged, and the stiffness is that of the structures as they were given
    rows = read_table(made / "structures/all/stiffness.parquet")
    assert rows["structure"].tolist() == [str(i) for i in range(24)]
    for place in (0, 13):
        solved = effective_stiffness(stack[place], [70, 3], [0.22, 0.35])
        expected = [solved[at] for at in POSITIONS]
        np.testing.assert_allclose(rows[list(NORMAL)].iloc[place], expected, rtol=1e-5)
    searched = read_table(made / "inverse/annealing/mixture_statistics/searches.parquet")[
        "wanted_c11_gpa"
    ]
    assert searched.between(rows["c11_gpa"].min(), rows["c11_gpa"].max()).all()


def test_a_bad_stack_is_one_sentence(checkout):
    """The sentence names the file and the remedy, and nothing is left half made."""
    np.save(checkout.folder / "stack.npy", np.zeros((12, 9, 9, 9)))
    (checkout.folder / "phases.csv").write_text("phase,young_gpa,poisson\n0,2.4,0.3\n1,120,0.3\n")
    stack = {"source": "stack", "stack": {"file": "stack.npy", "phases": "phases.csv"}}
    overlay = checkout.overlay("own.yaml", {"run": "own", "composite": {"structures": stack}})
    run = checkout.snakemake("--cores", "1", "composite", "--configfile", overlay)
    assert run.returncode != 0
    assert "stack.npy" in run.stdout
    assert "integers" in run.stdout
    assert "Traceback" not in run.stdout
    assert not (checkout.folder / "results/own/composite/structures/all/structures.zarr").exists()
