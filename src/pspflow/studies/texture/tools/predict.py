"""Command: the anisotropy of a user's textures is predicted, and checked if asked for."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from cyclopts import Parameter

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.sheet import write_sheet
from pspflow.io.tables import write_table
from pspflow.io.textures import QuaternionOrder, QuaternionSense, Unit
from pspflow.logs import log
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.stage import AUTO, INPUT, Device, Seed, Threads, stage
from pspflow.studies.texture.analysis.reading import read_texture
from pspflow.studies.texture.design.models import find_models, load_models, truth_of
from pspflow.studies.texture.design.predictions import (
    UsersTexture,
    prediction_table,
    read_coefficients,
    texture_of,
)
from pspflow.studies.texture.plasticity.truth import ground_truth
from pspflow.studies.texture.textures.store import Grains

SUFFIXES: Final = (".csv", ".parquet")
READ_CHARACTERS: Final = 4096
UserFile = Annotated[
    Path,
    Parameter(
        help="Maps (.ang, .ctf) or tables (MTEX text, VPSC, CSV) of orientations of cubic "
        "crystals, or CSV of coefficients C4_11 …"
    ),
    INPUT,
]


@stage
def predict(
    *files: UserFile,
    model: Path,
    out: Path,
    unit: Unit | None = None,
    quaternion_order: QuaternionOrder | None = None,
    quaternion_sense: QuaternionSense | None = None,
    phase: str | None = None,
    check: bool = False,
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Predict the anisotropy parameters of your textures, with their uncertainty.

    Parameters
    ----------
    model
        Folder of the study in a run, results/RUN/texture, or of one start of an arm of its loop.
    out
        Table to write, .csv or .parquet: one row per texture.
    unit
        Unit of the angles, where a file does not tell, or tells wrongly.
    quaternion_order
        Where the scalar stands in four numbered columns.
    quaternion_sense
        Which coordinates quaternions turn into which, where the header has words against
        crystal_to_specimen.
    phase
        Number or name of the phase, where points belong to several.
    check
        Whether to compute the parameters too, as the run did those it learned from.

    Raises
    ------
    InputError
        If a file cannot be used, or no texture has its coefficients.
    """
    if out.suffix.lower() not in SUFFIXES or out.is_dir():
        raise InputError(f"{out}: the table is CSV or Parquet; name a file that ends as one.")
    if not files:
        raise InputError("no file is named; name one or more of orientations or coefficients.")
    if out.resolve() in {path.resolve() for path in files}:
        raise InputError(f"{out}: this is a file to read; name another one to write.")
    found = find_models(model)
    textures: list[UsersTexture] = []
    called = Counter(path.name for path in files)
    for path in files:
        if holds_coefficients(path):
            textures += read_coefficients(path)
            continue
        read = read_texture(path, unit, quaternion_order, quaternion_sense, phase)
        name = path.name if called[path.name] == 1 else str(path)
        textures.append(texture_of(name, Grains(read.angles_rad, read.weights)))
    for name, count in Counter(each.name for each in textures).items():
        if count > 1:
            raise InputError(
                f"{count} textures are called {name!r}, after their file or by column 'texture' of "
                "coefficients, so that the table could not tell them apart; rename one."
            )
    truth = ground_truth(truth_of(found), threads) if check else None
    table = prediction_table(textures, load_models(found, device), truth, seed)
    if out.suffix.lower() == ".csv":
        write_sheet(out, table)
    else:
        write_table(out, table, origin.including(found._asdict()))
    if check and np.isfinite(table["error_percent"]).any():
        log.info(
            "Mean difference of predicted and computed parameters: %.1f %%",
            table["error_percent"].mean(),
        )
    log.info("%d textures predicted: %s", len(table), out)


def holds_coefficients(path: Path) -> bool:
    """Whether a file is a table of coefficients: its first line names one of them."""
    if path.suffix.lower() == ".parquet":
        return True
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            first = stream.readline(READ_CHARACTERS)
    except OSError:
        return False
    cells = {cell.strip().strip('"') for cell in first.replace(";", ",").split(",")}
    return bool(cells & set(names()))
