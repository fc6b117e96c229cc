"""What runs again: exactly what a change touches, and what follows from it."""

import re

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]
RESULTS = "results/tests/temper"

AFTER_LABELS = {"labels", "label_chart", "report"}
PINET = {"train_pinet", "evaluate_pinet", "pinet_figure"}
JUDGES = {"judge_plausibility", "judge_labels", "transfer_figures", "report"}
AFTER_FLOWS = JUDGES | {"train_flow", "transfer_chips"}
AFTER_MERGE = AFTER_LABELS | PINET | AFTER_FLOWS | {"merge", "figures"}
AFTER_PERSISTENCE = AFTER_MERGE | {"persistence_shard"}
AFTER_GRID = AFTER_PERSISTENCE | {"grid"}
AFTER_CHIPS = AFTER_GRID | {"chips"}
AFTER_SPLIT = AFTER_CHIPS | {"split", "micrographs"}
EVERYTHING = AFTER_SPLIT | {"catalogue", "simulate"}


def rules(names):
    """Write stages as the names of their rules."""
    return {f"temper_{name}" for name in names}


def test_a_finished_run_has_nothing_to_do(finished):
    """Running twice costs nothing."""
    assert finished.planned("temper", "--configfile", "tests/config.yaml") == set()


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"temper": {"labels": {"resamples": 200}}}, AFTER_LABELS),
        ({"temper": {"pinet": {"learning_rate": 0.1}}}, PINET | {"report"}),
        ({"temper": {"flows": {"learning_rate": 0.1}}}, AFTER_FLOWS),
        ({"temper": {"flows": {"topology_weight": {"exact": 0.1}}}}, AFTER_FLOWS),
        ({"temper": {"transfer": {"resamples": 200}}}, JUDGES),
        ({"temper": {"transfer": {"chips_per_specimen": 8}}}, JUDGES | {"transfer_chips"}),
        ({"temper": {"persistence": {"sigma": 20.0}}}, AFTER_GRID),
        ({"temper": {"chips": {"stride_px": 16}}}, AFTER_CHIPS),
        ({"temper": {"split": {"by": "region"}}}, AFTER_SPLIT),
        (
            {"temper": {"data": {"scale": {"pixel_size_um": 0.1}}}},
            EVERYTHING - {"simulate"},
        ),
        ({"temper": {"data": {"simulated": {"specimens": 7}}}}, EVERYTHING),
        ({"temper": {"chips": {"redundancy": 2.0}}}, set()),  # the placement is a grid
        ({"temper": {"flows": {"blocks": 7}}}, set()),  # the flow is no RealNVP
        ({"temper": {"flows": {"topology_weight": {"pinet": 7.0}}}}, set()),  # not trained
        ({"temper": {"data": {"micrographs": {"sheet": "own.csv"}}}}, set()),  # not the source
    ],
)
def test_changing_an_option_reruns_what_is_downstream_of_it(finished, change, touched):
    """An option is a parameter of its own stage only; the report alone records them all."""
    overlay = finished.overlay("change.yaml", change)
    planned = finished.planned("temper", "--configfile", "tests/config.yaml", overlay)
    assert planned == rules(touched)


@pytest.mark.parametrize(
    ("artefact", "rebuilt"),
    [
        ("report.html", {"report"}),
        ("figures/labels.png", {"label_chart", "report"}),
        ("labels/accuracy.parquet", AFTER_LABELS),
        ("persistence.zarr", AFTER_MERGE),
        ("pinet/pooled/errors.parquet", {"evaluate_pinet", "pinet_figure", "report"}),
        ("flows/exact/seed0/weights.safetensors", AFTER_FLOWS),
        ("flows/none/seed0/checks.parquet", JUDGES | {"transfer_chips"}),
        ("transfer/effects.parquet", JUDGES - {"judge_labels"}),
        ("figures/transfer_chips.png", {"transfer_figures", "report"}),
        ("persistence/1-of-2.zarr", AFTER_PERSISTENCE),
        ("chips.parquet", AFTER_CHIPS),
        ("simulated/sheet.csv", EVERYTHING),
    ],
)
def test_deleting_an_artefact_rebuilds_it_and_what_follows(finished, artefact, rebuilt):
    """Nothing upstream of a lost artefact runs again."""
    path, aside = finished.folder / RESULTS / artefact, finished.folder / "aside"
    path.rename(aside)
    try:
        planned = finished.planned("temper", "--configfile", "tests/config.yaml")
    finally:
        aside.rename(path)
    assert planned == rules(rebuilt)


def test_one_lost_shard_is_one_job(finished):
    """The other shares of the scatter stay."""
    path = finished.folder / RESULTS / "persistence/1-of-2.zarr"
    aside = finished.folder / "aside"
    path.rename(aside)
    run = finished.snakemake("-n", "temper", "--configfile", "tests/config.yaml")
    aside.rename(path)
    assert "persistence/1-of-2.log" in run.stdout
    assert "persistence/2-of-2.log" not in run.stdout


def test_one_regularisation_is_trained_alone(finished):
    """The weight of the exact term touches no other training, and a further seed only itself."""
    change = {"temper": {"flows": {"topology_weight": {"exact": 0.1}, "seeds": 2}}}
    overlay = finished.overlay("change.yaml", change)
    run = finished.snakemake("-n", "temper", "--configfile", "tests/config.yaml", overlay)
    trained = set(re.findall(r"logs/flows/(\w+/seed\d)/train.log", run.stdout))
    assert trained == {"exact/seed0", "exact/seed1", "none/seed1"}


def test_a_rebuilt_artefact_is_the_lost_one(finished):
    """Deleting and rerunning gives the same page back; single rules can be run by target."""
    path = finished.folder / RESULTS / "report.html"
    before = path.read_bytes()
    path.unlink()
    arguments = ("--cores", "1", f"{RESULTS}/report.html", "--configfile", "tests/config.yaml")
    assert finished.snakemake(*arguments).returncode == 0
    assert path.read_bytes() == before


def test_runs_do_not_overwrite_each_other(finished):
    """Another run name plans everything anew, in another folder."""
    overlay = finished.overlay("change.yaml", {"run": "another"})
    planned = finished.planned("temper", "--configfile", "tests/config.yaml", overlay)
    assert planned == rules(EVERYTHING)
