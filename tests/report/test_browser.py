"""Pages as a browser shows them: nothing fails, nothing is fetched, all of it can be read."""

import json
import re
import shutil
import subprocess
from html import unescape
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pspflow.report.front import Card, FrontPage, front_html
from pspflow.report.page import Page, html
from pspflow.report.section import (
    MOST_OPEN_FINDINGS,
    MOST_OPEN_ROWS,
    Figure,
    Headline,
    Part,
    Section,
    Table,
)

FINDINGS = tuple(f"{number} of 9 worse." for number in range(MOST_OPEN_FINDINGS + 2))
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
LEAST_CONTRAST = 4.5
"""Of text and its background, WCAG 2.2 level AA."""
WIDTHS_PX = {"desktop": 1280, "phone": 390}
FRAME = """<iframe id="frame" style="width: {width}px; height: 900px" src="{page}"></iframe>
<pre id="found"></pre><script>
document.getElementById("frame").addEventListener("load", event => {{
  const probe = event.target.contentDocument.getElementById("probe");
  document.getElementById("found").textContent = probe.textContent;
}});
</script>"""
"""A page in a frame of a width: chromium has no window narrower than 500 pixels."""
FIRST = """<script>
window.faults = [];
addEventListener("error", event => faults.push(event.message || event.target.outerHTML), true);
</script>"""
LAST = """<pre id="probe"></pre><script>
const parts = colour => colour.match(/[\\d.]+/g).map(Number);
const light = colour => parts(colour).slice(0, 3).map(level => {
  const share = level / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}).reduce((sum, level, at) => sum + level * [0.2126, 0.7152, 0.0722][at], 0);
const behind = element => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (parts(colour)[3] !== 0) return colour;
  }
  return "rgb(255, 255, 255)";
};
const contrast = element => {
  const [text, back] = [light(getComputedStyle(element).color), light(behind(element))];
  return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
};
addEventListener("load", () => {
  const folded = [...document.querySelectorAll("details.findings > summary")];
  const reached = folded.filter(summary => {
    summary.focus();
    return document.activeElement === summary && summary.tabIndex >= 0;
  });
  document.querySelectorAll("details").forEach(each => { each.open = true; });
  const own = element => [...element.childNodes].some(
    node => node.nodeType === 3 && node.textContent.trim());
  const texts = [...document.body.querySelectorAll("*")].filter(
    element => own(element) && !["SCRIPT", "STYLE"].includes(element.tagName));
  const images = [...document.images];
  document.getElementById("probe").textContent = JSON.stringify({
    faults: window.faults,
    fetched: performance.getEntriesByType("resource").map(entry => entry.name)
      .filter(name => !name.startsWith("data:")),
    images: images.length,
    unloaded: images.filter(image => !image.complete || !image.naturalWidth).length,
    unnamed: images.filter(image => !image.alt).length,
    texts: texts.length,
    contrast: Math.min(...texts.map(contrast)),
    too_wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    folded: folded.length,
    unreachable: folded.length - reached.length,
    lost: [...document.querySelectorAll('a[href^="#"]')]
      .filter(link => !document.getElementById(link.getAttribute("href").slice(1))).length,
  });
});
</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")


@pytest.fixture
def figure():
    """Return a figure that is a picture."""
    stream = BytesIO()
    noise = np.random.default_rng(0).integers(256, size=(60, 90, 3), dtype=np.uint8)
    Image.fromarray(noise).save(stream, "PNG")
    return Figure(name="transfer_chips", png=stream.getvalue(), caption="Chips of T5.")


@pytest.fixture
def headline():
    """Return the rows that open a page, more than stay open on the front page."""
    row = Headline(
        quantity="MAPE of C11, VAE-regression (composite paper, Table 1)",
        paper="3.50 ± 0.24 %",
        here="22.40 % (gaussian)",
        verdict="undecided",
        why="115 training structures of 15 voxels per edge, 1 run; the paper's are 5,300 of 51",
    )
    return (row,) * (MOST_OPEN_ROWS + 1)


@pytest.fixture
def pages(figure, headline):
    """Return a study's page and a run's front page with everything that they may hold."""
    wide = pd.DataFrame([range(30)], columns=[f"column_{number}" for number in range(30)])
    tables = (
        Table.of(wide, "Wide."),
        Table.of(pd.DataFrame({"row": range(MOST_OPEN_ROWS + 1)}), "Long."),
    )
    section = Section(
        title="Transfer",
        lead="This report rests on simulated specimens.",
        headline=headline,
        findings=FINDINGS,
        parts=(Part(title="Chips", text="Text.", figures=(figure,), tables=tables),),
    )
    sections = {"transfer": section}
    card = Card(
        study="temper",
        description="Flows.",
        paper="Howland et al.",
        link="temper/report.html",
        leads=(section.lead,),
        headline=headline,
        finding="Worse.",
        figure=figure,
        jobs=3,
        work_s=90.0,
    )
    front = FrontPage(
        title="Run x",
        cards=(card, card.model_copy(update={"study": "steel"})),
        commands=("snakemake --cores 2 " + 40 * "long ",),
        given="seed: 1\n",
        provenance={"version": "1"},
    )
    study = Page(title="Study, run x", sections=sections, provenance={"run": "x"})
    return {"study": html(study), "front": front_html(front)}


def probed(text, path, width):
    """Open a page with a probe in it, and return what the probe found."""
    assert text.count("<head>") == text.count("</body>") == 1
    text = text.replace("<head>", f"<head>{FIRST}").replace("</body>", f"{LAST}</body>")
    path.write_text(text, encoding="utf-8")
    frame = path.with_name("frame.html")
    frame.write_text(FRAME.format(width=width, page=path.as_uri()), encoding="utf-8")
    shown = opened(frame, "--allow-file-access-from-files", "--dump-dom")
    return json.loads(unescape(re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL)[1]))


def opened(path, *how):
    """Open a file in chromium, and return what it writes."""
    return subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", *how),
            *(f"--user-data-dir={path.parent / 'profile'}", "--virtual-time-budget=5000"),
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


@pytest.mark.parametrize("width", WIDTHS_PX)
@pytest.mark.parametrize("name", ["study", "front"])
def test_a_page_opens_without_a_fault(pages, tmp_path, name, width):
    """No error, no request, every picture shown and named, every link of the contents has its goal.

    Text has a contrast of 4.5, and nothing but tables in their own frame is wider than the window.
    Folded findings are reached by the keyboard.
    """
    found = probed(pages[name], tmp_path / "page.html", WIDTHS_PX[width])
    assert found["images"] >= 1
    assert found["texts"] > 20
    assert found["contrast"] >= LEAST_CONTRAST
    assert found["folded"] == (name == "study")
    known = {"images", "texts", "contrast", "folded"}
    assert {key: value for key, value in found.items() if value and key not in known} == {}


def test_the_probe_finds_what_is_wrong(pages, tmp_path):
    """Pale text, a picture that does not load, a link without a goal, a script that fails."""
    wrong = (
        '<p style="color: #aaa">pale</p><img src="https://example.invalid/x.png">'
        '<a href="#nowhere">lost</a><div style="width: 9000px">wide</div>'
        "<script>undefinedName()</script>"
    )
    text = pages["study"].replace("</body>", f"{wrong}</body>")
    found = probed(text, tmp_path / "page.html", WIDTHS_PX["desktop"])
    assert found["contrast"] < LEAST_CONTRAST
    assert found["unloaded"] == found["unnamed"] == found["lost"] == 1
    assert len(found["fetched"]) == 1
    assert len(found["faults"]) == 2
    assert found["too_wide"]


def test_print_shows_folded_findings(pages, tmp_path):
    """Paper cannot be unfolded: by the style of print the list is seen, on the screen it is not."""
    style = re.search(r"@media print \{(.*?)\n  \}", pages["study"], re.DOTALL)[1]
    script = (
        '<pre id="probe"></pre><script>addEventListener("load", () => {'
        'document.getElementById("probe").textContent = document'
        '.querySelector("details.findings > ul").checkVisibility();});</script>'
    )
    seen = {}
    for medium, added in (("screen", ""), ("print", f"<style>{style}</style>")):
        text = pages["study"].replace("</head>", f"{added}</head>")
        path = tmp_path / f"{medium}.html"
        path.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
        shown = opened(path, "--dump-dom")
        seen[medium] = re.search(r'<pre id="probe">(\w+)</pre>', shown)[1]
    assert seen == {"screen": "false", "print": "true"}
