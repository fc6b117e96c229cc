"""Texture files of VPSC: a line such as `B 500`, then φ1, Φ, φ2 in degrees and weights."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pspflow.io.textures.columns import read_columns
from pspflow.io.textures.points import Points
from pspflow.io.textures.text import data_block, refuse

CONVENTION = re.compile(r"\s*([BKR])\s+(\d+)\s*", re.IGNORECASE)
HEADER_LINES = 6
NAMES = ("phi1", "Phi", "phi2", "weight")
OTHERS = {"K": "Kocks", "R": "Roe"}


def convention_line(lines: Sequence[str]) -> int | None:
    """Return the index of the line that names convention and number of grains."""
    head = enumerate(lines[:HEADER_LINES])
    return next((index for index, line in head if CONVENTION.fullmatch(line)), None)


def read_vpsc(path: Path, lines: list[str], at: int) -> Points:
    """Read a texture file of VPSC.

    Parameters
    ----------
    path, lines
        The file and its lines.
    at
        Index of the line of the convention.

    Raises
    ------
    InputError
        If the angles are not Bunge's, or the number of grains is not the one that is announced.
    """
    letter, count = CONVENTION.fullmatch(lines[at]).groups()  # type: ignore[union-attr]
    if letter.upper() in OTHERS:
        refuse(
            path,
            f"line {at + 1} names {OTHERS[letter.upper()]} angles",
            "write the texture with Bunge angles (B)",
        )
    block = data_block(lines, at + 1)
    if len(block) != int(count):
        refuse(
            path,
            f"line {at + 1} announces {count} grains, but {len(block)} lines follow",
            "leave one complete texture in the file",
        )
    table = read_columns(path, block)
    if len(table.names) < len(NAMES):
        refuse(
            path,
            f"the grains have {len(table.names)} columns, not φ1, Φ, φ2 and a weight",
            "export the texture again",
        )
    return Points(
        path,
        "vpsc",
        table.line,
        NAMES[:3],
        np.column_stack([table.numbers(index) for index in range(3)]),
        unit="degrees",
        unit_from="the format of VPSC",
        weights=table.numbers(3),
        weight_name=NAMES[3],
        rows=np.arange(len(block)),
    )
