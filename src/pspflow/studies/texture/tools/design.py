"""Command: textures of wanted anisotropy are made, checked and ranked."""

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from cyclopts import Parameter

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.pages import save_figure
from pspflow.io.sheet import write_sheet
from pspflow.logs import log
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.shared.output_folders import check_output_folder
from pspflow.studies.stage import AUTO, Device, Seed, Threads, Whole, stage
from pspflow.studies.texture.design.comparisons import sheet_table
from pspflow.studies.texture.design.designs import SUMMARY, Texture
from pspflow.studies.texture.design.figures import poles_figure, sheets_figure
from pspflow.studies.texture.design.models import find_models, load_models, truth_of
from pspflow.studies.texture.design.options import ANGLES_DEG
from pspflow.studies.texture.design.proposals import design_textures
from pspflow.studies.texture.design.store import target_table, write_texts
from pspflow.studies.texture.design.targets import Target, read_targets, target_of_wish
from pspflow.studies.texture.plasticity.truth import ground_truth

DESIGNS, COEFFICIENTS, WANTED, ORIENTATIONS, POLES, SHEETS = FILES = (
    "designs.csv",
    "coefficients.csv",
    "targets.csv",
    "orientations",
    "pole_figures.png",
    "sheets.png",
)
ByAngle = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())]


@stage
def design(
    *,
    model: Path,
    out: Path,
    targets: Path | None = None,
    r_value: ByAngle = (),
    stress: ByAngle = (),
    candidates: Whole = 64,
    count: Whole = 3,
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Design textures of wanted anisotropy: draw some, check the best, and rank them.

    What is not wanted is completed from what textures of the run have.

    Parameters
    ----------
    model
        Folder of the study in a run, results/RUN/texture, or of one start of an arm of its loop.
    out
        Folder to make: designs.csv, coefficients.csv, targets.csv, orientations/, pole_figures.png
        and sheets.png, the best first.
    targets
        CSV of yours, one row per target: target (a name) and any of the 54 parameters.
    r_value
        Wanted r-values, ANGLE:VALUE, at 0, 15 … 90 degrees to the rolling direction: 0:1.8 90:1.9.
    stress
        Wanted yield stresses relative to that at 0 degrees, ANGLE:VALUE.
    candidates
        Textures that are drawn for each target.
    count
        The best of them, which are checked.

    Raises
    ------
    InputError
        If what is wanted cannot be used, no texture comes near it, or the folder holds something
        else.
    """
    out = out.resolve()
    check_output_folder(out, FILES, "an earlier design")
    for name, number in (("candidates", candidates), ("count", count)):
        if number < 1:
            raise InputError(f"{name} is {number}; give at least 1.")
    wanted = _wanted(targets, r_value, stress)
    found = find_models(model)
    made = design_textures(
        wanted,
        load_models(found, device),
        ground_truth(truth_of(found), threads),
        candidates,
        count,
        seed,
    )
    known = {"targets": targets} if targets else {}
    origin = origin.including({**found._asdict(), **known})
    table = target_table(wanted, made.proposed)
    with replacing(out) as staged:
        staged.mkdir()
        write_sheet(staged / DESIGNS, made.table)
        write_sheet(staged / COEFFICIENTS, _coefficients(made.table, made.textures))
        write_sheet(staged / WANTED, table)
        write_texts(staged / ORIENTATIONS, made.table, made.textures)
        grains = [each.grains for each in made.textures]
        save_figure(staged / POLES, poles_figure(made.table, grains), origin)
        save_figure(staged / SHEETS, sheets_figure(sheet_table(table, made.table)), origin)
    text = made.table[SUMMARY].to_string(index=False, float_format="{:.3g}".format)
    sys.stdout.write(f"{text}\n")
    log.info("%d targets, the best design first: %s", len(wanted), out)


def by_angle(flag: str, words: tuple[str, ...]) -> dict[int, float]:
    """Read words ANGLE:VALUE.

    Raises
    ------
    InputError
        If one is none, an angle is none of the sheet's or comes twice, or a value is not above 0.
    """
    found: dict[int, float] = {}
    for word in words:
        angle, colon, number = word.partition(":")
        try:
            degrees, value = float(angle), float(number)
        except ValueError:
            degrees = value = np.nan
        if not colon or not np.isfinite([degrees, value]).all():
            raise InputError(f"{flag} {word}: give ANGLE:VALUE, as 45:1.2.")
        if degrees not in ANGLES_DEG:
            raise InputError(
                f"{flag} {word}: {angle} is no angle of the sheet; give one of "
                f"{', '.join(map(str, ANGLES_DEG))} degrees."
            )
        if value <= 0:
            raise InputError(f"{flag} {word}: {number} is not above 0; give a positive number.")
        if int(degrees) in found:
            raise InputError(f"{flag} {word}: the angle {angle} is there twice; remove one.")
        found[int(degrees)] = value
    return found


def _wanted(
    targets: Path | None, r_value: tuple[str, ...], stress: tuple[str, ...]
) -> list[Target]:
    wanted = [] if targets is None else read_targets(targets)
    if r_value or stress:
        wish = target_of_wish("wish", by_angle("--r-value", r_value), by_angle("--stress", stress))
        if wish.name in {each.name for each in wanted}:
            raise InputError(f"{targets}: a target is named {wish.name!r}; rename it.")
        wanted.insert(0, wish)
    if not wanted:
        raise InputError("nothing is wanted; give --targets, --r-value or --stress.")
    return wanted


def _coefficients(table: pd.DataFrame, textures: list[Texture]) -> pd.DataFrame:
    """List the coefficients of the designs, as `predict` reads them."""
    chosen = np.flatnonzero(table["origin"] == "design")
    labels = table["target"] + "_" + table["rank"].astype(str)
    rows = pd.DataFrame([textures[place].coefficients for place in chosen], columns=names())
    rows.insert(0, "texture", labels.iloc[chosen].to_numpy())
    return rows
