"""The texture study, run as a user runs it, on textures of 24 grains."""

from html import unescape

import numpy as np
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.mechanics import PARAMETER_NAMES

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("texture")]
RESULTS = "results/tests/texture"
CONFIG = ("--configfile", "tests/config.yaml", "changes.yaml")
LOOPS = ("full/start0", "random/start0", "active/start0")

DESIGN = {"design_propose", "design_section", "report"}
VERIFIED = {"evaluation_verify", "evaluation_section", "report"}
AFTER_TRIPS = VERIFIED | {"evaluation_draw_posteriors"}
AFTER_LOOPS = (
    AFTER_TRIPS | DESIGN | {"evaluation_trips", "evaluation_compare", "loop_section", "loop_run"}
)


def rules(names):
    """Write stages as the names of their rules; the report's is that of every study."""
    return {name if name == "report" else f"texture_{name}" for name in names}


def test_everything_a_run_promises_is_there(texture):
    """Every figure, and pages that say what the data are and what reproduced."""
    made = texture.folder / RESULTS
    html = unescape((made / "report.html").read_text())
    for sentence in ("1,076", "19,000", "54,480", "Taylor model", "Departures from the paper"):
        assert sentence in html, sentence
    figures = list(made.glob("*/figures/*.png"))
    assert len(figures) == html.count("data:image/png") == 14
    assert len(list((made / "evidence").glob("*.png"))) == 14
    logs = {path.relative_to(made / "logs").with_suffix("") for path in made.glob("logs/**/*.log")}
    benchmarks = {
        path.relative_to(made / "benchmarks").with_suffix("")
        for path in made.glob("benchmarks/**/*.tsv")
    }
    assert logs == benchmarks
    assert f"Report: {RESULTS}/report.html" in (texture.folder / "run.log").read_text()


def test_what_is_observed_comes_from_the_pool_and_nothing_else(texture):
    """Labels of a loop are those of the plasticity chapter, each texture once."""
    made = texture.folder / RESULTS
    known = read_table(made / "plasticity/pool/parameters.parquet").set_index("texture")
    for loop in LOOPS:
        observed = read_table(made / "loop" / loop / "observed.parquet")
        assert observed["texture"].is_unique
        np.testing.assert_allclose(
            observed[list(PARAMETER_NAMES)],
            known.loc[observed["texture"], list(PARAMETER_NAMES)],
            rtol=1e-9,
        )
    one, other = (read_table(made / "loop" / loop / "observed.parquet") for loop in LOOPS[1:])
    assert one["texture"][:6].tolist() == other["texture"][:6].tolist()
    assert set(one["texture"][6:12]) != set(other["texture"][6:12])


def test_reported_errors_are_those_of_the_round_trips(texture):
    """The error of every test texture by the judge, computed anew from wanted and reached."""
    made = texture.folder / RESULTS
    labels = read_table(made / "plasticity/test/parameters.parquet").set_index("texture")
    for loop in LOOPS:
        trips = read_table(made / "evaluation" / loop / "trips.parquet")
        test = trips[trips["set"] == "test"]
        wanted, reached = (
            test[[f"{kind}_{name}" for name in PARAMETER_NAMES]].to_numpy()
            for kind in ("wanted", "reached")
        )
        true = labels.loc[test["texture"], list(PARAMETER_NAMES)].to_numpy()
        np.testing.assert_allclose(wanted, true)
        errors = np.linalg.norm(reached - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
        np.testing.assert_allclose(test["error_judged"], 100 * errors, rtol=1e-6)


def test_designs_are_what_the_table_says(texture):
    """Stored coefficients have a row each, and every checked texture its parameters."""
    made = texture.folder / RESULTS / "design"
    rows = read_table(made / "designs.parquet")
    assert len(read_values(open_store(made / "designs.zarr"), "coefficients")) == len(rows)
    assert list((made / "orientations").glob("*.txt"))


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ({"loop": {"flow": {"final_rate": 0.001}}}, AFTER_LOOPS | {"loop_full"}),
        ({"evaluation": {"verified_samples": 2}}, VERIFIED),
        ({"design": {"candidates": 9}}, DESIGN),
        ({"textures": {"files": {"grains": 100}}}, set()),  # not the source
    ],
)
def test_changing_an_option_reruns_what_is_downstream_of_it(texture, change, touched):
    """An option is a parameter of its own stage, and of the section that names it."""
    overlay = texture.overlay("change.yaml", {"texture": change})
    assert texture.planned("texture", *CONFIG, overlay) == rules(touched)
