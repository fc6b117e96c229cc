"""The commented configuration of a new project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from pspflow.project.guesses import SHARES, Project

CHIP_PX: Final = {"temper": 64, "steel": 128}
"""Edge of chips that a study is given, where its images are large enough."""
CROP_PX: Final = 64
LEAST_CHIP_PX: Final = 16
CHIPS_ACROSS: Final = 4
"""Chips that the shortest edge of an image should hold."""


def chip_edge(study: str, smallest_px: int) -> int:
    """Return the edge of chips: a power of two that fits several times into every image."""
    edge = CHIP_PX[study]
    while edge > LEAST_CHIP_PX and CHIPS_ACROSS * edge > smallest_px:
        edge //= 2
    return edge


def written(project: Project, study: str, run: str, sheet: Path) -> str:
    """Write the configuration of a project as YAML, with what was guessed as comments.

    Parameters
    ----------
    project
        What was guessed.
    study
        temper or steel.
    run
        Name of the run.
    sheet
        Where the sheet lies, from the folder where snakemake runs.
    """
    return "\n".join(_lines(project, study, run, sheet)) + "\n"


def _lines(project: Project, study: str, run: str, sheet: Path) -> Iterator[str]:
    yield "# Made by `pspflow init`: what is not here has its default. Correct what was guessed."
    yield from (f"# - {sentence}" for sentence in project.said)
    if project.missing:
        yield "# What is missing:"
    yield from (f"# - {sentence}" for sentence in project.missing)
    edge = chip_edge(study, project.smallest_px)
    yield f"""run: {_text(run)} # results go to results/{run}

{study}:
  images:
    source: micrographs
    micrographs: {{sheet: {_text(str(sheet))}}}
    # classes of which each has its own rows in tables, in the order of the figures
    domains:"""
    for name, label in project.labels.items():
        given = f", label: {_text(label)}" if label else ""
        yield f"      - {{name: {_text(name)}{given}}}"
    yield from _conditions(project) if study == "steel" else _other_labels(project)
    yield f"""    # rows cut off the bottom of every image: look at one
    scale: {{annotation_bar_px: 0}}
    split: {_split(project)} # by: specimen | micrograph | region
    # the shortest edge of an image is {project.smallest_px} px
    chips: {{size_px: {edge}, stride_px: {edge // 2}}}"""
    if study == "steel":
        yield f"""  codes:
    crop_px: {min(edge, CROP_PX)} # edge of the parts of chips that networks are trained on
    # a domain that the models do not see, to test between others
    held_out: {{domain: null}}
  generation:
    # further conditions for which chips are made, a list of values each
    further: []"""
    elif len(project.labels) > 1:
        yield "  # laptop scale; for a result, five seeds and ten times the epochs"
        yield "  flows: {seeds: 1, epochs: 8}"


def _other_labels(project: Project) -> Iterator[str]:
    others = [name for name in project.conditions if name not in project.labels.values()]
    yield "      # a label is a column with numbers that is predicted from the domain's chips"
    if others:
        yield f"      # others: {', '.join(others)}"


def _conditions(project: Project) -> Iterator[str]:
    yield "    # what the models are conditioned on: remove properties that were measured"
    yield "    conditions:"
    for name, log in project.conditions.items():
        yield f"      - {{column: {_text(name)}, log: {str(log).lower()}}}"


def _split(project: Project) -> str:
    """Write the split, with its shares where they are not the defaults."""
    test = project.test_share
    if test == SHARES.test:
        return f"{{by: {project.split_by}}}"
    rest = 1 - SHARES.validation - test
    return (
        f"{{by: {project.split_by}, train: {rest:.2f}, validation: {SHARES.validation}, "
        f"test: {test:.2f}}}"
    )


def _text(value: str) -> str:
    """Write text as YAML reads it back as text."""
    return yaml.safe_dump(value, allow_unicode=True, width=1000, default_flow_style=True).split(
        "\n"
    )[0]
