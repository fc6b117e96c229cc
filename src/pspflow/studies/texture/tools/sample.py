"""Command: orientations that stand for a measured texture."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.artefacts import replacing
from pspflow.io.sheet import write_sheet
from pspflow.io.textures import QuaternionOrder, QuaternionSense, Unit
from pspflow.io.textures.mtex import write_orientations
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.stage import Seed, Whole
from pspflow.studies.texture.analysis.reading import read_texture
from pspflow.studies.texture.analysis.representation import Sample, sample_texture

SUFFIXES: Final = (".txt", ".csv")
MOST: Final = 100_000
"""Orientations beyond which a sample takes minutes."""


def sample(
    orientations: Path,
    /,
    *,
    out: Path,
    count: Whole = 500,
    weighted: bool = False,
    unit: Unit | None = None,
    quaternion_order: QuaternionOrder | None = None,
    quaternion_sense: QuaternionSense | None = None,
    phase: str | None = None,
    seed: Seed = 0,
) -> None:
    """Choose orientations whose ODF is that of a texture, of equal weight or weighted.

    Parameters
    ----------
    orientations
        Your map (.ang, .ctf) or table (MTEX text, VPSC, CSV) of Bunge–Euler angles or quaternions
        of cubic crystals.
    out
        Text to write that MTEX reads (.txt), or a table (.csv): angles in degrees, weights.
    count
        Number of orientations.
    weighted
        Whether to fit weights, so that the coefficients up to l = 12 come out exactly.
    unit
        Unit of the angles, where the file does not tell, or tells wrongly.
    quaternion_order
        Where the scalar stands in four numbered columns.
    quaternion_sense
        Which coordinates quaternions turn into which, where the header has words against
        crystal_to_specimen.
    phase
        Number or name of the phase, where points belong to several.

    Raises
    ------
    InputError
        If the file cannot be used, or the sample cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES or out.is_dir():
        raise InputError(f"{out}: the sample is text; name a file that ends in .txt or .csv.")
    if out.exists() and orientations.exists() and out.samefile(orientations):
        raise InputError(f"{out}: this is the texture itself; name another file to write.")
    if not 1 <= count <= MOST:
        raise InputError(f"--count is {count}; give a number from 1 to {MOST:,}.")
    texture = read_texture(orientations, unit, quaternion_order, quaternion_sense, phase)
    log.info("%s: %d orientations, from which %d are chosen", orientations, len(texture), count)
    found = sample_texture(
        texture.angles_rad,
        texture.weights,
        count,
        generator(seed, "sample"),
        weighted=weighted,
    )
    if out.suffix.lower() == ".csv":
        write_sheet(out, _table(found))
    else:
        with replacing(out) as staged:
            write_orientations(staged, found.orientations, found.weights)
    log.info("%s", said(found))
    log.info("%d orientations: %s", count, out)


def said(found: Sample) -> str:
    """Say how near a sample is."""
    reached, ruler = found.reached, found.ruler
    return (
        f"distance of the sample from the texture: {reached.coefficients:.2g} mrd (root mean "
        f"square of the ODF up to l = 12; {ruler.coefficients:.2g} for as many random points), "
        f"and {np.rad2deg(reached.transport_rad):.2f}° mean rotation of grains "
        f"({np.rad2deg(ruler.transport_rad):.2f}° between random points)"
    )


def _table(found: Sample) -> pd.DataFrame:
    columns = dict(zip(("phi1_deg", "Phi_deg", "phi2_deg"), found.orientations.T, strict=True))
    degrees = {name: np.rad2deg(angles).round(6) for name, angles in columns.items()}
    return pd.DataFrame({**degrees, "weight": found.weights})
