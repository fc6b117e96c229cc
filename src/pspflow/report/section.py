"""A chapter's section of a report: what it says, with its tables and figures, ready to be rendered.

Everything is text already: numbers have four significant digits, so that every page says the same.
"""

from typing import Any, Final, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict

MOST_OPEN_ROWS = 12
"""Rows of a table beyond which pages fold it away."""

MOST_OPEN_FINDINGS = 6
"""Findings of a chapter that pages show; the further ones fold away."""

UNITS: Final = {
    "percent": "%",
    "gpa": "GPa",
    "mpa": "MPa",
    "um": "µm",
    "px": "px",
    "db": "dB",
    "deg": "°",
}
"""Words of a column's name that are its unit, as tables show it."""
SYMBOLS: Final = {
    **{name: name.upper() for name in ("c11", "c22", "c33", "c21", "c31", "c32", "mape", "mse")},
    "r2": "R²",
    "snr": "SNR",
}
"""Words of a column's name that the field writes otherwise."""
LARGE: Final = 1e4
"""Numbers from which tables write no power of ten."""


class _Text(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )


class Figure(_Text):
    """A figure of a page."""

    name: str
    """Name of its file, without ending; distinct within a study."""
    png: bytes
    caption: str


class Table(_Text):
    """A table of a page."""

    caption: str
    header: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    detail: bool = False
    """Whether few readers need it, so that pages fold it away, however short."""

    @classmethod
    def of(cls, rows: pd.DataFrame, caption: str, *, detail: bool = False) -> Self:
        """Write a table as text: a dash where there is no value, names as `_heading` does."""
        return cls(
            caption=caption,
            detail=detail,
            header=tuple(_heading(str(name)) for name in rows.columns),
            cells=tuple(tuple(_cell(v) for v in row) for row in rows.itertuples(index=False)),
        )

    @property
    def folded(self) -> bool:
        """Whether pages fold it away: it is long, or a detail."""
        return self.detail or len(self.cells) > MOST_OPEN_ROWS


class Headline(_Text):
    """A row of the table that opens a page: a quantity of the paper, and what became of it here."""

    quantity: str
    paper: str
    here: str
    verdict: Literal["reached", "not reached", "undecided", "not comparable"]
    why: str = ""
    """Why it is not reached, undecided (an interval holds the paper's value) or not comparable."""

    def repeats(self, above: Self) -> bool:
        """Tell whether the row above it has the same verdict and reason."""
        return (above.verdict, above.why) == (self.verdict, self.why)


class Part(_Text):
    """A part of a section: sentences, then figures, then tables."""

    title: str
    text: str = ""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


class Section(_Text):
    """What a chapter says in the report of its study."""

    title: str
    lead: str = ""
    """What the report rests on; said by the chapter that the data come from."""
    headline: tuple[Headline, ...] = ()
    findings: tuple[str, ...] = ()
    """Sentences computed from the tables; what got worse is said first."""
    parts: tuple[Part, ...] = ()

    @property
    def first_findings(self) -> tuple[str, ...]:
        """The findings that pages show at once: what got worse is among them."""
        return self.findings[:MOST_OPEN_FINDINGS]

    @property
    def further_findings(self) -> tuple[str, ...]:
        """The findings that pages fold away."""
        return self.findings[MOST_OPEN_FINDINGS:]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of all parts."""
        return tuple(figure for part in self.parts for figure in part.figures)


def _heading(name: str) -> str:
    """Write the name of a column: no underscores, its unit in brackets at the end, symbols."""
    words = name.split("_")
    units = [UNITS[word] for word in words if word in UNITS] if len(words) > 1 else []
    kept = [word for word in words if word not in UNITS] if units else words
    said = " ".join(SYMBOLS.get(word, word) for word in kept)
    return f"{said} ({', '.join(units)})" if units else said


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, float) and LARGE <= abs(value) < float("inf"):
        return f"{float(f'{value:.4g}'):,.0f}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
