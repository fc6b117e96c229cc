"""The steel study, run as a user runs it, on micrographs of 128 x 192 pixels."""

from html import unescape

import numpy as np
import pytest
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table
from pspflow.io.weights import load_weights
from pspflow.microstructure import measure_morphology
from pspflow.microstructure.loader import cut_chips
from pspflow.studies.steel.codes.trained import load_codes

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("steel")]
RESULTS = "results/tests/steel"
CONFIG = ("--configfile", "tests/config.yaml", "changes.yaml")
CPU = torch.device("cpu")

AFTER_INVERSE = {"inverse_coverage", "inverse_section", "report"}
AFTER_PRIOR = {
    *("prior_likelihood", "prior_section", "generation_generate", "generation_compare"),
    *("generation_section", "inverse_grid", "inverse_likelihood", "inverse_wish"),
    *AFTER_INVERSE,
}
AFTER_CODES = AFTER_PRIOR | {
    *("codes_encode", "codes_reconstruct", "codes_section", "prior_independent", "prior_train")
}


def rules(names):
    """Write stages as the names of their rules; the report's is that of every study."""
    return {name if name == "report" else f"steel_{name}" for name in names}


def test_everything_a_run_promises_is_there(steel):
    """Every figure, and a page that names data as simulated and departures as such."""
    made = steel.folder / RESULTS
    html = unescape((made / "report.html").read_text())
    for sentence in ("simulated", "Departures", "cooling_rate_c_s"):
        assert sentence in html, sentence
    figures = list(made.glob("*/figures/*.png"))
    assert len(figures) == html.count("data:image/png") == 19
    assert len(list((made / "evidence").glob("*.png"))) == 19
    logs = {path.relative_to(made / "logs").with_suffix("") for path in made.glob("logs/**/*.log")}
    benchmarks = {
        path.relative_to(made / "benchmarks").with_suffix("")
        for path in made.glob("benchmarks/**/*.tsv")
    }
    assert logs == benchmarks
    assert f"Report: {RESULTS}/report.html" in (steel.folder / "run.log").read_text()


def test_measures_are_those_of_the_chips(steel):
    """Each chip of the table, cut out and measured anew."""
    made = steel.folder / RESULTS
    chips = read_chips(made / "images/chips.parquet")
    measured = read_table(made / "morphology/measures.parquet")
    assert measured["chip_id"].tolist() == chips["chip_id"].tolist()
    found = measure_morphology(cut_chips(Micrographs(made / "images/micrographs.zarr"), chips))
    np.testing.assert_array_equal(measured["ferrite_fraction"], found.ferrite_fraction)
    np.testing.assert_allclose(measured["mean_free_path_um"], 0.34 * found.mean_free_path_px)


def test_codes_are_those_of_chips_and_mirrored_chips(steel):
    """Each stored map is what the trained network makes of its chip."""
    made = steel.folder / RESULTS
    store = open_store(made / "codes/vq/all/codes.zarr")
    chips = read_chips(made / "images/chips.parquet").iloc[read_values(store, "position")]
    pixels = cut_chips(Micrographs(made / "images/micrographs.zarr"), chips)
    net = load_codes(made / "codes/vq/all/weights.safetensors", CPU)
    both = np.stack([net.encode(pixels), net.encode(pixels[:, :, ::-1])], axis=1)
    np.testing.assert_array_equal(read_values(store, "codes"), both)


def test_generated_chips_are_their_codes_and_measured_as_real_ones(steel):
    """Pixels follow from codes, and every row of the table from its pixels."""
    made = steel.folder / RESULTS
    for trained_on in ("all", "held_out"):
        table = read_table(made / f"generation/vq/{trained_on}/generated.parquet")
        store = open_store(made / f"generation/vq/{trained_on}/generated.zarr")
        images = read_values(store, "images")
        net = load_codes(made / f"codes/vq/{trained_on}/weights.safetensors", CPU)
        decoded = net.decode(read_values(store, "codes").astype(np.int64)).astype(int)
        assert np.abs(decoded - images).max() <= 1  # batches of another size round otherwise
        found = measure_morphology(images)
        np.testing.assert_allclose(table["ferrite_fraction"], found.ferrite_fraction)
        domains = {"", "rate_1", "rate_3", "rate_10", "rate_30"}
        assert set(table["domain"]) == (domains if trained_on == "all" else {"rate_3"})


def test_networks_for_a_held_out_domain_do_not_know_its_condition(steel):
    """The range that a prior was trained in, and its centre, are those of the other domains."""
    made = steel.folder / RESULTS / "prior/vq"
    centres = [
        load_weights(made / trained_on / "process/weights.safetensors")[1]["conditions"]
        for trained_on in ("all", "held_out")
    ]
    assert centres[0] != centres[1]


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"codes": {"max_epochs": 3}}, AFTER_CODES | {"codes_train"}),
        ({"prior": {"layers": 3}}, AFTER_PRIOR | {"prior_train"}),
        ({"inverse": {"tested_micrographs": 5}}, AFTER_INVERSE),
        ({"images": {"micrographs": {"sheet": "other.csv"}}}, set()),  # not the source
    ],
)
def test_changing_an_option_reruns_what_is_downstream_of_it(steel, change, touched):
    """An option is a parameter of its own stage, and of the section that names it."""
    overlay = steel.overlay("change.yaml", {"steel": change})
    assert steel.planned("steel", *CONFIG, overlay) == rules(touched)
