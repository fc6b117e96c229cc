"""Simulated micrographs, written as a user would bring them: a folder of TIFF images and a sheet.

A study that simulates micrographs does so in a stage `simulate` of its own; everything after it is
the same as for the user's images.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.sheet import write_sheet
from pspflow.logs import progress


@dataclass(frozen=True)
class SimulatedMicrograph:
    """A micrograph to simulate, and its row of the sheet."""

    name: str
    """Name of its file, without ending."""
    domain: str
    specimen: str
    measured: Mapping[str, float]
    """Further columns of the sheet: process parameters and properties of the specimen."""
    draw: Callable[[], np.ndarray]
    """Returns its pixels, (rows, columns) uint8; it may run in a process of its own."""


def write_simulated(
    sheet: Path,
    images: Path,
    micrographs: Sequence[SimulatedMicrograph],
    pixel_size_um: float,
    origin: Provenance,
    processes: int = 1,
) -> None:
    """Simulate micrographs and write them, and the sheet that names them.

    Parameters
    ----------
    sheet
        CSV file to write, last.
    images
        Folder to write; every image carries its provenance.
    micrographs
        What to simulate, in the order of the sheet.
    pixel_size_um
        Edge of a pixel.
    origin
        Provenance of the images.
    processes
        Processes to work with.
    """
    with replacing(images) as staged:
        staged.mkdir()
        work = Parallel(n_jobs=processes, return_as="generator")(
            delayed(_write)(staged, micrograph, pixel_size_um, origin) for micrograph in micrographs
        )
        for _ in progress(work, len(micrographs), "simulated micrographs", "micrograph"):
            pass
    folder = Path(os.path.relpath(images, sheet.parent))
    rows = [
        {
            "image": (folder / _file_name(each)).as_posix(),
            "domain": each.domain,
            "specimen": each.specimen,
            "pixel_size_um": pixel_size_um,
            **each.measured,
        }
        for each in micrographs
    ]
    write_sheet(sheet, pd.DataFrame(rows), sealed=True)


def _file_name(micrograph: SimulatedMicrograph) -> str:
    return f"{micrograph.name}.tif"


def _write(
    folder: Path, micrograph: SimulatedMicrograph, pixel_size_um: float, origin: Provenance
) -> None:
    path = folder / _file_name(micrograph)
    write_tiff(path, micrograph.draw(), pixel_size_um, origin.as_json())
