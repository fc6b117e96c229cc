"""The HTML report: one self-contained page a study."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True)
class Figure:
    """A figure of the page."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    rows: pd.DataFrame
    caption: str

    @property
    def header(self) -> list[str]:
        """Column names, without the underscores of code."""
        return [str(name).replace("_", " ") for name in self.rows.columns]

    @property
    def cells(self) -> list[list[str]]:
        """Every value as text: four significant digits, a dash where there is none."""
        return [[_text(value) for value in row] for row in self.rows.itertuples(index=False)]


@dataclass(frozen=True)
class Section:
    """A section of the page: sentences, a list of them, then tables, then figures."""

    title: str
    text: str
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = field(default=())
    points: Sequence[str] = ()


def render(
    title: str, lead: str, sections: Sequence[Section], provenance: Mapping[str, Any]
) -> str:
    """Render a page.

    Parameters
    ----------
    title, lead
        Heading, and the sentences under it.
    sections
        The body.
    provenance
        Shown at the end, and kept machine-readable in the page.

    Returns
    -------
    str
        HTML with its figures embedded; everything that comes from a user is escaped.
    """
    environment = Environment(
        loader=PackageLoader("pspflow.report"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["base64"] = _base64
    page = environment.get_template("page.html")
    return page.render(title=title, lead=lead, sections=sections, provenance=provenance)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:.4g}"
    return str(value)


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
