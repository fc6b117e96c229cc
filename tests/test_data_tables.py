"""The tables of the how-to pages say what the tests guard."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location(
    "data_tables", Path(__file__).with_name("data_tables.py")
)
data_tables = importlib.util.module_from_spec(spec)
spec.loader.exec_module(data_tables)


@pytest.mark.parametrize("page", data_tables.PAGES)
def test_a_page_tells_what_the_tests_guard(page):
    text = data_tables.page_path(page).read_text(encoding="utf-8")
    assert text == data_tables.filled(page), "run `make data-tables`"


def test_every_mark_has_a_known_page_and_outcome():
    for page, outcome, _ in data_tables.marks():
        assert page in data_tables.PAGES, page
        assert outcome in data_tables.OUTCOMES, outcome
