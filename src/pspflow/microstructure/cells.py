"""Text cells of a user's table: which are numbers, and what to write where one is only nearly so.

Only what has one value is read as a number. `12,5`, `120 HV` and `n/a` are not read, but they are
not text either: who writes them means a number or none, so that the cell is to be corrected.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "nearly", "lettered", "range", "missing", "text"]
"""`lettered` ends in a letter that may be a unit or a name (24h, 1C), `range` may be a name (1-2):
only the other cells of the column decide."""
NO_VALUE = "leave the cell empty where there is no value"
MISSING = frozenset(
    (
        *("n/a", "n.a.", "n.a", "na", "#n/a", "<na>", "nan", "nat", "none", "null", "nil"),
        *("missing", "void", "unknown", "not measured", "not available", "nd", "n.d.", "n.m."),
        *("tbd", "k.a.", "k. a.", "(null)", "(blank)", "\\n", "inf", "+inf", "-inf", "infinity"),
        *("-infinity", "∞", "#value!", "#div/0!", "#ref!", "#num!", "#name?", "#null!", "#####"),
        *("-", "--", "---", "–", "—", ".", "..", "...", "…", "?", "??", "/", "*"),
    )
)
"""What stands in cells for which there is no value, in lower case."""

_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*[x×]?", re.IGNORECASE | re.ASCII)
_GROUP = r"[ '’_\u00a0\u2007\u2009\u202f]"
_HEAD = re.compile(
    r"(?P<sign>[-+–—]?)\s?(?P<digits>"
    rf"\d{{1,3}}(?:{_GROUP}\d{{3}}(?!\d))+(?:[.,]\d+)?"
    r"|\d{1,3}(?:,\d{3}(?!\d))+(?:\.\d+)?|\d{1,3}(?:\.\d{3}(?!\d))+,\d+|\d+[.,]?\d*|[.,]\d+)"
    # 10x100 is a size, and no power
    r"(?:\s*(?:[x×*·⋅]\s*10\s*(?:\^|\*\*|(?=[-+⁺⁻⁰¹²³⁴-⁹]))|e\s?|d(?=[-+]))\s*"
    r"(?P<power>[-+]?\d+|[⁺⁻]?[⁰¹²³⁴-⁹]+))?",
    re.IGNORECASE | re.ASCII,
)
_ABOUT = re.compile(
    r"(?:[~≈≃≅∼˜=±$€£¥Ø⌀×]|ca\b\.?|approx\b\.?|approximately|about|around|circa"
    r"|(?:HV|HBW?|HR[ABC])(?=\s?\d))\s*",
    re.IGNORECASE,
)
_SCALE = re.compile(r"H(?:V|K|BW?)\s?(?:\d?[.,]\d+|1|2|3|5|10|20|30|50)(?:/[\d.]+)*", re.IGNORECASE)
"""Name of a hardness scale with its load, such as HV10: no hardness."""
_TAILED = re.compile(r"[-+]?\d+(?:[.,]\d+)?\s*([^\W\d_][^\d]*)")
_BOUND = re.compile(
    r"(?:[<>]=?|[≤≥≲≳]|max\b\.?|min\b\.?|up to|less than|more than)\s*", re.IGNORECASE
)
_ERROR = re.compile(r"\s*(?:±|\+\s?/\s?-|\+-|\\pm|\(\s*n\s*=).*|\s*\(\d+\)", re.DOTALL)
_RANGE = re.compile(
    r"\s*(?:-|–|—|/|to|bis|and|or|\.\.+|…|;)\s*[-+]?\d[\d.,]*\s*(?P<rest>.*)", re.DOTALL
)
_WORDS = (
    r"min|mins|minutes?|hrs?|hours?|secs?|seconds?|days?|weeks?|psi|ksi|rpm|ppm|ppb|px|pixels?"
    r"|microns?|deg|degrees?|inch(?:es)?|in|ft|lbf?|kgf|kp|mil|dyn|cycles?|pass(?:es)?|times"
    r"|(?:wt|at|vol|mol|mass|gew|area)?[.\- ]?(?:%|‰|pct|percent|per cent)"
    r"|(?:HV|HBW?|HK|HL|HR[ABC])(?:\s?\d[\d.,/]*)?"
)
_BASES = r"Pa|Hz|eV|mol|bar|Torr|cal|Ohm|Ω|rad|[°º]\s?[CFK]?|℃|℉|Å|[$€£¥]"
_POWER = r"(?:\s?(?:\^|\*\*)\s?[-−]?\d|\s?[-−]\d|[23]|[⁺⁻]?[¹²³⁴-⁹]+)"
_TERM = (
    rf"(?:(?i:{_WORDS})|[kMGmµμunpcdh]?(?:{_BASES})|[kMGmµμunpcd][mgsAVWJNKlLT])"
    rf"{_POWER}?|[smhgdAVWJNKCFT]{_POWER}?"
)
_UNIT = re.compile(rf"(?:1?\s?/\s*)?(?:{_TERM})(?:\s*(?:/|·|⋅|\*|\.|\s|\bper\b)\s*(?:{_TERM}))*")
_LETTER = re.compile(r"[smhgdKCFVWJk]")
"""Units of one letter that may as well name a sample; other letters are not taken as units."""
_LETTER_AND_DIGIT = re.compile(r"[A-Za-z]\d?")
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")


@dataclass(frozen=True)
class Cell:
    """What a text cell holds."""

    kind: Kind
    value: float = float("nan")
    """The number; NaN where it is none."""
    remedy: str = ""
    """What to write instead, where the cell is not a number."""
    suffix: str = ""
    """The unit that follows a number, or the letter that may be one."""


def number(text: str) -> float | None:
    """Read a finite number: a decimal point, an exponent, a magnification's x; else None."""
    match = _NUMBER.fullmatch(_plain(text))
    value = float(match[1]) if match else float("inf")
    return value if abs(value) < float("inf") else None


def read_cell(text: str) -> Cell:
    """Tell numbers, and cells that are nearly numbers, from text."""
    value = number(text)
    if value is not None:
        return Cell("number", value)
    plain = _plain(text)
    if plain.casefold() in MISSING:
        return Cell("missing", remedy=NO_VALUE)
    if _NUMBER.fullmatch(plain):
        return Cell("nearly", remedy="write a number below 1e308")
    bare = plain.lstrip("='\"`([{").rstrip("'\"`)]},;*†‡§!?:").strip()
    if bare != plain and bare.count("(") > bare.count(")"):
        bare += ")"
    if bare != plain and bare.count("[") > bare.count("]"):
        bare += "]"
    if _SCALE.fullmatch(bare):
        return Cell("text")
    bound = _BOUND.match(bare)
    if bound:
        bare = bare[bound.end() :]
    about = _ABOUT.match(bare)
    if about:
        bare = bare[about.end() :]
    head = _HEAD.match(bare)
    if not head:
        return Cell("text")
    return _after(head, bare[head.end() :], bound is not None)


def tail(text: str) -> str:
    """Return the letters behind a number, which may be a unit that is not known; else nothing.

    >>> tail("100 N"), tail("5 wt.-%"), tail("T6"), tail("316L-2")
    ('N', 'wt.-%', '', '')
    """
    match = _TAILED.fullmatch(_plain(text))
    return match[1] if match else ""


def _after(head: re.Match[str], rest: str, bound: bool) -> Cell:
    """Judge a cell that begins with a number by what follows it."""
    kind: Kind = "nearly"
    between = _RANGE.fullmatch(rest)
    if between:
        kind, rest = "range", between["rest"]
    rest = _ERROR.sub("", rest).strip()
    unit = rest.removeprefix("[").removeprefix("(").removesuffix("]").removesuffix(")").strip()
    if _LETTER.fullmatch(unit) and unit == rest and kind == "nearly":
        kind = "lettered"
    elif unit and (
        not _UNIT.fullmatch(unit) or (_LETTER_AND_DIGIT.fullmatch(unit) and unit == rest)
    ):
        return Cell("text")
    elif unit and kind == "range":
        kind = "nearly"
    return Cell(kind, remedy=_remedy(head, unit, bound, between is not None), suffix=unit)


def _remedy(head: re.Match[str], unit: str, bound: bool, between: bool) -> str:
    written = _written(head)
    if bound:
        said = "write the measured value, or leave the cell empty"
    elif between:
        said = "write one number"
    else:
        said = f"write {written}"
    return f"{said}, and the unit ({unit}) into the column's name" if unit else said


def _written(head: re.Match[str]) -> str:
    """Write a number as it can be read; both ways where a comma may be either mark."""
    digits = re.sub(_GROUP, "", head["digits"])
    power = f"e{int(head['power'].translate(_SUPERSCRIPTS))}" if head["power"] else ""
    sign = "-" if head["sign"] in tuple("-–—") else ""
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits):
        whole, part = digits.split(",")
        return f"{sign}{whole}{part}{power} or {sign}{whole}.{part}{power}"
    if digits.count(",") == 1 and digits.rfind(",") > digits.rfind("."):
        digits = digits.replace(".", "").replace(",", ".")
    return sign + digits.replace(",", "").rstrip(".") + power


def _plain(text: str) -> str:
    """Write digits, marks and minus signs of any script in ASCII; drop invisible characters."""
    if text.isascii():
        return text.strip()
    return "".join(_ascii(sign) for sign in text).strip()


def _ascii(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if category == "Cf":
        return ""
    if "！" <= sign <= "～":
        return chr(ord(sign) - 0xFEE0)
    return {"−": "-", "﹣": "-", "٫": ".", "﹪": "%", "٪": "%"}.get(sign, sign)
