"""What runs again: exactly what a change touches, and what follows from it."""

import re

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]
RESULTS = "results/tests/temper"

REPORT = {"report"}
LABELS = {"temper_labels_classify", "temper_labels_section"}
DOMAINS = {"temper_domains_classify", "temper_domains_section"}
PINET = {"temper_pinet_train", "temper_pinet_evaluate", "temper_pinet_section"}
FLOWS = {"temper_flows_train", "temper_flows_section"}
GAN = {"temper_gan_train", "temper_gan_section"}
DRAWN = {"temper_transfer_draw"}
EVALUATION = {f"temper_transfer_{name}" for name in ("plausibility", "preservation", "section")}
TRANSFER = EVALUATION | {"temper_transfer_chips"}
SPECIMENS = {"temper_specimens_measure", "temper_specimens_section"}
AFTER_JUDGED = EVALUATION | SPECIMENS | REPORT
AFTER_TRANSFER = TRANSFER | AFTER_JUDGED
AFTER_FLOWS = FLOWS | AFTER_TRANSFER
AFTER_MERGE = DOMAINS | LABELS | PINET | AFTER_FLOWS | {"persistence_merge", "persistence_section"}
AFTER_COMPUTE = AFTER_MERGE | {"persistence_compute"}
AFTER_GRID = AFTER_COMPUTE | {"persistence_grid"}
AFTER_CHIPS = AFTER_GRID | GAN | DRAWN | {"images_chips", "images_section"}
AFTER_SPLIT = AFTER_CHIPS | {"images_split", "images_micrographs"}
EVERYTHING = AFTER_SPLIT | {"images_catalogue", "temper_images_simulate"}


def test_a_finished_run_has_nothing_to_do(finished):
    """Running twice costs nothing."""
    assert finished.planned("temper", "--configfile", "tests/config.yaml") == set()


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"temper": {"labels": {"resamples": 200}}}, LABELS | REPORT),
        ({"temper": {"domains": {"folds": 3}}}, DOMAINS | REPORT),
        ({"temper": {"pinet": {"learning_rate": 0.1}}}, PINET | REPORT),
        ({"temper": {"flows": {"learning_rate": 0.1}}}, AFTER_FLOWS),
        ({"temper": {"flows": {"topology_weight": {"exact": 0.1}}}}, AFTER_FLOWS),
        ({"temper": {"flows": {"variants": {"limited": {"topology_share": 1}}}}}, AFTER_FLOWS),
        ({"temper": {"gan": {"learning_rate": 0.1}}}, GAN | DRAWN | AFTER_JUDGED),
        ({"temper": {"transfer": {"resamples": 200}}}, EVALUATION | REPORT),
        (
            {"temper": {"transfer": {"chips_per_specimen": 8}}},
            AFTER_TRANSFER | DRAWN,
        ),
        ({"temper": {"specimens": {"resamples": 200}}}, SPECIMENS | REPORT),
        ({"temper": {"persistence": {"sigma": 20.0}}}, AFTER_GRID),
        ({"temper": {"persistence": {"shards": 3}}}, AFTER_COMPUTE),
        ({"temper": {"images": {"chips": {"stride_px": 16}}}}, AFTER_CHIPS),
        ({"temper": {"images": {"split": {"by": "region"}}}}, AFTER_SPLIT),
        (
            {"temper": {"images": {"scale": {"pixel_size_um": 0.1}}}},
            EVERYTHING - {"temper_images_simulate"},
        ),
        ({"temper": {"images": {"simulated": {"specimens": 7}}}}, EVERYTHING),
        ({"temper": {"images": {"chips": {"redundancy": 2.0}}}}, set()),  # the placement is a grid
        ({"temper": {"flows": {"blocks": 7}}}, set()),  # the flow is no RealNVP
        ({"temper": {"flows": {"topology_weight": {"pinet": 7.0}}}}, set()),  # not trained
        ({"temper": {"images": {"micrographs": {"sheet": "own.csv"}}}}, set()),  # not the source
        ({"device": "cuda:1"}, set()),  # what is made is the same
    ],
)
def test_changing_an_option_reruns_what_is_downstream_of_it(finished, change, touched):
    """An option is a parameter of the stages of its own chapter only."""
    overlay = finished.overlay("change.yaml", change)
    planned = finished.planned("temper", "--configfile", "tests/config.yaml", overlay)
    assert planned == touched


@pytest.mark.parametrize(
    ("artefact", "rebuilt"),
    [
        ("report.html", REPORT),
        ("labels/figures/accuracy.png", {"temper_labels_section"} | REPORT),
        ("images/section.json", {"images_section"} | REPORT),
        ("labels/accuracy.parquet", LABELS | REPORT),
        ("persistence/images.zarr", AFTER_MERGE),
        ("pinet/pooled/errors.parquet", PINET - {"temper_pinet_train"} | REPORT),
        ("flows/exact/seed0/weights.safetensors", AFTER_FLOWS),
        ("transfer/none/seed0/checks.parquet", AFTER_TRANSFER),
        ("transfer/effects.parquet", EVALUATION - {"temper_transfer_preservation"} | REPORT),
        ("transfer/figures/chips.png", {"temper_transfer_section"} | REPORT),
        ("persistence/shards/1-of-2.zarr", AFTER_COMPUTE),
        ("images/chips.parquet", AFTER_CHIPS),
        ("images/simulated/sheet.csv", EVERYTHING),
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
    assert planned == rebuilt


def test_one_lost_shard_is_one_job(finished):
    """The other shares of the scatter stay."""
    path = finished.folder / RESULTS / "persistence/shards/1-of-2.zarr"
    aside = finished.folder / "aside"
    path.rename(aside)
    run = finished.snakemake("-n", "temper", "--configfile", "tests/config.yaml")
    aside.rename(path)
    assert "persistence/compute/1-of-2.log" in run.stdout
    assert "persistence/compute/2-of-2.log" not in run.stdout


def test_one_regularisation_is_trained_alone(finished):
    """The weight of the exact term touches its trainings, and a further seed only itself."""
    change = {"temper": {"flows": {"topology_weight": {"exact": 0.1}, "seeds": 3}}}
    overlay = finished.overlay("change.yaml", change)
    run = finished.snakemake("-n", "temper", "--configfile", "tests/config.yaml", overlay)
    trained = set(re.findall(r"logs/flows/(\w+/seed\d)/train.log", run.stdout))
    exact = {"exact/seed0", "exact/seed1", "exact/seed2", "limited/seed0"}
    assert trained == exact | {"none/seed2"}


def test_a_rebuilt_artefact_is_the_lost_one(finished):
    """Deleting and rerunning gives the same page back; single rules can be run by target."""
    path = finished.folder / RESULTS / "report.html"
    before = path.read_bytes()
    path.unlink()
    arguments = ("--cores", "1", f"{RESULTS}/report.html", "--configfile", "tests/config.yaml")
    assert finished.snakemake(*arguments, forked=False).returncode == 0
    assert path.read_bytes() == before


def test_runs_do_not_overwrite_each_other(finished):
    """Another run name plans everything anew, in another folder."""
    overlay = finished.overlay("change.yaml", {"run": "another"})
    planned = finished.planned("temper", "--configfile", "tests/config.yaml", overlay)
    assert planned == EVERYTHING
