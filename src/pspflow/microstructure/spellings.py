"""Names that are written by hand: which of them are one name in two spellings.

Two spellings of a specimen would put it into the training and into the test split.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from pspflow.microstructure.cells import MISSING

CHEMICAL = frozenset(("na", "nd", "void", "*", "."))
"""Words for a missing value that may as well be names."""
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u2043\u2e3a\u2e3b\u02d7]|[\ufe58\ufe63\uff0d]")
# letters of other scripts that look like Latin ones, as a keyboard of two scripts writes them
_LOOKALIKES = str.maketrans(
    "асеорхуікмтвнАВСЕНІЈКМОРТХУЅѕјԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aceopxyikmtbhABCEHIJKMOPTXYSsjdABEZHIKMNOPTYX",
)
_FRAMED = re.compile(r"""#?\s*["'`´‘“„](.+)["'`´’”“]|#\s*(.+)|['‘](.+)""", re.DOTALL)
_SPACES = re.compile(r"[\s_]+")
_INNER = re.compile(r"(?<![0-9]) (?=\S)|(?<=\S) (?![0-9])")
_ZEROS = re.compile(r"(?<![0-9])(?<![0-9][.,])0+(?=[0-9])")
_WHOLE = re.compile(r"(?<![0-9.,])([0-9]+)[.,]0+(?![0-9.,])")


def same_name(first: str, second: str) -> bool:
    """Return whether two spellings are most likely of one name.

    >>> same_name("Probe 01", "probe_1"), same_name("A1", "A10"), same_name("1e-3", "1e3")
    (True, False, False)
    """
    return bool(set(spelling_keys(first)) & set(spelling_keys(second)))


def spelling_keys(name: str) -> tuple[str, str]:
    """Reduce a name to what stays in every spelling: two names that share a key are alike.

    Ignored are case, Unicode forms and lookalike letters, invisible characters, the kind and
    number of spaces and underscores, the kind of a dash, leading zeros of a number (`01`), `.0`
    after one, and marks at the ends. Other decimals count: 1.1 and 1.10 may number samples. In the
    first key a dash counts, since it may be a minus (`1e-3` and `1e3`), but spaces do not, except
    between digits; in the second a dash is a space.
    """
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", name))
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    text = unicodedata.normalize("NFKC", text.translate(_LOOKALIKES).casefold())
    text = text.strip().rstrip(".,;:")
    framed = _FRAMED.fullmatch(text)
    text = _SPACES.sub(" ", next(filter(None, framed.groups())) if framed else text).strip()
    text = _ZEROS.sub("", _digits(text))
    text = _WHOLE.sub(r"\1", text)
    text = re.sub(r"(?<![0-9])\.(?=[^\W])|(?<=[^\W])\.(?![0-9])", " ", text)
    dashed = re.sub(r" ?- ?", "-", _SPACES.sub(" ", text))
    spaced = text if text.startswith("-") else dashed.replace("-", " ")
    return _squeezed(dashed), f"{_SPACES.sub(' ', spaced).strip()} "


def _digits(text: str) -> str:
    return "".join(
        str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign
        for sign in text
    )


def _squeezed(text: str) -> str:
    """Drop spaces but those between digits: 1 1 is not 11."""
    return _INNER.sub("", text)


def spelt_twice(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of different spellings of one name, each later spelling once."""
    first: dict[tuple[int, str], str] = {}
    for name in dict.fromkeys(names):
        keys = [(place, key) for place, key in enumerate(spelling_keys(name)) if key.strip()]
        known = next((first[key] for key in keys if key in first), None)
        if known is not None:
            yield known, name
        for key in keys:
            first.setdefault(key, name)


def shown(first: str, second: str) -> tuple[str, str]:
    """Quote two spellings so that their difference is seen, even an invisible one."""

    def odd(name: str) -> list[str]:
        return [sign for sign in name if not sign.isascii()]

    quote = repr if odd(first) == odd(second) else ascii
    return quote(first), quote(second)


def is_no_name(name: str) -> bool:
    """Return whether a cell says that there is no name, such as n/a; Na and Nd may be names."""
    return name == "NA" or name.casefold() in MISSING - CHEMICAL


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Find the known name of which this is another spelling."""
    return next((each for each in known if each != name and same_name(each, name)), None)
