"""How long the rest of a run will take, from jobs of the same rules that have ended."""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from pspflow.status.work import Task


@dataclass(frozen=True)
class Forecast:
    """The time until the last task ends."""

    seconds: float
    """What the tasks whose time is known need, with those that they wait for."""
    unknown: int = 0
    """Tasks that are not counted: no job of their rule has ended yet."""
    overdue: bool = False
    """Whether a task runs for longer already than was expected."""
    earlier: bool = False
    """Whether times of an earlier run are counted, for rules of which no job has ended in this."""


def forecast(
    tasks: Iterable[Task],
    ended: Mapping[str, float],
    earlier: Mapping[str, float],
    running: Mapping[str, float],
    limits: Mapping[str, int],
) -> Forecast:
    """Estimate when the last task ends, if each starts as soon as it can.

    A task is expected to take as long as it took in an earlier run, times how much longer or
    shorter jobs of its rule take in this one; where it did not run earlier, as long as jobs of its
    rule take on average, in this run or else in an earlier one.

    Parameters
    ----------
    tasks
        All tasks of this run, and those that need not run, if their rules took time earlier.
    ended
        Seconds that those took which have ended in this run, by their number.
    earlier
        Seconds that tasks took in an earlier run.
    running
        Seconds for which each running task has run.
    limits
        How much of each resource tasks may take together.
    """
    tasks = list(tasks)
    left = [task for task in tasks if task.needed and task.number not in ended]
    expected = _expected(tasks, ended, earlier)
    rest = {
        number: max(seconds - running.get(number, 0.0), 0.0) for number, seconds in expected.items()
    }
    seen = {task.rule for task in tasks if task.number in ended}
    return Forecast(
        _span(left, rest, running, limits),
        unknown=sum(task.number not in expected for task in left),
        overdue=any(rest.get(number) == 0.0 for number in running),
        earlier=any(task.number in expected and task.rule not in seen for task in left),
    )


def _expected(
    tasks: list[Task], ended: Mapping[str, float], earlier: Mapping[str, float]
) -> dict[str, float]:
    """Return the expected seconds of tasks that have not ended, without those nobody knows."""
    rules: dict[str, list[str]] = defaultdict(list)
    needed = {task.number for task in tasks if task.needed}
    for task in tasks:
        rules[task.rule].append(task.number)
    expected: dict[str, float] = {}
    for numbers in rules.values():
        now = [ended[number] for number in numbers if number in ended]
        before = [earlier[number] for number in numbers if number in earlier]
        both = [number for number in numbers if number in ended and earlier.get(number)]
        change = sum(ended[n] for n in both) / sum(earlier[n] for n in both) if both else 1.0
        for number in numbers:
            if number in ended or number not in needed:
                continue
            if number in earlier:
                expected[number] = earlier[number] * change
            elif now or before:
                expected[number] = fmean(now or before)
    return expected


def _span(
    left: list[Task],
    rest: Mapping[str, float],
    running: Mapping[str, float],
    limits: Mapping[str, int],
) -> float:
    """Run the tasks in thought, each when what it needs is there and free; return the end."""
    tasks = {task.number: task for task in left}
    waits = {task.number: len(task.needs & tasks.keys()) for task in left}
    followers: dict[str, list[Task]] = defaultdict(list)
    for task in left:
        for number in task.needs:
            followers[number].append(task)
    free = dict(limits)
    ends: list[tuple[float, str]] = []
    # those that can start, by what they ask for: of each kind only the first is looked at
    ready: dict[tuple[tuple[str, int], ...], deque[Task]] = defaultdict(deque)
    now = 0.0

    def start(task: Task) -> None:
        for name, value in task.asks.items():
            free[name] -= value
        heapq.heappush(ends, (now + rest.get(task.number, 0.0), task.number))

    for task in left:
        if task.number in running:
            start(task)
        elif not waits[task.number]:
            ready[tuple(task.asks.items())].append(task)
    while True:
        for asks, queue in ready.items():
            # one that asks for more than there is runs alone
            while queue and (not ends or all(free[name] >= value for name, value in asks)):
                start(queue.popleft())
        if not ends:
            return now
        now, number = heapq.heappop(ends)
        for name, value in tasks[number].asks.items():
            free[name] += value
        for task in followers[number]:
            waits[task.number] -= 1
            if not waits[task.number]:
                ready[tuple(task.asks.items())].append(task)
