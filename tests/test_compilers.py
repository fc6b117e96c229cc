"""Whether programs for a GPU can be compiled, and what is said where they cannot."""

import importlib.util
import shutil
import sysconfig

import pytest

from pspflow.compilers import can_compile


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Pretend a machine that has everything, or all but something; return the function."""
    (tmp_path / "Python.h").touch()

    def pretend(*missing):
        monkeypatch.setenv("CC", "")
        found = None if "triton" in missing else object()
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: found)
        there = set() if "gcc" in missing else {"gcc"}
        monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
        headers = tmp_path / "nowhere" if "headers" in missing else tmp_path
        monkeypatch.setattr(sysconfig, "get_path", lambda _: str(headers))
        can_compile.cache_clear()

    yield pretend
    can_compile.cache_clear()


def test_a_machine_with_everything_compiles_without_a_word(machine, caplog):
    """Triton, a compiler and the headers."""
    machine()
    assert can_compile()
    assert not caplog.records


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["triton"], "no Triton"),
        (["gcc"], "no C compiler"),
        (["headers"], "no headers of Python"),
        (["triton", "gcc"], "no Triton (Python package triton) and no C compiler"),
    ],
)
def test_what_is_missing_is_said_once(machine, caplog, missing, said):
    """A training that takes twice as long says why, and only once."""
    machine(*missing)
    assert not can_compile()
    assert not can_compile()
    (record,) = caplog.records
    assert said in record.getMessage()


def test_a_compiler_that_is_named_must_be_there(machine, monkeypatch, caplog):
    """Triton takes what CC names and looks for no other."""
    machine()
    monkeypatch.setenv("CC", "icx")
    assert not can_compile()
    assert "no C compiler" in caplog.text
