"""Reading a texture for a command: faults name flags, and what is no texture is refused."""

import re
from pathlib import Path
from typing import Final

from pspflow.errors import InputError
from pspflow.io.textures import (
    Orientations,
    QuaternionOrder,
    QuaternionSense,
    Unit,
    read_orientations,
)
from pspflow.mechanics.plasticity.tension import exponents_to

ARGUMENT: Final = re.compile(r'\b(unit|phase|quaternion_order|quaternion_sense)="?([\w-]+)"?')
CHOICE: Final = re.compile(r'(?<=, or )"(\w+)"|(?<= or )"(\w+)"')
OPTION: Final = re.compile(r"the option '(\w+)'")


def read_texture(
    path: Path,
    unit: Unit | None = None,
    quaternion_order: QuaternionOrder | None = None,
    quaternion_sense: QuaternionSense | None = None,
    phase: str | None = None,
) -> Orientations:
    """Read a texture of cubic crystals.

    Parameters
    ----------
    path, unit, quaternion_order, quaternion_sense, phase
        As in `read_orientations`.

    Raises
    ------
    InputError
        As `read_orientations`, naming flags instead of arguments, or if only one point has an
        orientation.
    """
    try:
        texture = read_orientations(
            path,
            unit=unit,
            quaternion_order=quaternion_order,
            quaternion_sense=quaternion_sense,
            phase=phase,
            symmetry="cubic",
        )
    except InputError as error:
        raise InputError(_with_flags(str(error), str(path))) from None
    if len(texture) == 1:
        raise InputError(
            f"{path}: only one point has an orientation to use, and one is no texture; name a file "
            "with more."
        )
    return texture


def _with_flags(sentence: str, path: str) -> str:
    place = path if sentence.startswith(path) else ""
    said = ARGUMENT.sub(lambda m: f"{_flag(m[1])} {m[2]}", sentence[len(place) :])
    said = CHOICE.sub(lambda m: m[1] or m[2], said)
    return place + OPTION.sub(lambda m: _flag(m[1]), said)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def check_rate_sensitivity(value: float) -> None:
    """Refuse a rate sensitivity that the Taylor model does not take.

    Raises
    ------
    InputError
        If it is not 1 divided by a whole number from 1 to 100.
    """
    try:
        exponents_to(value)
    except ValueError as error:
        raise InputError(f"--rate-sensitivity: {error}; give .05 for one.") from None
