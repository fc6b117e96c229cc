"""The workflow, run as a user runs it, on specimens of a few seconds."""

import html
import json
import re

import numpy as np
import pandas as pd
import pytest
import yaml

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import fingerprint
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import read_table
from pspflow.microstructure.loader import cut_chips
from pspflow.status.page import page
from pspflow.studies.shared.persistence.imaging import read_imaging
from pspflow.topology import persistence_images

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]
RESULTS = "results/tests/temper"
SPECIMENS, TEMPERS, CHIPS_EACH = 6, 3, 9


MADE = {
    "images": ["catalogue", "regions", "chips", "chip_counts"],
    "persistence": ["grid", "coverage"],
    "domains": ["accuracy", "confusions"],
    "labels": ["accuracy", "correlations"],
    "pinet": ["pooled/errors", "spatial/speed"],
    "flows": ["none/seed0/history", "exact/seed1/history", "papers_flow/seed0/history"],
    "gan": ["seed0/history"],
    "transfer": ["plausibility", "effects", "copies", "preservation", "exact/seed1/checks"],
    "specimens": ["readings", "agreement", "gains"],
}
DRAWN = {
    "images": ["micrographs", "chips"],
    "persistence": ["persistence"],
    "labels": ["accuracy"],
    "pinet": ["parity"],
    "flows": ["training"],
    "transfer": ["chips", "samples", "plausibility", "preservation"],
    "specimens": ["correlations"],
}


def test_everything_a_run_promises_is_there(finished):
    """One command leaves every artefact, and ends by saying where the report is."""
    made = finished.folder / RESULTS
    for chapter, names in MADE.items():
        for name in names:
            assert (made / chapter / f"{name}.parquet").is_file()
    for chapter, names in DRAWN.items():
        assert (made / chapter / "section.json").is_file()
        for name in names:
            picture = made / chapter / "figures" / f"{name}.png"
            assert picture.read_bytes().startswith(b"\x89PNG")
            drawing = picture.with_suffix(".svg").read_text()
            assert f'{chapter} section"' in html.unescape(drawing)
            assert "<dc:date>" not in drawing
            assert (made / "evidence" / f"{chapter}_{name}.png").stat().st_size <= 200_000
    log = (finished.folder / "run.log").read_text()
    assert f"Report: {RESULTS}/report.html" in log
    assert "Front page: results/tests/index.html" in log


def test_the_front_page_leads_to_the_report(finished):
    """It tells the command, and the options that are not the defaults, which lie beside it."""
    front = (finished.folder / "results/tests/index.html").read_text()
    assert 'href="temper/report.html"' in front
    assert "--configfile tests/config.yaml" in front
    given = yaml.safe_load((finished.folder / "results/tests/config.yaml").read_text())
    assert given["run"] == "tests"
    assert given["temper"]["images"]["simulated"]["specimens"] == SPECIMENS


def test_status_of_a_finished_run(finished, monkeypatch):
    """Everything is done, by what the workflow, snakemake and the stages wrote."""
    monkeypatch.chdir(finished.folder)
    said = page("tests")
    assert re.match(r"Run tests: (\d+) jobs, \1 done\.\n", said)
    assert " and ended well.\n" in said
    chapters = [line.split()[1] for line in said.splitlines() if line.startswith("temper ")]
    assert sorted(chapters) == sorted([*MADE, "report"])


def test_flows_of_every_regularisation_are_evaluated(finished):
    """Six trainings and the GAN in six directions, with baselines beside them."""
    made = finished.folder / RESULTS
    table = read_table(made / "transfer/plausibility.parquet")
    trainings = {f"{kind}/seed{seed}" for kind in ("none", "exact") for seed in (0, 1)}
    trainings |= {"limited/seed0", "papers_flow/seed0", "gan/seed0"}
    assert trainings | {"untransferred source"} <= set(table["flow"])
    assert len(table[["source", "target"]].drop_duplicates()) == TEMPERS * (TEMPERS - 1)
    effects = read_table(made / "transfer/effects.parquet")
    compared = {("exact", "none"), ("limited", "exact"), ("papers_flow", "none"), ("gan", "none")}
    assert set(zip(effects["variant"], effects["compared_with"], strict=True)) == compared
    html = (made / "report.html").read_text()
    for said in (
        '<h2 id="findings">Findings</h2>',
        "<h3>Label preservation</h3>",
        "<h2>Flows</h2>",
    ):
        assert said in html


def test_every_rule_leaves_a_log_and_a_benchmark(finished):
    """What a job said and what it cost is kept, job by job, under the name of its chapter."""
    made = finished.folder / RESULTS
    logs = {str(path.relative_to(made / "logs"))[:-4] for path in made.glob("logs/**/*.log")}
    costs = made.glob("benchmarks/**/*.tsv")
    assert logs == {str(path.relative_to(made / "benchmarks"))[:-4] for path in costs}
    images = {f"images/{name}" for name in ("simulate", "catalogue", "chips", "section")}
    shares = {"persistence/compute/1-of-2", "persistence/compute/2-of-2", "persistence/merge"}
    assert images | shares | {"labels/classify", "report"} <= logs


def test_stored_images_are_those_of_the_chips(finished):
    """Row i of the store is the persistence image of chip i, through every stage between."""
    made = finished.folder / RESULTS
    chips = read_chips(made / "images/chips.parquet")
    assert len(chips) == SPECIMENS * TEMPERS * CHIPS_EACH
    stored = read_values(open_store(made / "persistence/images.zarr"), "persistence_image")
    pixels = cut_chips(Micrographs(made / "images/micrographs.zarr"), chips)
    made_with = read_imaging(made / "persistence/grid.parquet")
    names = ("birth_range", "persistence_range", "sigma")
    grid = {name: getattr(made_with, name) for name in names}
    images = persistence_images(pixels, backend="gudhi", **grid) / made_with.unit_persistence
    np.testing.assert_allclose(stored, images, rtol=1e-5, atol=1e-6)


def test_no_specimen_serves_two_splits(finished):
    """The default split is by specimen, with all tempers of one on the same side."""
    chips = pd.read_parquet(finished.folder / RESULTS / "images/chips.parquet")
    assert len(chips[["specimen", "split"]].drop_duplicates()) == SPECIMENS
    assert set(chips["split"]) == {"train", "validation", "test"}
    assert (chips.groupby("split")["domain"].nunique() == TEMPERS).all()


def test_page_says_where_its_sections_come_from(finished):
    """The provenance of every section is in the page."""
    page = (finished.folder / RESULTS / "report.html").read_text()
    embedded = re.search(r'id="provenance">(.*?)</script>', page, flags=re.DOTALL)
    assert embedded is not None
    sections = json.loads(embedded[1])["sections"]
    assert set(sections) == set(MADE)
    assert sections["images"]["options"]["chips"]["size_px"] == 32


def test_report_says_that_the_data_are_simulated(finished):
    """Nobody mistakes the demo for a measurement."""
    for name in ("report.html", "evidence/README.md"):
        page = (finished.folder / RESULTS / name).read_text()
        assert "that are simulated: no value in it was measured on a material" in page[:3000]


def test_same_configuration_gives_the_same_artefacts(finished, checkout):
    """A second run elsewhere, whose processes start anew, ends in the same bytes.

    Neither the jobs' order nor the processes' hashes of text matter.
    """
    run = checkout.snakemake(
        *("--cores", "2", f"{RESULTS}/persistence/images.zarr", f"{RESULTS}/images/section.json"),
        *("--configfile", "tests/config.yaml"),
        forked=False,
    )
    assert run.returncode == 0, run.stdout
    for name in (
        *("images/simulated/sheet.csv", "images/simulated/images", "images/catalogue.parquet"),
        *("images/regions.parquet", "images/micrographs.zarr", "images/chips.parquet"),
        *("persistence/images.zarr", "images/figures/chips.png", "images/section.json"),
    ):
        first, second = (c.folder / RESULTS / name for c in (finished, checkout))
        assert fingerprint(first) == fingerprint(second), name


def test_users_sheet_takes_the_same_path(finished):
    """The simulated sheet, given as one's own micrographs, ends in the same chips."""
    sheet = f"{RESULTS}/images/simulated/sheet.csv"
    own = {"source": "micrographs", "micrographs": {"sheet": sheet}}
    overlay = finished.overlay("own.yaml", {"run": "own", "temper": {"images": own}})
    files = ("--configfile", "tests/config.yaml", overlay)
    run = finished.snakemake("--cores", "2", "results/own/temper/images/chips.parquet", *files)
    assert run.returncode == 0, run.stdout
    mine, theirs = (
        read_table(finished.folder / "results" / name / "temper/images/chips.parquet")
        for name in ("own", "tests")
    )
    pd.testing.assert_frame_equal(mine, theirs)

    image = next((finished.folder / RESULTS / "images/simulated/images").glob("*.tif"))
    content = image.read_bytes()
    image.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    planned = finished.planned("results/own/temper/images/chips.parquet", *files)
    image.write_bytes(content)
    assert {"images_catalogue", "images_micrographs", "images_chips"} <= planned


def test_bad_sheet_stops_with_its_sentence(checkout):
    """A fault in the user's sheet ends the run with one sentence on the terminal and in the log."""
    (checkout.folder / "sheet.csv").write_text("image,domain,specimen\nnowhere.tif,t5,s1\n")
    own = {"source": "micrographs", "micrographs": {"sheet": "sheet.csv"}}
    overlay = checkout.overlay("own.yaml", {"run": "own", "temper": {"images": own}})
    run = checkout.snakemake("--cores", "1", "temper", "--configfile", overlay)
    assert run.returncode != 0
    sentence = "sheet.csv row 2: nowhere.tif: there is no such file"
    assert sentence in run.stdout
    assert (
        sentence in (checkout.folder / "results/own/temper/logs/images/catalogue.log").read_text()
    )
    assert not (checkout.folder / "results/own/temper/images/catalogue.parquet").exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"temper": {"images": {"chips": {"sise_px": 3}}}},
            "'temper.images.chips.sise_px' is unknown",
        ),
        (
            {"temper": {"images": {"chips": {"size_px": "big"}}}},
            "'temper.images.chips.size_px' is 'big'",
        ),
        ({"temper": {"images": {"split": {"test": 0.9}}}}, "make them sum to 1"),
        ({"run": "../elsewhere"}, "'run' is '../elsewhere'"),
    ],
)
def test_bad_configuration_stops_before_anything_runs(checkout, values, sentence):
    """A fault in the configuration is one sentence, and nothing is made."""
    overlay = checkout.overlay("bad.yaml", values)
    run = checkout.snakemake("--cores", "1", "temper", "--configfile", overlay)
    assert run.returncode != 0
    assert sentence in run.stdout
    assert "Traceback" not in run.stdout
    assert not (checkout.folder / "results").exists()


@pytest.mark.parametrize(
    ("folder", "image"), [("d{1}", "a.tif"), ("data", "e01_{a}.tif"), ("data", "{study}.tif")]
)
def test_braces_in_a_users_path_are_one_sentence(checkout, folder, image):
    """Snakemake would take them for a wildcard."""
    place = checkout.folder / folder
    place.mkdir()
    (place / image).write_bytes(b"")
    (place / "sheet.csv").write_text(f"image,domain,specimen\n{image},t5,s1\n")
    own = {"source": "micrographs", "micrographs": {"sheet": f"{folder}/sheet.csv"}}
    overlay = checkout.overlay("own.yaml", {"run": "own", "temper": {"images": own}})
    run = checkout.snakemake("-n", "--configfile", overlay)
    assert run.returncode != 0
    named = f"{folder}/{image if '{' in image else 'sheet.csv'}"
    assert f"{named} has braces, which snakemake takes for a wildcard; rename" in run.stdout
    assert "WildcardError" not in run.stdout
