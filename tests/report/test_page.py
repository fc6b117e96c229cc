"""Pages: sections rendered as HTML and as Markdown say the same, and run nothing of a user's."""

import json
import re
from base64 import b64encode

import pandas as pd
import pytest

from pspflow.report.page import Page, escaped, figures_of, html, markdown
from pspflow.report.section import (
    MOST_OPEN_FINDINGS,
    MOST_OPEN_ROWS,
    Figure,
    Headline,
    Part,
    Section,
    Table,
)

PNG = b"\x89PNG of a figure"


@pytest.fixture
def page():
    """Return a page of two chapters with everything that a section may hold."""
    figure = Figure(name="images_chips", png=PNG, caption="Chips of <t5>.")
    short = Table.of(pd.DataFrame({"error_percent": [1.23456, None], "name": ["a|b", "c"]}), "Few.")
    long = Table.of(pd.DataFrame({"row": range(MOST_OPEN_ROWS + 1)}), "Many.")
    first = Section(
        title="Images",
        lead="This report rests on simulated specimens.",
        parts=(Part(title="Chips", text="Text & more.", figures=(figure,), tables=(short, long)),),
    )
    second = Section(
        title="Forward",
        headline=(
            Headline(
                quantity="MAPE of C11",
                paper="3.50 %",
                here="7.2 %",
                verdict="not reached",
                why="21 voxels, not 51",
            ),
        ),
        findings=("The network is worse than ridge_regression by 2.1 ± .3 points.",),
        parts=(Part(title="Forward", text="Accuracy."),),
    )
    sections = {"images": first, "forward": second}
    return Page(title="Study, run x", sections=sections, provenance={"run": "</script><b>"})


@pytest.mark.parametrize("render", [html, lambda page: markdown(page, {"images_chips": "c.png"})])
def test_a_page_opens_with_the_headline_then_the_findings(page, render):
    """A reader sees what was reached before any figure."""
    text = render(page)
    places = [
        text.index(words)
        for words in (
            "rests on simulated",
            "MAPE of C11",
            "The network is worse",
            "Text &amp; more",
        )
    ]
    assert places == sorted(places)
    assert "not reached: 21 voxels, not 51" in text


def test_html_is_self_contained_and_escaped(page):
    """Figures are inside; nothing of a user's is read as HTML."""
    text = html(page)
    assert b64encode(PNG).decode() in text
    assert "<t5>" not in text
    assert "</script><b>" not in text
    record = re.search(r'id="provenance">(.*?)</script>', text, re.DOTALL)
    assert json.loads(record[1]) == {"run": "</script><b>"}
    assert not re.search(r'(src|href)="(?!data:|#)', text)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a|b", "<img src=x onerror=y>"])
def test_names_of_specimens_stay_text(name):
    """A sheet's names are text in titles, sentences, captions and cells of both pages."""
    figure = Figure(name="chips", png=PNG, caption=name)
    table = Table.of(pd.DataFrame({"specimen": [name], name: [1.0]}), name)
    part = Part(title=name, text=name, figures=(figure,), tables=(table,))
    section = Section(title=name, lead=name, findings=(name,), parts=(part,))
    page = Page(title=name, sections={"images": section}, provenance={"specimen": name})
    for text in (html(page), markdown(page, {"chips": "c.png"})):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}


def test_long_tables_are_folded(page):
    """Short ones stay open, on both pages."""
    for text in (html(page), markdown(page, {"images_chips": "c.png"})):
        (folded,) = re.findall(
            r"<details>\s*<summary>(.*?)</summary>", text.split("<h2>Provenance")[0]
        )
        assert folded == f"Many. ({MOST_OPEN_ROWS + 1} rows)"


def test_markdown_links_the_figures_and_keeps_its_tables(page):
    """A bar in a cell does not end it, a missing value is a dash."""
    text = markdown(page, {"images_chips": "c.png"})
    assert "![Chips of &lt;t5&gt;.](c.png)" in text
    assert "| error (%) | name |\n|---|---|\n| 1.235 | a\\|b |\n| – | c |\n" in text
    assert "ridge_regression" in text


def test_names_of_figures_are_distinct(page):
    """Two figures of one name would overwrite each other beside the Markdown page."""
    twice = {"a": page.sections["images"], "b": page.sections["images"]}
    with pytest.raises(ValueError, match="one name"):
        figures_of(page.model_copy(update={"sections": twice}))


def test_sections_survive_their_file(page):
    """What a stage writes is what the report reads, figures byte by byte."""
    for section in page.sections.values():
        assert Section.model_validate_json(section.model_dump_json()) == section


def test_escaped_text_is_one_line():
    """A line break of a user's name cannot begin a heading."""
    assert escaped("a\n# b <c> *d* _e_ f_g") == r"a # b &lt;c&gt; \*d\* \_e\_ f_g"


def test_many_findings_are_folded(page):
    """The first stay open; each chapter links to its findings, which say how many they are."""
    many = tuple(f"{number} of 99 worse." for number in range(MOST_OPEN_FINDINGS + 3))
    forward = page.sections["forward"].model_copy(update={"findings": many})
    changed = page.model_copy(update={"sections": {**page.sections, "forward": forward}})
    text = html(changed)
    opened, folded = text.split('<details class="findings"><summary>3 more findings</summary>')
    assert all(opened.count(each) == 1 for each in many[:MOST_OPEN_FINDINGS])
    assert all(folded.count(each) == 1 for each in many[MOST_OPEN_FINDINGS:])
    assert f'<a href="#findings-forward">Findings of this chapter ({len(many)})</a>' in folded
    assert '<details class="findings">' not in html(page)
    assert "findings-images" not in text
    assert all(each in markdown(changed, {"images_chips": "c.png"}) for each in many)


@pytest.mark.parametrize("render", [html, lambda page: markdown(page, {"images_chips": "c.png"})])
def test_a_reason_is_said_once_for_rows_below_each_other(page, render):
    """Of rows with another verdict, or another row between them, it is said again."""
    (row,) = page.headline
    other = row.model_copy(update={"verdict": "undecided"})
    forward = page.sections["forward"].model_copy(update={"headline": (row, row, other, row)})
    text = render(page.model_copy(update={"sections": {"forward": forward}}))
    assert text.count("not reached: 21 voxels, not 51") == 2
    assert text.count("not reached: as above") == 1
    assert text.count("undecided: 21 voxels, not 51") == 1
