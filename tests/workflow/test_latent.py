"""The latent study, run as a user runs it, on small images."""

import re
from html import unescape

import numpy as np
import pytest
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.latent.datasets.image_sets import open_images
from pspflow.studies.latent.networks.trained import load_network

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("latent")]
RESULTS = "results/tests/latent"
CONFIG = ("--configfile", "tests/config.yaml", "changes.yaml")

AFTER_APPLY = {"evaluation_measure", "evaluation_section", "report"}
AFTER_TRAINING = AFTER_APPLY | {"evaluation_apply", "networks_section"}
AFTER_CROPS = AFTER_TRAINING | {"networks_train", "curation_section"}


def rules(names):
    """Write stages as the names of their rules; the report's is that of every study."""
    return {name if name == "report" else f"latent_{name}" for name in names}


def shards(made, dataset):
    """Open a simulated dataset of two shards."""
    parts = [made / f"datasets/{dataset}/{number}-of-2" for number in (1, 2)]
    return open_images(
        [part.with_suffix(".zarr") for part in parts],
        [part.with_suffix(".parquet") for part in parts],
    )


def test_everything_a_run_promises_is_there(latent):
    """Every figure, and a page that names data as simulated and departures as such."""
    made = latent.folder / RESULTS
    html = unescape((made / "report.html").read_text())
    for sentence in ("simulated", "Departures"):
        assert sentence in html, sentence
    figures = list(made.glob("*/figures/*.png"))
    assert len(figures) == html.count("data:image/png")
    assert len(list((made / "evidence").glob("*.png"))) == len(figures)
    logs = {path.relative_to(made / "logs").with_suffix("") for path in made.glob("logs/**/*.log")}
    benchmarks = {
        path.relative_to(made / "benchmarks").with_suffix("")
        for path in made.glob("benchmarks/**/*.tsv")
    }
    assert logs == benchmarks
    assert f"Report: {RESULTS}/report.html" in (latent.folder / "run.log").read_text()


def test_shards_are_one_dataset(latent):
    """Images of all splits, each with a name of its own."""
    images = shards(latent.folder / RESULTS, "grain_growth")
    assert images.table["split"].value_counts().to_dict() == {
        "train": 20,
        "validation": 6,
        "test": 16,
    }
    assert images.table["image_id"].is_unique
    assert images.shape == (64, 64)


def test_no_sample_is_in_two_splits(latent):
    """Crops of one sample are of one split."""
    table = read_table(latent.folder / RESULTS / "curation/uhcs_64x64/images.parquet")
    assert (table.groupby("group")["split"].agg(lambda splits: len(set(splits))) == 1).all()
    assert set(table["split"]) == {"train", "validation", "test"}


def test_reconstructions_are_those_of_the_trained_networks(latent):
    """Each stored reconstruction is what the network makes of the test image of its row."""
    made = latent.folder / RESULTS
    for dataset, model in (("gaussian_smooth", "kaiming"), ("grain_growth", "printed")):
        images = shards(made, dataset)
        store = open_store(made / f"evaluation/{dataset}/made.zarr")
        rows = read_values(store, "test_rows")
        assert set(images.table["split"].iloc[rows]) == {"test"}
        weights = made / f"networks/{dataset}/{model}/weights.safetensors"
        net = load_network(weights, torch.device("cpu"))
        again = net.decode(net.encode(images.images(rows))).astype(int)
        stored = read_values(store, f"reconstructions/{model}")
        assert np.abs(again - stored).max() <= 1  # batches of another size round otherwise


def test_mean_square_errors_are_those_of_the_reconstructions(latent):
    """The table's values, computed anew from images and reconstructions."""
    made = latent.folder / RESULTS
    images = shards(made, "gaussian_smooth")
    store = open_store(made / "evaluation/gaussian_smooth/made.zarr")
    real = images.images(read_values(store, "test_rows")).astype(float)
    table = read_table(made / "evaluation/gaussian_smooth/reconstructions.parquet")
    table = table[table["measure"] == "MSE"].set_index("model")["value"]
    for model in ("kaiming", "pca"):
        difference = (read_values(store, f"reconstructions/{model}") - real) / 127.5
        np.testing.assert_allclose(table[model], np.square(difference).mean(), rtol=1e-4)


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"evaluation": {"resamples": 60}}, AFTER_APPLY),
        ({"evaluation": {"steps": 4}}, AFTER_APPLY | {"evaluation_apply"}),
        (
            {"networks": {"autoencoder": {"learning_rate": 0.1}}},
            AFTER_TRAINING | {"networks_train"},
        ),
        ({"curation": {"crops": {"redundancy": 2.0}}}, AFTER_CROPS | {"curation_crops"}),
        ({"curation": {"database": {"table": "other.csv"}}}, set()),  # not the source
    ],
)
def test_changing_an_option_reruns_what_is_downstream_of_it(latent, change, touched):
    """An option is a parameter of its own stage, and of the section that names it."""
    overlay = latent.overlay("change.yaml", {"latent": change})
    assert latent.planned("latent", *CONFIG, overlay) == rules(touched)


def test_changing_grain_growth_makes_no_other_dataset_and_network_anew(latent):
    """Datasets do not depend on each other's options; the sections, which show all, are new."""
    change = {"latent": {"datasets": {"grain_growth": {"time": 6.0}}}}
    run = latent.snakemake("-n", "latent", *CONFIG, latent.overlay("change.yaml", change))
    logs = set(re.findall(r"log: results/tests/latent/logs/(\S+)\.log", run.stdout))
    sections = {f"{name}/section" for name in ("datasets", "networks", "evaluation")}
    assert logs == sections | {
        "report",
        *("datasets/grain_growth/1-of-2", "datasets/grain_growth/2-of-2"),
        *("networks/grain_growth/distance/train", "networks/grain_growth/printed/train"),
        *("evaluation/grain_growth/apply", "evaluation/grain_growth/measure"),
    }
