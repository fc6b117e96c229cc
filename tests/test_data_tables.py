"""The tables of the pages say what the tests guard."""

import importlib.util
from pathlib import Path

spec = importlib.util.spec_from_file_location(
    "data_tables", Path(__file__).with_name("data_tables.py")
)
data_tables = importlib.util.module_from_spec(spec)
spec.loader.exec_module(data_tables)


def test_the_pages_tell_what_the_tests_guard():
    for path, text in data_tables.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make data-tables`"


def test_every_mark_has_a_known_page_and_outcome():
    for page, outcome, _ in data_tables.marks():
        assert page in data_tables.PAGES, page
        assert outcome in data_tables.OUTCOMES, outcome


def test_every_fault_is_a_row_of_the_table():
    """A mark counts where it decorates a test, and its words stand in one cell each."""
    rows = list(data_tables.fault_tests())
    marked = [
        fault for _, tree in data_tables.trees() for fault in data_tables.calls(tree, "fault")
    ]
    assert sorted(fault for *_, fault in rows) == sorted(marked)
    for path, name, words in rows:
        assert name.startswith("test_"), f"{path}: {name} is no test"
        assert all(text and not set(text) & set("|\n") for text in words), f"{path}: {name}"
    assert len(set(rows)) == len(rows)


def test_parameters_of_a_test_add_no_rows(tmp_path, monkeypatch):
    """The table is made from the text of the tests: one row a mark, and the link to its file."""
    (tmp_path / "tests/workflow/faults").mkdir(parents=True)
    text = """
import pytest

class TestKills:
    @pytest.mark.fault("a kill", "it "
        "goes on", "nothing")
    @pytest.mark.parametrize("study", ["temper", "steel"])
    def test_a_kill(self, study): ...
"""
    (tmp_path / "tests/workflow/faults/test_kills.py").write_text(text)
    monkeypatch.setattr(data_tables, "ROOT", tmp_path)
    title, _, *_, row = data_tables.fault_table().splitlines()
    assert title == "### On one machine"
    assert (
        row
        == "| a kill | it goes on | nothing | [a kill](../tests/workflow/faults/test_kills.py) |"
    )
