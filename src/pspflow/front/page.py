"""Gather the front page of a run from the sections, plans and times that lie in its folder."""

import csv
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from pspflow import __version__
from pspflow.errors import InputError
from pspflow.io.artefacts import fingerprint, replacing
from pspflow.io.pages import save_page
from pspflow.io.sections import read_section
from pspflow.report.front import Card, FrontPage, front_html
from pspflow.report.section import Section
from pspflow.status.plan import read_plans
from pspflow.studies import registry

PAGE: Final = "index.html"
GIVEN: Final = "config.yaml"
"""The options of the run that differ from the defaults."""
REPORT: Final = "report.html"


def write_front(folder: Path, given: str | None = None) -> Path | None:
    """Write the front page of a run; return it, or None where no study has its report yet.

    It tells times and commands, so that two runs which made the same differ in it.

    Parameters
    ----------
    folder
        Folder of the run.
    given
        The options that differ from the defaults, as YAML; kept beside the page. None: as kept.

    Raises
    ------
    InputError
        If a section or a plan is damaged.
    """
    # what follows a paper comes first
    order = sorted(registry.studies(), key=lambda study: not registry.paper(study))
    reported = [name for name in order if (folder / name / REPORT).is_file()]
    if not reported:
        return None
    kept = folder / GIVEN
    if given is not None:
        with replacing(kept) as staged:
            staged.write_text(given, encoding="utf-8")
    starts = [plan.start for path, plan in read_plans(folder) if path.parents[1].name in reported]
    commands = [shlex.join(["snakemake", *start.command]) for start in starts]
    page = FrontPage(
        title=f"Run {folder.name}",
        cards=tuple(_card(folder, study) for study in reported),
        commands=tuple(dict.fromkeys(commands)),
        given=kept.read_text(encoding="utf-8") if kept.exists() else "",
        provenance={
            "version": __version__,
            "sections": {study: fingerprint(*_paths(folder, study)) for study in reported},
        },
    )
    save_page(folder / PAGE, front_html(page))
    return folder / PAGE


def _card(folder: Path, study: str) -> Card:
    """Gather what the front page says of a study.

    Raises
    ------
    InputError
        If a section is damaged.
    """
    chapter, figure = registry.cover(study)
    sections = {path.parent.name: _section(path) for path in _paths(folder, study)}
    standing = sections.get(chapter)
    figures = {each.name: each for each in standing.figures} if standing else {}
    described = registry.described(study).partition(": ")[2]
    seconds = list(_seconds(folder / study / "benchmarks"))
    return Card(
        study=study,
        description=described[:1].upper() + described[1:],
        paper=registry.paper(study),
        link=f"{study}/{REPORT}",
        leads=tuple(each.lead for each in sections.values() if each.lead),
        headline=tuple(row for each in sections.values() for row in each.headline),
        finding=standing.findings[0] if standing and standing.findings else "",
        figure=figures.get(f"{chapter}_{figure}"),
        jobs=len(seconds),
        work_s=sum(seconds),
    )


def _paths(folder: Path, study: str) -> list[Path]:
    """Locate the sections of a study in reading order."""
    paths = (folder / study / name / "section.json" for name in registry.chapters(study))
    return [path for path in paths if path.is_file()]


def _section(path: Path) -> Section:
    content, _ = read_section(path)
    try:
        return Section.model_validate_json(content)
    except ValueError as error:
        raise InputError(
            f"{path}: not a section of this version; run snakemake again to make it anew."
        ) from error


def _seconds(folder: Path) -> Iterator[float]:
    """Yield the wall-clock seconds of each job that snakemake measured."""
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                with suppress(KeyError, TypeError, ValueError):  # cut short by a full disk
                    yield float(row["s"])
