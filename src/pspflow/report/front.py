"""The front page of a run, rendered as HTML: each study's headline, one figure, one paragraph."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from pspflow.report.page import html_environment
from pspflow.report.section import MOST_OPEN_ROWS, Figure, Headline


class Card(BaseModel):
    """A study on the front page."""

    model_config = ConfigDict(frozen=True)

    study: str
    description: str
    paper: str
    link: str
    """Its own page, from the front page."""
    leads: tuple[str, ...]
    """What it rests on."""
    headline: tuple[Headline, ...]
    finding: str
    """The first of the chapter that stands for it; empty if that has none."""
    figure: Figure | None
    jobs: int
    work_s: float
    """Wall-clock seconds of its jobs together, one after the other."""

    @property
    def verdicts(self) -> str:
        """Say how many of the paper's quantities are reached."""
        if not self.headline:
            return "No quantity of the paper can be compared with this run's data."
        counts = Counter(row.verdict for row in self.headline)
        found = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        count = len(self.headline)
        return f"Of {count} {'quantity' if count == 1 else 'quantities'} of the paper: {found}."

    @property
    def minutes(self) -> str:
        """Write how long its jobs took."""
        return f"{self.work_s / 60:.1f} minutes"


class FrontPage(BaseModel):
    """What is rendered."""

    model_config = ConfigDict(frozen=True)

    title: str
    cards: tuple[Card, ...]
    commands: tuple[str, ...]
    """How snakemake was started, the last start of each study."""
    given: str
    """The options that differ from the defaults, as YAML."""
    provenance: Mapping[str, Any]
    """Kept machine-readable in the page."""


def front_html(page: FrontPage) -> str:
    """Render the front page as one HTML file; everything that a user wrote is escaped."""
    template = html_environment().get_template("front.html")
    return template.render(page=page, most_open=MOST_OPEN_ROWS)
