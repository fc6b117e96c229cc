"""A second study has the shared chapters, from rules to report, once it names them."""

import filecmp
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from scipy.ndimage import gaussian_filter

from pspflow.io.arrays import open_store, provenance_of
from pspflow.io.imagesets import read_chips
from pspflow.io.tables import read_table
from pspflow.studies import registry

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("second")]
RESULTS = "results/steels/second"
DOMAINS, SPECIMENS, CHIPS_EACH = ("ferrite", "pearlite"), 6, 4
STUDIES = "src/pspflow/studies"
OTHERS = registry.studies()
FILES = {
    f"{STUDIES}/second/__init__.py": '''"""Second study: nothing but the shared chapters."""

CHAPTERS = ("images", "persistence")
''',
    f"{STUDIES}/second/options.py": '''"""Options of the second study."""

from pathlib import Path

from pspflow.options import Options
from pspflow.studies.shared.images.options import Domain, ImagesOptions, SheetOptions
from pspflow.studies.shared.persistence.options import PersistenceOptions


class SecondOptions(Options):
    """The second study."""

    images: ImagesOptions = ImagesOptions(
        domains=(Domain(name="ferrite"), Domain(name="pearlite")),
        micrographs=SheetOptions(sheet=Path("steels.csv")),
    )
    """From micrographs to chips."""
    persistence: PersistenceOptions = PersistenceOptions()
    """Persistence images."""
''',
    "workflow/rules/second/study.smk": '''SECOND = CONFIG.second
IMAGES["second"], PERSISTENCE["second"] = SECOND.images, SECOND.persistence


rule second:
    """The whole study, with its report."""
    input:
        lambda wildcards: made("second"),
        f"{OUT}/second/report.html",
''',
}
CONFIG = {
    "run": "steels",
    "second": {
        "images": {
            "domains": [{"name": name} for name in DOMAINS],
            "micrographs": {"sheet": "steels/sheet.csv"},
            "split": {"train": 0.5, "validation": 0.25, "test": 0.25},
            "chips": {"size_px": 32, "stride_px": 32},
        },
        "persistence": {"shards": 1},
    },
}


@pytest.fixture(scope="module")
def second(make_checkout):
    """Make a copy of the repository with a second study in it, and run that study."""
    made = make_checkout("second")
    made.copy("src", "workflow")
    for name, text in FILES.items():
        (made.folder / name).parent.mkdir(exist_ok=True)
        (made.folder / name).write_text(text)
    write_micrographs(made.folder / "steels")
    overlay = made.overlay("steels.yaml", CONFIG)
    run = made.snakemake("--cores", "2", "second", "--configfile", overlay)
    assert run.returncode == 0, run.stdout
    (made.folder / "run.log").write_text(run.stdout)
    return made


def write_micrographs(folder):
    """Write micrographs of both domains, and the sheet that names them."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    lines = ["image,domain,specimen"]
    for specimen in range(SPECIMENS):
        for domain, width in zip(DOMAINS, (1.5, 3.0), strict=True):
            noise = gaussian_filter(rng.normal(size=(64, 64)), width)
            levels = 255 * (noise - noise.min()) / np.ptp(noise)
            tifffile.imwrite(folder / f"{domain}{specimen}.tif", levels.astype(np.uint8))
            lines.append(f"{domain}{specimen}.tif,{domain},s{specimen}")
    (folder / "sheet.csv").write_text("\n".join(lines) + "\n")


def test_artefacts_of_shared_chapters_are_there(second):
    """Chips and persistence images of the second study's own micrographs lie in its folder."""
    made = second.folder / RESULTS
    chips = read_chips(made / "images/chips.parquet")
    assert chips["domain"].value_counts().to_dict() == dict.fromkeys(
        DOMAINS, SPECIMENS * CHIPS_EACH
    )
    store = open_store(made / "persistence/images.zarr")
    assert store["persistence_image"].shape[0] == len(chips)
    assert provenance_of(store)["stage"] == "persistence merge"
    assert set(read_table(made / "persistence/coverage.parquet")["domain"]) == set(DOMAINS)
    logs = {path.stem for path in made.glob("logs/**/*.log")}
    assert {"catalogue", "chips", "grid", "1-of-1", "merge", "section", "report"} <= logs


def test_report_has_the_sections_of_both_chapters(second):
    """The page says what it rests on, and shows micrographs, chips and persistence images."""
    made = second.folder / RESULTS
    html = (made / "report.html").read_text()
    assert "<h1>Second study, run steels</h1>" in html
    assert "12 micrographs of 6 specimens from steels/sheet.csv" in html
    assert html.index("<h3>Chips</h3>") < html.index("<h2>Persistence</h2>")
    assert html.count("data:image/png") == 3
    drawn = {path.name for path in (made / "evidence").glob("*.png")}
    assert {"images_micrographs.png", "images_chips.png"} < drawn
    assert f"Report: {RESULTS}/report.html" in (second.folder / "run.log").read_text()


def test_no_file_of_another_study_is_touched_or_named(second):
    """The second study was added, and nothing was changed for it."""
    added = set(map(Path, FILES))
    for top in ("src", "workflow"):
        for path in (second.folder / top).rglob("*"):
            name = path.relative_to(second.folder)
            if path.is_file() and name not in added and "__pycache__" not in path.parts:
                assert filecmp.cmp(path, ROOT / name, shallow=False), name
    said = [*FILES.values(), (second.folder / "run.log").read_text()]
    written = (second.folder / RESULTS).rglob("*")
    said += [
        path.read_text() for path in written if path.suffix in {".html", ".json", ".log", ".md"}
    ]
    for text in said:
        assert not re.search(rf"\b({'|'.join(OTHERS)})\b", text)


def test_it_needs_no_other_study(second):
    """Where it is the only study, its results are up to date and nothing runs again."""
    for study in OTHERS:
        shutil.rmtree(second.folder / STUDIES / study)
        shutil.rmtree(second.folder / "workflow/rules" / study)
    (second.folder / "config.yaml").unlink()
    (second.folder / "config.yaml").write_text("run: steels\n")
    assert second.planned("second", "--configfile", "steels.yaml") == set()
    assert second.planned("--configfile", "steels.yaml") == set()
