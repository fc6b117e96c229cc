"""The script of the papers' sizes: its parts run on any machine, and nothing it found is lost."""

import json
import math

import gpu
import pytest
from gpu_parts import PARTS
from gpu_parts.frame import Case, Check, Part

pytestmark = pytest.mark.xdist_group("rehearsal")


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    """Rehearse all parts with their time already up; return the status, the record and the page."""
    folder = tmp_path_factory.mktemp("rehearsal")
    status = gpu.main(["--device", "cpu", "--minutes", "0", "--folder", str(folder)])
    return status, *written(folder)


def written(folder):
    """Read what the script has written: the parts of its record, and its page."""
    parts = json.loads((folder / "gpu.json").read_text(encoding="utf-8"))["parts"]
    return parts, (folder / "gpu.md").read_text(encoding="utf-8")


def part(*found):
    """Return a part that yields what is given, and raises it where it is an exception."""

    def measure(run):
        for each in found:
            if isinstance(each, BaseException):
                raise each
            yield each

    return Part("A part", "Its note.", 1, measure)


def run(monkeypatch, folder, parts, *more):
    """Run the script with other parts."""
    monkeypatch.setattr(gpu, "PARTS", parts)
    return gpu.main(["--device", "cpu", "--minutes", "0", "--folder", str(folder), *more])


@pytest.mark.parametrize("name", PARTS)
def test_a_part_finds_something_even_without_time(rehearsed, name):
    """Nothing fails for the first time on a GPU, and what is promised holds on a CPU."""
    _, parts, page = rehearsed
    assert parts[name]["failure"] == ""
    assert parts[name]["cases"]
    for check in parts[name]["checks"]:
        assert check["value"] <= check["limit"], check["name"]
    for each in (*parts[name]["cases"], *parts[name]["checks"]):
        assert f"| {each['name']} |" in page


def test_a_rehearsal_says_so(rehearsed):
    """Its figures are not taken for those of a GPU; the parts keep their order."""
    status, parts, page = rehearsed
    assert status == 0
    assert "A rehearsal on a CPU" in page
    assert list(parts) == list(PARTS)


def test_a_part_that_stops_does_not_stop_the_others(monkeypatch, tmp_path):
    """What it found before is kept, the page says why it stopped, and the status is 1."""
    one, other = part(Case("first", {"s": 1.0}), ValueError("no room")), part(Case("second", {}))
    assert run(monkeypatch, tmp_path, {"one": one, "other": other}) == 1
    parts, page = written(tmp_path)
    assert parts["one"]["failure"] == "ValueError: no room"
    assert [case["name"] for case in parts["one"]["cases"]] == ["first"]
    assert [case["name"] for case in parts["other"]["cases"]] == ["second"]
    for said in ("| first |", "**Stopped**: `ValueError: no room`", "| second |"):
        assert said in page


@pytest.mark.parametrize("value", [2.0, math.nan])
def test_a_check_that_is_not_kept_is_a_failure(monkeypatch, tmp_path, value):
    """Nor is one kept whose value is no number."""
    parts = {"one": part(Case("case", {}), Check("promise", value, 1.0))}
    assert run(monkeypatch, tmp_path, parts) == 1
    assert "**not kept**" in written(tmp_path)[1]
    parts = {"one": part(Check("promise", 1.0, 1.0))}
    assert run(monkeypatch, tmp_path, parts) == 0


def test_a_killed_script_keeps_what_it_had(monkeypatch, tmp_path):
    """A case is in both files before the next one is measured."""
    killed = part(Case("first", {"s": 1.0}), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(monkeypatch, tmp_path, {"one": killed})
    parts, page = written(tmp_path)
    assert [case["name"] for case in parts["one"]["cases"]] == ["first"]
    assert "| first |" in page
    assert "**Cut off**" in page


def test_a_page_says_what_is_missing_and_what_was_remarked(monkeypatch, tmp_path):
    """A part that was never measured has its heading, and a remark stands where it belongs."""
    parts = {name: part(Case(name, {})) for name in ("one", "two")}
    run(monkeypatch, tmp_path, parts, "--parts", "two", "--remark", "Others used the card.")
    page = written(tmp_path)[1]
    assert "Not measured yet." in page
    assert page.count("Others used the card.") == 1
    assert "Cut off" not in page
    run(monkeypatch, tmp_path, parts, "--parts", "one")
    page = written(tmp_path)[1]
    assert "Not measured yet." not in page
    assert page.count("Others used the card.") == 1


def test_some_parts_measured_anew_leave_the_others(monkeypatch, tmp_path):
    """The record keeps them as they were, in the order of the parts; without names, all are new."""
    parts = {name: part(Case(f"{name}, old", {})) for name in ("one", "two")}
    run(monkeypatch, tmp_path, parts)
    before = written(tmp_path)[0]["two"]
    new = {name: part(Case(f"{name}, new", {})) for name in parts}
    run(monkeypatch, tmp_path, new, "--parts", "one")
    kept, page = written(tmp_path)
    assert list(kept) == ["one", "two"]
    assert kept["two"] == before
    assert kept["one"]["cases"][0]["name"] == "one, new"
    assert "| two, old |" in page
    assert "one, old" not in page
    run(monkeypatch, tmp_path, {"one": new["one"]})
    assert list(written(tmp_path)[0]) == ["one"]


def test_what_cannot_be_measured_is_one_sentence(monkeypatch, capsys, tmp_path):
    """A newcomer without a GPU, a misspelt device, a folder that is a file: no traceback."""
    monkeypatch.setattr(gpu, "PARTS", {})  # nothing is measured before
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    (tmp_path / "file").touch()
    for arguments, said in (
        ([], "Error: device is 'cuda', but torch finds no GPU"),
        (["--device", "nonsense"], "Error: device is 'nonsense'"),
        (["--device", "cpu", "--folder", str(tmp_path / "file")], "name another --folder."),
        (["--device", "cpu", "--folder", str(tmp_path / "file/in")], "name another --folder."),
    ):
        assert gpu.main(arguments) == 1
        (sentence,) = capsys.readouterr().err.splitlines()
        assert said in sentence


@pytest.mark.parametrize("fault", ["no JSON", "[]", "older", "of a GPU"])
def test_a_record_that_cannot_be_continued_is_left_alone(monkeypatch, capsys, tmp_path, fault):
    """It is said before minutes are spent, and what the file holds is not lost."""
    parts = {name: part(Case(name, {})) for name in ("one", "two")}
    run(monkeypatch, tmp_path, parts)
    path = tmp_path / "gpu.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    if fault == "older":
        del record["parts"]["two"]["machine"]["driver"]
    record["rehearsal"] = fault != "of a GPU"
    path.write_text(fault if fault in {"no JSON", "[]"} else json.dumps(record), encoding="utf-8")
    before = path.read_bytes()
    capsys.readouterr()
    measured = {"one": part(AssertionError("it was measured")), "two": parts["two"]}
    assert run(monkeypatch, tmp_path, measured, "--parts", "one") == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert f"Error: {path}: " in sentence
    assert "name another --folder." in sentence
    assert path.read_bytes() == before


def test_a_program_that_says_nothing_is_no_fault():
    """Nor is one that is not there, or that fails: no driver is named then."""
    for command in (["true"], ["false"], ["no-such-program-of-any-machine"]):
        assert gpu._said(*command) == "–"
    assert gpu._said("printf", "one\ntwo\n") == "one"


def test_every_part_gets_its_share_of_the_time_that_is_left(monkeypatch, tmp_path):
    """What one leaves goes to those after it; the last may take all that is left."""
    allowed = []

    def measure(run):
        allowed.append(run.left())
        return iter(())

    parts = {name: Part(name, "", share, measure) for name, share in (("one", 3), ("two", 1))}
    monkeypatch.setattr(gpu, "PARTS", parts)
    assert gpu.main(["--device", "cpu", "--minutes", "2", "--folder", str(tmp_path)]) == 0
    assert allowed == pytest.approx([90, 120], abs=5)
    monkeypatch.setattr(gpu, "ROOT", tmp_path)
    allowed.clear()
    assert gpu.main(["--device", "cpu", "--minutes", "-1"]) == 0
    assert allowed == [0, 0]
    # figures of a rehearsal do not land where those of a GPU are committed
    assert sorted(each.name for each in (tmp_path / "results/gpu").iterdir()) == [
        "gpu.json",
        "gpu.md",
    ]
    assert not (tmp_path / "docs").exists()


def test_the_committed_page_is_that_of_its_record():
    """Nobody edits the page, and a change of its form reaches it."""
    folder = gpu.ROOT / "docs/results"
    record = json.loads((folder / "gpu.json").read_text(encoding="utf-8"))
    assert not record["rehearsal"]
    titles = {name: part.title for name, part in PARTS.items()}
    assert (folder / "gpu.md").read_text(encoding="utf-8") == gpu.page(record, titles)
