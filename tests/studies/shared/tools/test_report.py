"""The report stage: sections in, an HTML page and an evidence page out."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from pspflow.report.section import Figure, Part, Section
from pspflow.studies.shared.sections import save_section
from pspflow.studies.shared.tools.report import report


@pytest.fixture
def sections(tmp_path, provenance):
    """Return the sections of two chapters, each with a figure of noise."""
    stream = BytesIO()
    noise = np.random.default_rng(0).integers(256, size=(600, 900, 3), dtype=np.uint8)
    Image.fromarray(noise).save(stream, "PNG")
    paths = {}
    for chapter in ("structures", "forward"):
        figure = Figure(name=f"{chapter}_parity", png=stream.getvalue(), caption="Noise.")
        part = Part(title=chapter, figures=(figure,))
        paths[chapter] = tmp_path / f"{chapter}.json"
        save_section(paths[chapter], Section(title=chapter.title(), parts=(part,)), provenance)
    return paths


def test_both_pages_are_written(tmp_path, sections):
    """Chapters stand in the order they were given in; the evidence is a folder that can be kept."""
    page, evidence = tmp_path / "report.html", tmp_path / "evidence"
    report(title="Study, run x", sections=sections, page=page, evidence=evidence)
    html = page.read_text()
    assert html.index("<h2>Structures</h2>") < html.index("<h2>Forward</h2>")
    assert html.count("data:image/png") == 2
    names = {path.name for path in evidence.iterdir()}
    assert names == {"README.md", "structures_parity.png", "forward_parity.png"}
    for path in evidence.glob("*.png"):
        assert path.stat().st_size <= 200_000
        assert f"]({path.name})" in (evidence / "README.md").read_text()


def test_the_same_sections_give_the_same_pages(tmp_path, sections):
    """Nothing in a page depends on when it was made."""
    for name in ("a", "b"):
        folder = tmp_path / name
        report(title="x", sections=sections, page=folder / "r.html", evidence=folder / "evidence")
    first, second = ((tmp_path / name / "r.html").read_bytes() for name in ("a", "b"))
    assert first == second
    for path in (tmp_path / "a/evidence").iterdir():
        assert path.read_bytes() == (tmp_path / "b/evidence" / path.name).read_bytes()
