"""Start a project: a folder with a configuration for a user's sheet."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from pspflow.config import load_config
from pspflow.errors import InputError
from pspflow.io.artefacts import replacing
from pspflow.io.imagesets import image_path
from pspflow.io.sheet import read_sheet, write_sheet
from pspflow.project.config import CHIP_PX, written
from pspflow.project.guesses import Project, guess

CONFIG: Final = "config.yaml"
SHEET: Final = "sheet.csv"
CHECKOUT: Final = Path(__file__).parents[3]


def start(folder: Path, sheet: Path, study: str, named: Mapping[str, str | None]) -> Project:
    """Write a project's configuration and, where names must change, its sheet.

    Parameters
    ----------
    folder
        Where both go; it is made if it is not there.
    sheet
        The user's sheet, one row per image; it stays as it is.
    study
        temper or steel.
    named
        Role (image, domain, specimen) and the column that the user names for it, if any.

    Raises
    ------
    InputError
        If the folder holds a configuration, the study has no sheet of images, or the sheet does not
        say what is needed.
    """
    if study not in CHIP_PX:
        raise InputError(f"--study is {study!r}; give {' or '.join(CHIP_PX)}: these take a sheet.")
    config, own = folder / CONFIG, folder / SHEET
    for path in (config, own):
        if path.exists() and path.resolve() != sheet.resolve():
            raise InputError(f"{path} is there already; name another folder, or delete it.")
    project = guess(sheet, read_sheet(sheet, required=()), named)
    if study == "steel" and not project.conditions:
        raise InputError(
            f"{sheet}: no column holds numbers on which models could be conditioned, such as "
            "'cooling_rate_c_s'; add one, or start with --study temper."
        )
    target = sheet
    if project.renamed:
        target = own.with_name("sheet_renamed.csv") if own.resolve() == sheet.resolve() else own
        table = project.sheet.assign(
            image=[_from(folder, image_path(sheet, str(image))) for image in project.sheet["image"]]
        )
        project.said.append(f"names are changed in {target.name}; {sheet} stays as it is.")
    text = written(project, study, _run_name(folder), Path(_from(folder, target)))
    load_config(yaml.safe_load(text))  # what is written is legal, or nothing is written
    folder.mkdir(parents=True, exist_ok=True)
    if project.renamed:
        write_sheet(target, table)
    with replacing(config) as staged:
        staged.write_text(text, encoding="utf-8")
    return project


def summary(folder: Path, study: str, project: Project) -> str:
    """Say what was guessed, what is missing, and what comes next."""
    lines = ["Guessed:", *(f"  {each}" for each in project.said)]
    if project.missing:
        lines += ["Missing:", *(f"  {each}" for each in project.missing)]
    lines += [
        f"Read and correct {folder / CONFIG}, then:",
        f"  cd {folder}",
        f"  snakemake -s {CHECKOUT / 'Snakefile'} --cores all {study}",
    ]
    return "\n".join(lines) + "\n"


def _from(folder: Path, path: Path) -> str:
    """Write a path from a folder: relative where both have a root in common beyond `/`."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def _run_name(folder: Path) -> str:
    name = "".join(
        sign if sign.isalnum() or sign in "_.-" else "_" for sign in folder.resolve().name
    )
    plain = name.encode("ascii", "ignore").decode().lstrip("_.-")
    return plain or "mine"
