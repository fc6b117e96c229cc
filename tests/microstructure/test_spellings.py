"""One name in two spellings is found; two names stay two."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.microstructure.spellings import (
    is_no_name,
    nearest,
    same_name,
    shown,
    spelt_twice,
)

VARIANTS = {
    "upper case": str.upper,
    "title case": str.title,
    "space for underscore": lambda name: name.replace("_", " "),
    "hyphen for underscore": lambda name: name.replace("_", "-"),
    "no-break space": lambda name: name.replace("_", "\u00a0"),
    "thin space": lambda name: name.replace("_", "\u2009"),
    "two spaces": lambda name: name.replace("_", "  "),
    "en dash": lambda name: name.replace("_", "–"),
    "minus sign": lambda name: name.replace("_", "−"),
    "no-break hyphen": lambda name: name.replace("_", "\u2011"),
    "dash between spaces": lambda name: name.replace("_", " - "),
    "tab": lambda name: name.replace("_", "\t"),
    "zero-width space": lambda name: name + "\u200b",
    "byte order mark": lambda name: "\ufeff" + name,
    "soft hyphen": lambda name: name[0] + "\u00ad" + name[1:],
    "composed": lambda name: unicodedata.normalize("NFC", name),
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "full width": lambda name: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name
    ),
    "leading zeros": lambda name: name.replace("1", "001"),
    "trailing dot": lambda name: name + ".",
    "trailing space": lambda name: name + " ",
    "quotes": lambda name: f'"{name}"',
    "point zero": lambda name: name + ".0",
}
NAMES = ["probe_1", "Größe_1", "é_12_b1", "试样_1", "s_a1"]


@pytest.mark.data(
    "micrographs", "refused", "one specimen written in two ways (case, spaces, 01 and 1)"
)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_spelling_is_recognised(name, variant):
    """Case, spaces, dashes, Unicode forms, invisible characters and zeros make no new name."""
    other = VARIANTS[variant](name)
    assert same_name(name, other)
    assert same_name(other, name)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("s 1", "s1"), ("s_1", "s1"), ("as built", "asbuilt"), ("01", "1"), ("1.0", "1")),
        *(("1,0", "1"), ("00", "0"), ("01-02", "1-2"), ("#1", "1"), ("'1", "1"), ("-1", "−1")),
        *(("А1", "A1"), ("Straße", "STRASSE"), ("ﬁ1", "fi1"), ("µ1", "μ1"), ("٣", "3")),
    ],
)
def test_further_spellings(first, second):
    """Spaces that are left out, numbers, and letters of another script."""
    assert same_name(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("A1", "A10"), ("s1", "s11"), ("10", "1"), ("1.1", "1.10"), ("1.1", "1.01")),
        *(("1.05", "1.5"), ("0.01", "0.1"), ("1e-3", "1e3"), ("T-50", "T50"), ("-1", "1")),
        *(
            ("1-11", "11-1"),
            ("1 1", "11"),
            ("1\t1", "11"),
            ("T5+", "T5"),
            ("T5+", "T5-"),
            ("a*", "a"),
            ("A'", "A"),
        ),
        *(("α1", "a1"), ("A", "Ä"), ("0", "O"), ("1.1", "1-1"), ("s1(2)", "s12"), ("", "a")),
        *(("structure-00001", "structure-00010"), ("10.0", "1"), ("s1-1", "s11"), ("a", "b")),
    ],
)
def test_different_names_stay_different(first, second):
    """Decimals, signs, primes and other numbers make another name."""
    assert not same_name(first, second)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbered_names_differ_as_their_numbers(first, second):
    """However they are padded."""
    assert same_name(f"s-{first:04}", f"S_{second}") == (first == second)


def test_each_later_spelling_is_paired_once():
    """The same spelling twice is no pair."""
    names = ["s1", "S1", "s1", "b", "S1", "ｓ1"]
    assert list(spelt_twice(names)) == [("s1", "S1"), ("s1", "ｓ1")]


def test_invisible_differences_are_shown():
    """A no-break space and a decomposed letter are seen in the sentence."""
    assert shown("s\u00a01", "s 1") == (r"'s\xa01'", "'s 1'")
    assert shown("e\u0301", "\u00e9") == (r"'e\u0301'", r"'\xe9'")
    assert shown("Größe 1", "Größe_1") == ("'Größe 1'", "'Größe_1'")


def test_nearest_known_name():
    """A name that is known as it is written needs no other."""
    assert nearest("T5", ["t6", "t5"]) == "t5"
    assert nearest("t5", ["t5"]) is None
    assert nearest("t7", ["t5"]) is None


@pytest.mark.parametrize(
    ("name", "expected"), [("n/a", True), ("-", True), ("Nd", False), ("", False)]
)
def test_a_word_for_no_value_is_no_name(name, expected):
    """Specimens without a name are not one specimen; elements may name one."""
    assert is_no_name(name) == expected


@given(st.text(max_size=12), st.text(max_size=12))
def test_never_raises(first, second):
    """Whatever is written, spelling is symmetric, and a name is spelt as itself."""
    assert same_name(first, second) == same_name(second, first)
    list(spelt_twice([first, second]))
