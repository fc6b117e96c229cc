"""Names of columns: which of them hold angles, quaternions, weights, phases or positions."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pspflow.io.textures.orientations import Unit
from pspflow.io.textures.text import refuse

PREFIX = "(?:mean|avg|average|bunge|euler|eulers|eulerangles?|eul|angles?|orientations?|ori)*"
GREEK = {"φ": "phi", "ϕ": "phi", "ψ": "psi", "θ": "theta", "ϑ": "theta"}
GREEK |= {"α": "alpha", "β": "beta", "γ": "gamma", "varphi": "phi", "μ": "u"}
DEGREES, RADIANS = (
    ("degrees", "degree", "degs", "deg", "°", "º", "˚"),
    (
        "radians",
        "radiants",
        "radian",
        "radiant",
        "rads",
        "rad",
    ),
)
UNKNOWN_UNITS = ("gradians", "gradian", "gons", "gon", "grads", "grad", "mrad", "turns")
UNITS = "|".join(sorted((*DEGREES, *RADIANS, *UNKNOWN_UNITS), key=len, reverse=True))
SUFFIX = re.compile(rf"(?P<base>.*?)[\s_\-./,(\[{{<:]*(?P<unit>{UNITS})[\s)\]}}>]*", re.DOTALL)

ANGLES = ("phi1", "phi", "phi2")
ROLES = {
    "phase": r"phase|phases|phaseid|phaseindex|phasenumber|phaseno|phasename|crystalid",
    "weight": r"(?:(?:grain|orientation)?weights?|wgts?|wt|w)(?:fractions?|percent)?|values?"
    r"|(?:volume|vol|mass)(?:fractions?|frac|percent)?|vf|vfrac|fractions?|frequency"
    r"|intensity|intensities|probability|odf",
    "area": r"(?:grain)?(?:area|size|diameter)s?(?:um2?|microns?)?",
    "x": r"x(?:um|microns?|pos|position)*",
    "y": r"y(?:um|microns?|pos|position)*",
    "ci": r"ci|confidenceindex|confidence",
    "iq": r"iq|imagequality",
    "error": r"error|errorcode",
    "indexed": r"(?:is)?indexed",
    "notindexed": r"(?:is)?notindexed",
}
BUNGE = re.compile(rf"{PREFIX}(phi1|phi2|(?:capital|cap|big)?phi|fi1|fi2|fi)")
NUMBERED_ANGLE = re.compile(rf"{PREFIX}(?:e|ea|eul|eulers?|eulerangles?|angles?|ang)([0-3])")
QUATERNION = re.compile(rf"{PREFIX}(?:q|qu|quats?|quaternions?)?(w|x|y|z|s|real|re|r|i|j|k)")
NUMBERED_QUATERNION = re.compile(rf"{PREFIX}(?:q|qu|quats?|quaternions?)([0-4a-d])|([a-d])")
COMPONENT = {"s": "w", "real": "w", "re": "w", "r": "w", "i": "x", "j": "y", "k": "z"}
OTHERS = {
    "Kocks or Roe angles": {"psi", "theta"},
    "Matthies angles": {"alpha", "beta", "gamma"},
    "Miller indices": {"h", "k", "l", "u", "v"},
    "Rodrigues vectors": {"r1", "r2", "r3"},
    "Rodrigues vectors ": {"rod1", "rod2", "rod3"},
    "Rodrigues vectors  ": {"rodrigues1", "rodrigues2", "rodrigues3"},
    "rotation matrices": {"g11", "g12", "g13"},
    "rotation matrices ": {"r11", "r12", "r13"},
}
REMEDY = "convert them to Bunge–Euler angles and name the columns phi1, Phi, phi2"


@dataclass(frozen=True)
class Roles:
    """Which column holds what."""

    kind: str
    """`angles`, `quaternions` or, where the names do not tell the scalar, `numbered`."""
    columns: tuple[int, ...]
    """φ1, Φ, φ2; or the scalar and x, y, z; or four numbered components in their order."""
    unit: Unit | None = None
    others: dict[str, int] = field(default_factory=dict)
    """Further columns by role: `weight`, `phase`, `x`, `y`, `ci`, `error` …"""
    ignored: tuple[str, ...] = ()


def simplified(name: str) -> str:
    """Reduce a name to small Latin letters and digits, Greek letters spelt out."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    for letter, spelt in GREEK.items():
        plain = plain.replace(letter, spelt)
    return "".join(sign for sign in plain if sign.isalnum())


def split_unit(name: str) -> tuple[str, str]:
    """Split a name into what it names, simplified, and the unit it ends with, or nothing."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    found = SUFFIX.fullmatch(plain)
    if found and simplified(found["base"]):
        return simplified(found["base"]), found["unit"]
    return simplified(name), ""


def orientation_part(base: str) -> tuple[str, str] | None:
    """Tell which part of an orientation a simplified name stands for.

    Returns
    -------
    tuple or None
        Kind (`bunge`, `angle`, `quaternion` or `numbered`) and component.
    """
    if found := BUNGE.fullmatch(base):
        number = found[1][-1] if found[1][-1].isdigit() else ""
        return "bunge", f"phi{number}"
    if found := NUMBERED_ANGLE.fullmatch(base):
        return "angle", found[1]
    if found := NUMBERED_QUATERNION.fullmatch(base):
        return "numbered", found[1] or found[2]
    if found := QUATERNION.fullmatch(base):
        return "quaternion", COMPONENT.get(found[1], found[1])
    return None


def find_roles(path: Path, names: Sequence[str]) -> Roles | None:
    """Find out which columns hold what.

    Returns
    -------
    Roles or None
        None if the names do not hold a complete orientation.

    Raises
    ------
    InputError
        If names are ambiguous, units differ, or the columns hold another kind of orientation.
    """
    bases = [split_unit(name) for name in names]
    parts: dict[str, dict[str, list[int]]] = {}
    for index, (base, _) in enumerate(bases):
        if part := orientation_part(base):
            parts.setdefault(part[0], {}).setdefault(part[1], []).append(index)
    chosen = _complete(path, names, parts)
    if chosen is None:
        _refuse_other_kinds(path, names, {base for base, _ in bases})
        return None
    kind, columns = chosen
    unit = _common_unit(path, names, bases, columns) if kind == "angles" else None
    others = _others(path, names, bases, columns)
    used = {*columns, *others.values()}
    ignored = tuple(name for index, name in enumerate(names) if index not in used and name)
    return Roles(kind, columns, unit, others, ignored)


def _complete(
    path: Path, names: Sequence[str], parts: dict[str, dict[str, list[int]]]
) -> tuple[str, tuple[int, ...]] | None:
    """Choose the one complete set of columns."""
    angle, numbered = parts.get("angle", {}), parts.get("numbered", {})
    quaternion = parts.get("quaternion", {})
    # three that count from 0 or from 1
    counted = ("0", "1", "2") if "0" in angle and "3" not in angle else ("1", "2", "3")
    sets: list[tuple[dict[str, list[int]], tuple[str, ...], str]] = [
        (parts.get("bunge", {}), ANGLES, "angles"),
        (angle, counted, "angles"),
    ]
    sets.append((quaternion, ("w", "x", "y", "z"), "quaternions"))
    sets += [(numbered, tuple(each), "numbered") for each in ("0123", "1234", "abcd")]
    whole = [each for each in sets if set(each[1]) <= set(each[0])]
    # x and y beside angles are positions, and quaternions beside angles say the same again
    if any(kind == "angles" for *_, kind in whole):
        whole = [each for each in whole if each[2] == "angles"]
    if not whole:
        return None
    twice = [each for found, keys, _ in whole for key in keys if len(each := found[key]) > 1]
    if len(whole) > 1:
        twice.append([whole[0][0][whole[0][1][0]][0], whole[1][0][whole[1][1][0]][0]])
    if twice:
        one, other = (names[index] for index in twice[0][:2])
        refuse(
            path,
            f"columns {one!r} and {other!r} may both hold the same part of the orientation",
            "rename or remove the one that does not",
        )
    found, keys, kind = whole[0]
    return kind, tuple(found[key][0] for key in keys)


def _common_unit(
    path: Path, names: Sequence[str], bases: list[tuple[str, str]], columns: tuple[int, ...]
) -> Unit | None:
    units = {named_unit(path, names[index], bases[index][1]) for index in columns}
    if len(units) > 1:
        listed = ", ".join(repr(names[index]) for index in columns)
        refuse(path, f"columns {listed} name different units", "name one unit in all of them")
    return units.pop()


def named_unit(path: Path, name: str, unit: str) -> Unit | None:
    """Return what a unit's name means.

    Raises
    ------
    InputError
        If it is neither degrees nor radians.
    """
    if unit in UNKNOWN_UNITS:
        refuse(path, f"column {name!r} names the unit {unit!r}", "write degrees or radians there")
    if not unit:
        return None
    return "degrees" if unit in DEGREES else "radians"


def _others(
    path: Path, names: Sequence[str], bases: list[tuple[str, str]], columns: tuple[int, ...]
) -> dict[str, int]:
    found: dict[str, list[int]] = {}
    for index, (base, _) in enumerate(bases):
        for role, pattern in ROLES.items():
            if index not in columns and re.fullmatch(pattern, base):
                found.setdefault(role, []).append(index)
    areas = found.pop("area", [])
    if areas and "weight" not in found:
        refuse(
            path,
            f"column {names[areas[0]]!r} may be a weight or not",
            "name it 'weight', or remove it for equal weights",
        )
    for role in ("weight", "phase"):
        numbers = found.get(role, [])
        if role == "phase" and len(numbers) > 1:
            # a number and a name of the same phase: the number
            found[role] = [i for i in numbers if bases[i][0] != "phasename"][:1]
        elif len(numbers) > 1:
            listed = ", ".join(repr(names[index]) for index in numbers)
            refuse(path, f"columns {listed} may all be the weight", "leave one of them")
    return {role: numbers[0] for role, numbers in found.items() if numbers}


def _refuse_other_kinds(path: Path, names: Sequence[str], bases: set[str]) -> None:
    for kind, needed in OTHERS.items():
        if needed <= bases:
            listed = ", ".join(repr(name) for name in names if simplified(name) in needed)
            refuse(path, f"columns {listed} hold {kind.strip()}", REMEDY)
