"""The page about models of one's own is true: its steps, performed as they stand there."""

import re
import shlex
from pathlib import Path

import pytest

from pspflow.io.tables import read_table

PAGE = Path(__file__).parents[2] / "docs/how-to/own_model.md"
pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("arena")]


def blocks():
    """Return the page's blocks of code: language and text, in order."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def ratios(make_checkout):
    """Perform the steps on small data, without the models that are trained; return what is made."""
    checkout = make_checkout("own_model")
    small = checkout.overlay("small.yaml", {"run": "demo", "arena": {"models": {"use": []}}})
    names = iter(["random_field.py", "arena.yaml"])
    for language, text in blocks():
        if language:
            (checkout.folder / next(names)).write_text(text)
            continue
        program, *words = shlex.split(text)
        assert program == "snakemake"
        configured = words.index("--configfile") if "--configfile" in words else len(words)
        files = ["--configfile", "tests/config.yaml", small, *words[configured + 1 :]]
        done = checkout.snakemake(*words[:configured], *files)
        assert done.returncode == 0, done.stdout
    assert next(names, None) is None
    return read_table(checkout.folder / "results/demo/arena/measures/ratios.parquet")


def test_the_model_is_on_the_page(ratios):
    """In every domain and on every measure, beside real training chips."""
    assert set(ratios["entrant"]) == {"random_field", "real_training"}
    mine = ratios[ratios["entrant"] == "random_field"]
    assert set(mine["domain"]) == {"all", *mine["domain"]}
    assert mine.groupby("domain").size().nunique() == 1


def test_the_page_tells_what_comes_out(ratios):
    """A random field has the two-point correlation of real chips, and not their topology."""
    pooled = ratios[ratios["domain"] == "all"].set_index(["entrant", "measure"])["value"]
    persistence, pairs = "persistence images", "two-point correlation"
    worse = pooled["random_field", persistence] / pooled["real_training", persistence]
    assert worse > 2
    assert pooled["random_field", pairs] / pooled["real_training", pairs] < worse
