"""The report of a study: the sections of its chapters, as an HTML page and as an evidence page."""

from pathlib import Path

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.pages import save_page
from pspflow.io.sections import read_section
from pspflow.report.page import Page, figures_of, html, markdown
from pspflow.report.pictures import small_png
from pspflow.report.section import Section
from pspflow.studies.paths import NamedSections
from pspflow.studies.stage import stage


@stage
def report(
    *, title: str, sections: NamedSections, page: Path, evidence: Path, origin: Provenance
) -> None:
    """Write the report of a study: one HTML page, and one Markdown page with its figures beside it.

    Parameters
    ----------
    title
        Heading of both pages.
    page
        HTML page to write; its figures are inside.
    evidence
        Folder to write: README.md, and figures of at most 200 kB each; it can be committed.
    """
    known, records = {}, {}
    for chapter, path in sections.items():
        content, records[chapter] = read_section(path)
        known[chapter] = Section.model_validate_json(content)
    made = Page(
        title=title, sections=known, provenance={"report": origin.as_dict(), "sections": records}
    )
    save_page(page, html(made))
    with replacing(evidence) as staged:
        staged.mkdir()
        names = {figure.name: f"{figure.name}.png" for figure in figures_of(made)}
        for figure in figures_of(made):
            (staged / names[figure.name]).write_bytes(small_png(figure.png))
        (staged / "README.md").write_text(markdown(made, names), encoding="utf-8")
