"""Ground truth: a folder through which a laboratory, or a code elsewhere, answers.

The study writes `wanted.csv` and `orientations/NAME.txt`; the user writes `measured.csv`.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.artefacts import replacing
from pspflow.io.sheet import write_sheet
from pspflow.io.textures.mtex import write_orientations
from pspflow.logs import log
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture.orientations import quaternions
from pspflow.studies.texture.plasticity.answers import Answers
from pspflow.studies.texture.plasticity.files import MEASURED
from pspflow.studies.texture.plasticity.measured import FILE, Measured, read_measured
from pspflow.studies.texture.plasticity.tables import NAME
from pspflow.studies.texture.textures.store import Grains

WANTED, ORIENTATIONS = "wanted.csv", "orientations"
FILE_NAME: Final = re.compile(r"\w[\w.-]*")
SAME: Final = 1e-6
"""By which the product of two quaternions of one orientation may miss 1, and weights differ from
each other: files are rounded."""


class AwaitingMeasurements(InputError):  # noqa: N818 - nothing is wrong: it is the user's turn
    """Textures have yet to be measured; the message says how many, and what to fill."""


class TableTruth:
    """Answers with the rows of `measured.csv`, and asks for what it does not hold.

    Parameters
    ----------
    folder
        Folder of the exchange; made where it is missing. `measured.csv` is never written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parameters(self, textures: Sequence[Grains], names: Sequence[str]) -> Answers:
        """Return the measured parameters of textures.

        Raises
        ------
        AwaitingMeasurements
            If a texture has no row in `measured.csv`; what is wanted has been written.
        InputError
            With a sentence for each row of `measured.csv` that cannot be used; if a name cannot be
            that of a file; or if a file of an earlier call holds another texture of this name.
        """
        known = read_measured(self.folder / MEASURED)
        for name, grains in dict(zip(names, textures, strict=True)).items():
            self._write(name, grains)
        waiting = [name for name in dict.fromkeys(names) if name not in known]
        if waiting:
            self._ask(known)
            raise AwaitingMeasurements(
                f"{self.folder / MEASURED}: {len(waiting)} of {len(set(names))} textures wait for "
                f"their measurement, {waiting[0]} first; add a row for each that "
                f"{self.folder / WANTED} lists, with name and 54 parameters or with name and "
                "failure, and run again."
            )
        rows = [known[name] for name in names]
        found = np.full((len(rows), len(PARAMETER_NAMES)), np.nan)
        failures: dict[int, str] = {}
        for place, row in enumerate(rows):
            if isinstance(row, str):
                failures[place] = row
            else:
                found[place] = row
        return Answers(found, failures)

    def _write(self, name: str, grains: Grains) -> None:
        """Write the orientations of a texture, or check that they are those written before."""
        if not FILE_NAME.fullmatch(name):
            raise InputError(
                f"texture {name!r} cannot name a file of {self.folder / ORIENTATIONS}; rename it "
                "in your sheet with letters, digits, '.', '-' and '_'."
            )
        path = self.folder / ORIENTATIONS / f"{name}.txt"
        if not path.exists():
            with replacing(path) as staged:
                write_orientations(staged, *grains)
        elif not _same(path, grains):
            raise InputError(
                f"{path}: it holds another texture than {name!r} of this run, so its measurement "
                "would be taken for another's; set texture.plasticity.table.folder to a new folder."
            )

    def _ask(self, known: Measured) -> None:
        """List every texture with orientations and without a row, those of other jobs as well."""
        listed: set[str] | None = None
        # another job may have added textures since they were listed
        while listed != (asked := {path.stem for path in self._files()}):
            listed = asked
            names = sorted(asked - set(known))
            rows = {NAME: names, FILE: [f"{ORIENTATIONS}/{name}.txt" for name in names]}
            write_sheet(self.folder / WANTED, pd.DataFrame(rows))
        if lost := sorted(set(known) - asked):
            log.warning(
                "%s: %d rows are of textures that were never asked for, such as %r; check the "
                "spelling of their names",
                self.folder / MEASURED,
                len(lost),
                lost[0],
            )

    def _files(self) -> list[Path]:
        files = (self.folder / ORIENTATIONS).glob("*.txt")
        return [path for path in files if not path.name.startswith(".")]


def _same(path: Path, grains: Grains) -> bool:
    """Tell whether a file holds these weighted orientations; the last digits do not count."""
    try:
        rows = np.loadtxt(path, comments="%", ndmin=2)
    except (ValueError, IndexError):
        return False
    angles, weights = rows[:, :3], rows[:, 3:].ravel()
    if angles.shape != grains.orientations.shape or np.abs(angles).max() > 360:
        return False
    if not np.allclose(weights, grains.weights, rtol=SAME, atol=0):
        return False
    products = quaternions(np.radians(angles)) * quaternions(grains.orientations)
    return bool((np.abs(products.sum(1)) > 1 - SAME).all())
