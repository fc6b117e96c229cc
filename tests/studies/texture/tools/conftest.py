"""What the tests of the commands share."""

import pytest

from pspflow.errors import InputError


@pytest.fixture
def faulty(tmp_path, monkeypatch, angles, ang_text):
    """Write a good map, and things that are in the way of an output; work in their folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.ang").write_text(ang_text(angles))
    (tmp_path / "one.ang").write_text(ang_text(angles[:1]))
    (tmp_path / "titanium.ang").write_text(ang_text(angles, symmetry=62))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("")
    return tmp_path


@pytest.fixture
def refuse(run, faulty):
    """Return what checks that a command refuses its words by one sentence, and writes nothing."""

    def check(command, words, sentence):
        before = {path: path.stat().st_mtime_ns for path in faulty.rglob("*")}
        with pytest.raises(InputError) as raised:
            run(command, *words)
        assert sentence in str(raised.value)
        assert len(str(raised.value).splitlines()) == 1
        assert {path: path.stat().st_mtime_ns for path in faulty.rglob("*")} == before

    return check
