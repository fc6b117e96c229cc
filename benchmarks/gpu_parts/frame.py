"""What a part of `benchmarks/gpu.py` is given, and what it yields."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch


class Case(NamedTuple):
    """A line of the part's table."""

    name: str
    """What was measured."""
    values: dict[str, float]
    """Quantities, with their units in their names."""


class Check(NamedTuple):
    """A promise that was put to the test; it is kept if the value is at most the limit."""

    name: str
    value: float
    limit: float


Found = Case | Check


@dataclass(frozen=True)
class Run:
    """Where a part runs, at which sizes, and how long it may take."""

    device: torch.device
    """The GPU, or the CPU in a rehearsal."""
    small: bool
    """Whether this is a rehearsal: everything at small sizes."""
    end: float
    """Value of `time.perf_counter` at which the part should have ended."""

    def left(self, share: float = 1.0) -> float:
        """Return the seconds that are left to the part, or a share of them; never below 0."""
        return share * max(0.0, self.end - time.perf_counter())

    def until(self, share: float) -> "Run":
        """Return the same run, ended after a share of the time that is left."""
        return Run(self.device, self.small, time.perf_counter() + self.left(share))

    def wait(self) -> None:
        """Wait until the device has done what it was told."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def seconds(self, work: Callable[[], object], repeats: int, warm: int = 1) -> float:
        """Time work that is repeated: the mean, after some runs that are not counted.

        The repeats end early when the time of the part is up, but not before the first.
        """
        for _ in range(warm):
            work()
        self.wait()
        started, done = time.perf_counter(), 0
        while done == 0 or (done < repeats and self.left()):
            work()
            done += 1
        self.wait()
        return (time.perf_counter() - started) / done

    def peak_gb(self) -> float:
        """Return the most memory on the GPU since the last call, in GB; 0 on a CPU."""
        if self.device.type != "cuda":
            return 0.0
        peak = torch.cuda.max_memory_allocated(self.device) / 1e9
        torch.cuda.reset_peak_memory_stats(self.device)
        return peak


@dataclass(frozen=True)
class Part:
    """One part of the script."""

    title: str
    """Heading of its section."""
    note: str
    """What the figures stand beside, and what is to be known about them."""
    share: float
    """Share of the script's time, relative to the other parts'."""
    measure: Callable[[Run], Iterator[Found]]
    """Yields what it finds as soon as it finds it, so that a script that is cut off keeps it."""
