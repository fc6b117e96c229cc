"""How long a run will take still: known schedules, and bounds that every schedule keeps."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from pspflow.status.forecast import forecast
from pspflow.status.watch import described, without
from pspflow.status.work import CORES, Task, read_seconds

CORE = {CORES: 1}


def task(number, rule="train", needs=(), asks=CORE):
    """Return a task; what it needs is named by numbers."""
    return Task(str(number), rule, "", frozenset(map(str, needs)), asks)


def numbered(seconds):
    return {str(number): value for number, value in seconds.items()}


def left(tasks, ended=(), earlier=(), running=(), limits=None):
    given = (numbered(dict(each)) for each in (ended, earlier, running))
    return forecast(tasks, *given, limits or {CORES: 2})


def test_schedules_that_are_known():
    """Independent tasks share cores, a chain does not; what runs counts with its rest alone."""
    same = [task(n) for n in range(5)]
    times = dict.fromkeys(range(5), 10.0)
    assert left(same, earlier=times).seconds == 30
    assert left(same, earlier=times, limits={CORES: 5}).seconds == 10
    assert left(same, earlier=times, running={0: 4.0, 1: 9.0}).seconds == 21
    chain = [task(n, needs=[n - 1] if n else []) for n in range(5)]
    assert left(chain, earlier=times).seconds == 50
    assert left(chain, {0: 10.0, 1: 10.0}).seconds == 30
    assert left(same, times).seconds == 0


def test_every_resource_limits():
    """Two GPUs serve two tasks at once, however many cores there are; too large asks run alone."""
    limits = {CORES: 8, "gpu": 2}
    cards = [task(n, asks={CORES: 1, "gpu": 1}) for n in range(4)]
    assert left(cards, earlier=dict.fromkeys(range(4), 10.0), limits=limits).seconds == 20
    large = [task(0, asks={CORES: 64}), task(1)]
    assert left(large, earlier={0: 5.0, 1: 3.0}, limits=limits).seconds in (5, 8)


@pytest.mark.parametrize("seed", range(20))
def test_bounds(seed):
    """No forecast is shorter than the work over the cores or the longest chain, or than needed."""
    draw = random.Random(seed)
    count, cores = 40, draw.randint(1, 6)
    needs = {n: draw.sample(range(n), min(n, draw.randint(0, 2))) for n in range(count)}
    times = {n: draw.uniform(1, 20) for n in range(count)}
    chains: dict[int, float] = {}
    for n in range(count):
        chains[n] = times[n] + max((chains[each] for each in needs[n]), default=0.0)
    tasks = [task(n, needs=needs[n]) for n in range(count)]
    seconds = left(tasks, earlier=times, limits={CORES: cores}).seconds
    work, longest = sum(times.values()), max(chains.values())
    assert seconds >= max(work / cores, longest) - 1e-9
    # Graham's bound of schedules that leave no core idle while a task is ready
    assert seconds <= (work - longest) / cores + longest + 1e-9


def test_where_times_come_from():
    """Times of this run correct those of an earlier one; what nobody has seen is not counted."""
    tasks = [task(n) for n in range(3)] + [task(3, "report", range(3))]
    found = left(tasks, limits={CORES: 1})
    assert (found.seconds, found.unknown, found.earlier) == (0, 4, False)
    found = left(tasks, earlier={0: 10.0, 1: 20.0, 2: 30.0}, limits={CORES: 1})
    assert (found.seconds, found.unknown, found.earlier) == (60, 1, True)
    # twice as slow as earlier
    found = left(tasks, {0: 20.0}, {0: 10.0, 1: 20.0, 2: 30.0}, limits={CORES: 1})
    assert (found.seconds, found.unknown, found.earlier) == (100, 1, False)
    # what need not run tells how long its rule takes
    others = [replace(tasks[0], needed=False), *tasks[1:3]]
    found = left(others, earlier={0: 10.0}, limits={CORES: 1})
    assert (found.seconds, found.unknown) == (20, 0)
    # one of them has no earlier time: this run's mean
    found = left(tasks, {0: 20.0, 1: 30.0}, {0: 10.0}, limits={CORES: 1})
    assert found.seconds == 25


def test_sentences():
    """A time that lacks something says so, and no number is given where none is known."""
    known = {0: 300.0, 1: 300.0}
    tasks = [task(0), task(1), task(2, "report", [0, 1])]
    assert described(left(tasks), local=True) == "time left unknown yet"
    said = described(left(tasks, earlier=known), local=True)
    assert said == "at least 5 min left by an earlier run, besides 1 job of unknown length"
    assert described(left(tasks[:2], {0: 300.0}), local=True) == "about 5 min left"
    said = described(left(tasks[:2], {0: 300.0}), local=False)
    assert said == "at least 5 min left, besides time in the queue"
    late = left(tasks[:2], {0: 300.0}, running={1: 400.0})
    assert (late.overdue, described(late, local=True)) == (True, "time left unknown yet")


def test_what_waits_for_a_failure_is_not_counted():
    """With --keep-going the others run to their end."""
    tasks = {
        str(n): task(n, needs=needs) for n, needs in enumerate([(), (), (0,), (1,), (2, 3), (3,)])
    }
    assert Counter(each.number for each in without(tasks, {"0"})) == Counter("135")
    assert len(without(tasks, set())) == 6


def test_time_of_a_job(tmp_path):
    """It stands in the column `s` of what snakemake writes; anything else is no time."""
    path = tmp_path / "train.tsv"
    assert read_seconds(path) is None
    path.write_text("s\th:m:s\tmax_rss\n3.83\t0:00:03\t180.28\n")
    assert read_seconds(path) == 3.83
    path.write_text("s\th:m:s\n")
    assert read_seconds(path) is None
    path.write_text("time\n3\n")
    assert read_seconds(path) is None
