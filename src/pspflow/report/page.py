"""A study's page: the sections of its chapters, rendered as HTML and as Markdown."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict

from pspflow.report.section import Figure, Headline, Section

MARKS = re.compile(r"[\\`*\[\]]|(?<!\w)_|_(?!\w)")
"""What Markdown may read as an emphasis or a link; an underscore within a word is none."""


class Page(BaseModel):
    """What is rendered."""

    model_config = ConfigDict(frozen=True)

    title: str
    sections: Mapping[str, Section]
    """Chapter and its section, in reading order."""
    provenance: Mapping[str, Any]
    """Shown at the end, and kept machine-readable in the HTML page."""

    @property
    def leads(self) -> list[str]:
        """What the report rests on."""
        return [each.lead for each in self.sections.values() if each.lead]

    @property
    def headline(self) -> list[Headline]:
        """Rows of the table that opens the page."""
        return [row for each in self.sections.values() for row in each.headline]

    @property
    def findings(self) -> list[str]:
        """Sentences of all chapters."""
        return [sentence for each in self.sections.values() for sentence in each.findings]


def html(page: Page) -> str:
    """Render a page as HTML with its figures embedded; everything that a user wrote is escaped."""
    return html_environment().get_template("page.html").render(page=page)


def markdown(page: Page, figures: Mapping[str, str]) -> str:
    """Render a page as Markdown.

    Parameters
    ----------
    page
        What is rendered.
    figures
        Name of each figure, and the path of its file as the page shall link it.
    """
    environment = _environment(autoescape=False)
    environment.filters |= {"md": escaped, "cell": lambda text: escaped(text).replace("|", r"\|")}
    return environment.get_template("page.md").render(page=page, figures=figures)


def escaped(text: str) -> str:
    """Keep text from being read as HTML or as an emphasis of Markdown."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = MARKS.sub(r"\\\g<0>", text)
    return " ".join(text.split("\n"))


def figures_of(page: Page) -> list[Figure]:
    """List the figures of a page in their order.

    Raises
    ------
    ValueError
        If two have one name.
    """
    figures = [figure for each in page.sections.values() for figure in each.figures]
    names = [figure.name for figure in figures]
    if len(set(names)) < len(names):
        raise ValueError(f"two figures have one name: {sorted(names)}")
    return figures


def html_environment() -> Environment:
    """Return the templates of HTML pages; bytes pass the filter `base64`."""
    environment = _environment(autoescape=True)
    environment.filters["base64"] = lambda data: b64encode(data).decode("ascii")
    return environment


def _environment(*, autoescape: bool) -> Environment:
    return Environment(
        loader=PackageLoader("pspflow.report"),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
