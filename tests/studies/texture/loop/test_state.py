"""The state of a loop on disk: nothing half written is read, and it can go back."""

import shutil

import numpy as np
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.studies.texture.loop.state import BLOCK, Choice, LoopState, Observation

ORIGIN = Provenance("test", {}, 0, {})


def seen(texture, iteration=0, failure=""):
    """Make an observation."""
    return Observation(texture, iteration, () if failure else (1.0 / 3,) * 54, failure, 0.1)


@pytest.fixture
def state(tmp_path):
    """Return a state of four observations, of which one failed."""
    state = LoopState(tmp_path / "state", ORIGIN)
    for event in (Choice((7, 3, 5), 0, 0.0), seen(7), seen(3, failure="no equilibrium"), seen(5)):
        state.append(event)
    state.append(Choice((9,), 1, 0.0))
    return state


def test_what_was_observed_is_read_again(state):
    """Every digit of it, and what waits to be observed."""
    again = LoopState(state.folder, ORIGIN)
    assert again.log.events == state.log.events
    assert again.log.textures().tolist() == [7, 5]
    assert again.log.asked == [7, 3, 5, 9]
    assert again.log.waiting == [9]


def test_a_line_that_was_cut_short_is_dropped(state):
    """A kill while an observation is written loses that one and no other."""
    journal = state.folder / "events-000000.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"kind": "Observation", "texture": 9, "itera')
    again = LoopState(state.folder, ORIGIN)
    assert again.log.events == state.log.events
    again.append(seen(9, 1))
    assert LoopState(state.folder, ORIGIN).log.waiting == []


def test_going_back_forgets_what_came_after(state):
    """What an earlier observation led to is kept, everything that it did not know of is not."""
    for number, known in enumerate((1, 2)):
        row = {"iteration": number, "observations": known}
        state.save_iteration(number, row, np.zeros((1, 1, 36), np.float32))
    state.go_back(2)
    assert state.log.textures().tolist() == [7]
    assert state.log.waiting == [5]
    assert [row["observations"] for row in state.iterations()] == [1]
    assert LoopState(state.folder, ORIGIN).log.events == state.log.events


def test_an_event_costs_the_same_however_long_the_log_is(tmp_path):
    """Arms of 20,000 observations: what is written for each does not grow with those before."""
    state = LoopState(tmp_path / "state", ORIGIN)
    for texture in range(2 * BLOCK + 3):
        state.append(seen(texture))
    files = sorted(state.folder.glob("events-*"))
    assert [len(path.read_text().splitlines()) for path in files] == [BLOCK, BLOCK, 3]
    assert LoopState(state.folder, ORIGIN).log.events == state.log.events
    state.go_back(BLOCK)
    assert LoopState(state.folder, ORIGIN).log.events == [seen(each) for each in range(BLOCK)]
    assert sorted(state.folder.glob("events-*")) == files[:1]
    state.append(seen(5))
    assert LoopState(state.folder, ORIGIN).log.events == state.log.events


def test_a_lost_block_of_events_takes_those_after_it_with_it(tmp_path):
    """What was observed after it rests on it, and must not be taken for what comes next."""
    state = LoopState(tmp_path / "state", ORIGIN)
    for texture in range(3 * BLOCK):
        state.append(seen(texture))
    (state.folder / "events-000001.jsonl").unlink()
    again = LoopState(state.folder, ORIGIN)
    assert again.log.events == state.log.events[:BLOCK]
    assert [path.name for path in state.folder.glob("events-*")] == ["events-000000.jsonl"]


def test_another_process_may_remove_the_folder(state):
    """What this one has made it has, and what it makes next is there for a later one."""
    row = {"iteration": 0, "observations": 2}
    state.save_iteration(0, row, np.ones((1, 1, 36), np.float32))
    shutil.rmtree(state.folder.parent / "state")
    assert state.iterations() == [row]
    assert state.samples(0).sum() == 36
    state.append(seen(9, 1))
    assert LoopState(state.folder, ORIGIN).log.events == state.log.events
    state.remove()
    assert not state.folder.exists()


@pytest.mark.fault(
    "a bit of a loop's log of observations is flipped",
    "a warning names the line; the loop goes on from the lines before it",
    "the observations from there on",
)
def test_a_damaged_line_is_not_used(state, caplog):
    """Nor what came after it, nor the iteration that rests on them."""
    state.save_iteration(0, {"iteration": 0, "observations": 2}, np.ones((1, 1, 36), np.float32))
    journal = state.folder / "events-000000.jsonl"
    lines = journal.read_text().splitlines()
    journal.write_text("\n".join([*lines[:3], lines[3].replace("0.3333", "0.3343", 1), lines[4]]))
    again = LoopState(state.folder, ORIGIN)
    assert again.log.events == state.log.events[:3]
    assert again.iterations() == []
    assert f"{journal}: line 4 is damaged" in caplog.text


def test_a_damaged_file_is_made_again(state, caplog):
    """It is named, and so its iteration is not there."""
    state.save_iteration(0, {"iteration": 0, "observations": 2}, np.ones((1, 1, 36), np.float32))
    (path,) = state.folder.glob("trips-*")
    path.write_bytes(path.read_bytes()[:-5])
    assert LoopState(state.folder, ORIGIN).iterations() == []
    assert f"{path}: this file cannot be used" in caplog.text
