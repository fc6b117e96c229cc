"""Stages: their provenance follows from the types of their arguments, their flags from the same."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import pytest
import torch
from cyclopts import App, CycloptsError, Parameter

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.options import Options
from pspflow.studies.paths import ChipTable, NamedStores, Weights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.training import devices


class Sizes(Options):
    """Options of the stage below."""

    width: int = 3


class Solver(Options):
    """Options of another chapter."""

    tolerance: float = 0.1


KEPT = {}


@stage
def train(
    *,
    chips: ChipTable,
    stores: NamedStores,
    pinet: Weights | None = None,
    weights: Path,
    model: str = "cnn",
    options: Sizes = Sizes(),
    solver: Solver = Solver(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Train.

    Parameters
    ----------
    weights
        File to write.
    model
        Which network.
    """
    KEPT.update(origin=origin, stores=stores, weights=weights, chips=chips, pinet=pinet)


@pytest.fixture
def files(tmp_path):
    """Return three files of different content."""
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_text(path.name)
    return paths


def test_the_record_follows_from_the_arguments(files):
    """Inputs are fingerprinted, options and identity recorded; outputs and threads are not."""
    a, b, c = files
    train(chips=a, stores={"none/seed0": b, "exact/seed0": c}, weights=a.parent / "w", seed=7)
    origin = KEPT["origin"]
    assert origin.inputs == {
        "chips": fingerprint(a),
        "stores none/seed0": fingerprint(b),
        "stores exact/seed0": fingerprint(c),
    }
    assert origin.options == {"model": "cnn", "width": 3, "solver": {"tolerance": 0.1}}
    assert origin.seed == 7


def test_a_stage_is_given_the_device_that_is_named():
    """Which one it was is recorded beside the options; a stage without networks names none."""

    @stage
    def use(*, threads: Threads = 1, device: Device = AUTO, origin: Provenance) -> None:
        KEPT.update(device=device, origin=origin)

    app = App(name="test")
    app.command(use)
    app(["use", "--device", "cpu"], exit_on_error=False, result_action="return_value")
    assert KEPT["device"] == torch.device("cpu")
    assert KEPT["origin"].device == "cpu"
    assert KEPT["origin"].options == {}
    use()
    assert KEPT["device"].type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize(("module", "claims"), [("x.y.stages.z", True), ("x.tools.z", False)])
def test_stages_claim_a_card_and_tools_do_not(monkeypatch, module, claims):
    """Who calls a tool does not want it to wait for a training; both say how many threads."""
    asked = []

    def using(wanted, threads, *, claim):
        asked.append((wanted, threads, claim))
        return nullcontext(torch.device("cpu"))

    def use(*, threads: Threads = 1, device: Device = AUTO, origin: Provenance) -> None:
        pass

    monkeypatch.setattr(devices, "using", using)
    use.__module__ = f"pspflow.studies.{module}"
    stage(use)(threads=3)
    assert asked == [("auto", 3, claims)]


@pytest.mark.parametrize("device", ["cpu", "nonsense"])
def test_what_is_wrong_is_said_before_a_card_is_waited_for(monkeypatch, tmp_path, device):
    """A path that is misspelt is found now, not when a training of hours has ended."""

    def use(*, chips: ChipTable, device: Device = AUTO, origin: Provenance) -> None:
        pass

    monkeypatch.setattr(devices, "using", None)
    error, what = (FileNotFoundError, "chips") if device == "cpu" else (InputError, "nonsense")
    with pytest.raises(error, match=what):
        stage(use)(chips=tmp_path / "chips", device=device)


def test_an_optional_input_counts_where_it_is_given(files):
    """What a stage looks at is in its record, and nothing else."""
    a, b, _ = files
    train(chips=a, stores={}, pinet=b, weights=a.parent / "w")
    assert KEPT["origin"].inputs == {"chips": fingerprint(a), "pinet": fingerprint(b)}


def test_the_command_line_gives_what_python_gives(files):
    """Names and paths travel as NAME=PATH; `origin` is no flag; help hangs on the types."""
    a, b, c = files
    app = App(name="test")
    app.command(train)
    tokens = ["train", "--chips", str(a), "--stores", f"x={b}", f"y/z={c}", "--weights", "w"]
    app([*tokens, "--options", '{"width": 5}'], exit_on_error=False, result_action="return_value")
    assert KEPT["stores"] == {"x": b, "y/z": c}
    assert KEPT["origin"].options["width"] == 5
    with pytest.raises(Exception, match="origin"):
        app([*tokens, "--origin", "x"], exit_on_error=False, print_error=False)


def test_help_says_what_lies_at_a_path(files, capsys):
    """No docstring repeats what the type says."""
    app = App(name="test")
    app.command(train)
    app(["train", "--help"], result_action="return_value")
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Table of the chips." in said
    assert "File to write." in said


@pytest.mark.parametrize("token", ["x", "=a", "x="])
def test_a_path_without_a_name_is_refused(token):
    """The sentence says what to give."""
    app = App(name="test")

    @app.command
    def take(*, stores: NamedStores) -> None:
        raise AssertionError

    with pytest.raises(CycloptsError, match=r"--stores.*give NAME=PATH"):
        app(["take", "--stores", token], exit_on_error=False, print_error=False)


def test_a_stage_may_find_further_inputs(files):
    """As the images that a sheet names."""
    a, b, c = files
    train(chips=a, stores={}, weights=a.parent / "w")
    more = KEPT["origin"].including({"images": [b, c]})
    assert more.inputs == {"chips": fingerprint(a), "images": fingerprint(b, c)}


def test_annotations_stay_readable():
    """Types of paths are paths for a reader and a type checker."""
    assert Annotated[Path, Parameter(help="x")].__origin__ is Path


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("--threads", "0", "Must be >= 1."),
        ("--threads", "-2", "Must be >= 1."),
        ("--seed", "-1", "Must be >= 0."),
        ("--seed", str(2**32), "Must be < 4294967296."),
        ("--seed", "1.5", "'1.5' is no whole number; give one."),
        ("--seed", "true", "'true' is no whole number; give one."),
        ("--threads", "1e1", "'1e1' is no whole number; give one."),
    ],
)
def test_numbers_that_no_stage_can_use(flag, value, words):
    """The command line refuses them by the flag, before torch or numpy fail on them."""
    app = App(name="test")

    @app.default
    def run(*, seed: Seed = 0, threads: Threads = 1) -> None:
        raise AssertionError(f"was called with {seed} and {threads}")

    with pytest.raises(CycloptsError) as caught:
        app([flag, value], exit_on_error=False, print_error=False)
    assert flag in str(caught.value)
    assert words in str(caught.value)
