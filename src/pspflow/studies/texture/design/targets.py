"""What is wanted: rows of parameters, and wishes in the words of sheet forming."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.io.sheet import read_sheet
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.plasticity.parameters import DIRECTION_NAMES
from pspflow.studies.texture.design.options import ROUNDING, WishOptions
from pspflow.studies.texture.design.quantities import (
    R_NAMES,
    R_VALUE,
    STRESS_NAMES,
    Floats,
)
from pspflow.studies.texture.plasticity.answers import LARGEST_GAP

Kind = Literal["wish", "yours", "test"]
TARGET: Final = "target"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
REFERENCE: Final = "stress_xy_0"
NO_TEXTURE: Final = -1


class Target(NamedTuple):
    """Wanted anisotropy."""

    name: str
    kind: Kind
    """A wish, a row of the user's table, or the parameters of a test texture."""
    wanted: Mapping[str, float]
    """Wanted value by name: parameters, and r-values r_value_0 to r_value_90."""
    texture: int = NO_TEXTURE
    """Row of the test texture, -1 for other kinds."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what is wanted."""
        return tuple(self.wanted)

    @property
    def numbers(self) -> Floats:
        """What is wanted, in the order of `names`."""
        return np.array(list(self.wanted.values()), np.float64)

    @property
    def whole(self) -> bool:
        """Whether all 54 parameters are wanted."""
        return set(PARAMETER_NAMES) <= set(self.wanted)


def target_of_wish(
    name: str, r_values: Mapping[int, float], stresses: Mapping[int, float]
) -> Target:
    """Make a target of a wish for a sheet.

    Parameters
    ----------
    name
        Names it in tables and figures.
    r_values
        Wanted r-value by angle to the rolling direction, in degrees.
    stresses
        Wanted yield stress by angle, relative to that in the rolling direction.

    Raises
    ------
    InputError
        If the stress in the rolling direction is wanted other than 1, or nothing else is wanted.
    """
    reference = stresses.get(0, 1.0)
    if abs(reference - 1) > ROUNDING:
        raise InputError(
            f"Target {name}: the yield stress at 0 degrees is {reference:g}, but stresses are "
            "relative to it; leave it out, and divide the others by it."
        )
    wanted = {f"{R_VALUE}{angle}": r_values[angle] for angle in sorted(r_values)}
    by_angle = dict(zip(_angles(), STRESS_NAMES, strict=True))
    wanted |= {by_angle[angle]: stresses[angle] for angle in sorted(stresses) if angle}
    return checked_target(Target(name, "wish", wanted))


def targets_of_wishes(wishes: Sequence[WishOptions]) -> list[Target]:
    """Make targets of the wishes of the configuration."""
    return [target_of_wish(wish.name, wish.r_values, wish.stresses) for wish in wishes]


def targets_of_textures(
    textures: NDArray[np.int64], names: Sequence[str], parameters: Floats
) -> list[Target]:
    """Want the parameters `n x 54` of test textures, by their rows and names."""
    rows = [dict(zip(PARAMETER_NAMES, row.tolist(), strict=True)) for row in parameters]
    return [
        Target(name, "test", row, int(texture))
        for texture, name, row in zip(textures, names, rows, strict=True)
    ]


def read_targets(path: Path) -> list[Target]:
    """Read a user's table of targets: column target, and any of the 54 parameters.

    Raises
    ------
    InputError
        With file, row, column and remedy: if a column is unknown, a name is missing, not plain or
        twice there, a number is none, a row wants nothing, or wants what no texture can have.
    """
    sheet = read_sheet(path, (TARGET,), "target")
    unknown = [name for name in sheet.columns if name not in {TARGET, *PARAMETER_NAMES}]
    if unknown:
        raise InputError(
            f"{path}: column {unknown[0]!r} is no anisotropy parameter; name it as one of "
            f"{PARAMETER_NAMES[0]}, {PARAMETER_NAMES[1]} … {PARAMETER_NAMES[-1]}, or remove it."
        )
    targets: dict[str, Target] = {}
    for row, cells in sheet.iterrows():
        name = cells[TARGET]
        if not NAME.fullmatch(name):
            raise InputError(
                f"{path} row {row}: column 'target' holds {name!r}; give a name of letters, "
                "digits, hyphens and underscores."
            )
        if name in targets:
            raise InputError(f"{path} row {row}: target {name!r} is there twice; rename one.")
        wanted = {
            column: _number(path, row, column, cells[column])
            for column in PARAMETER_NAMES
            if column in sheet.columns and cells[column]
        }
        try:
            targets[name] = checked_target(Target(name, "yours", wanted))
        except InputError as error:
            raise InputError(f"{path} row {row}: {error}") from None
    return list(targets.values())


def checked_target(target: Target) -> Target:
    """Refuse what no texture has, whatever it is made of.

    Raises
    ------
    InputError
        If nothing is wanted, a stress or r-value is not above 0, the stress in X is not 1, lateral
        strains do not conserve volume, or an r-value is wanted beside lateral strains of its
        direction.
    """
    wanted = target.wanted
    start = f"Target {target.name}"
    unknown = [name for name in wanted if name not in {*PARAMETER_NAMES, *R_NAMES}]
    if unknown:
        raise InputError(
            f"{start}: {unknown[0]!r} is neither an anisotropy parameter nor an r-value; name "
            f"one of {PARAMETER_NAMES[0]} … {PARAMETER_NAMES[-1]}, {R_NAMES[0]} … {R_NAMES[-1]}."
        )
    for name, value in wanted.items():
        positive = name.startswith("stress") or name in R_NAMES
        if not np.isfinite(value) or (positive and value <= 0):
            need = "a number above 0" if positive else "a finite number"
            raise InputError(f"{start}: {name} is {value:g}; give {need}.")
    if abs(wanted.get(REFERENCE, 1.0) - 1) > ROUNDING:
        raise InputError(
            f"{start}: {REFERENCE} is {wanted[REFERENCE]:g}, but stresses are relative to it; "
            "give 1, and divide the others by it."
        )
    if not set(wanted) - {REFERENCE}:
        raise InputError(f"{start}: nothing is wanted; give a parameter or an r-value.")
    for direction in DIRECTION_NAMES:
        _check_direction(start, direction, wanted)
    return target


def _check_direction(start: str, direction: str, wanted: Mapping[str, float]) -> None:
    """Refuse lateral strains of a direction that do not conserve volume."""
    strains = [f"strain{axis}_{direction}" for axis in (1, 2)]
    given = [wanted[name] for name in strains if name in wanted]
    stress = 1.0 if direction == "xy_0" else wanted.get(f"stress_{direction}")
    by_direction = dict(zip(("xy_0", *_directions()[1:]), R_NAMES, strict=True))
    if given and by_direction.get(direction) in wanted:
        raise InputError(
            f"{start}: {by_direction[direction]} and lateral strains of direction {direction} are "
            "both wanted; leave one of them out."
        )
    if len(given) < 2:
        return
    total = sum(given)
    if total >= 0:
        raise InputError(
            f"{start}: {strains[0]} and {strains[1]} add up to {total:g}, but tension makes a "
            "specimen narrower; give increments whose sum is below 0."
        )
    if stress is not None and abs(total + 1 / stress) > LARGEST_GAP:
        raise InputError(
            f"{start}: {strains[0]} and {strains[1]} add up to {total:g}, but volume is conserved "
            f"only if they add up to -1 / stress_{direction}, {-1 / stress:g}; correct one."
        )


def _number(path: Path, row: object, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise InputError(
            f"{path} row {row}: column {column!r} holds {text!r}; give a finite number with a "
            "decimal point, or leave the cell empty."
        )
    return value


def _angles() -> tuple[int, ...]:
    return tuple(int(name.removeprefix(R_VALUE)) for name in R_NAMES)


def _directions() -> tuple[str, ...]:
    return tuple(name.removeprefix("stress_") for name in STRESS_NAMES)
