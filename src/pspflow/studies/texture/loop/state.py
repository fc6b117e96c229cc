"""What a loop has done so far, on disk: observations, fitted processes, flows and iterations.

Everything is written as soon as it is there, beside its place, and renamed. What a killed loop
lacks it makes again, from the same random streams; what it has it reads, and an unbroken loop reads
the same files. Both therefore end with the same bytes.

A loop works on files of its own, in a temporary folder, and copies each to the folder in which a
later process finds it: one that still runs when the loop is submitted again shares that folder, and
the first to end removes it.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pspflow.io.artefacts import Provenance
from pspflow.io.resuming import forget, keep
from pspflow.io.sections import read_record, write_record
from pspflow.io.weights import load_weights, save_weights
from pspflow.logs import log
from pspflow.mechanics import independent_outputs
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.studies.texture.trained_models import load_flow, save_flow

Floats = NDArray[np.float64]
BLOCK = 100
"""Events in one file of the log: to add one, no more than these are written."""
ENDINGS = {"events": "jsonl", "iteration": "json"}
"""Formats of what is no weights."""


@dataclass(frozen=True)
class Observation:
    """What the ground truth said about a texture."""

    texture: int
    """Row in the pool."""
    iteration: int
    parameters: tuple[float, ...]
    """All 54; none where it failed."""
    failure: str
    """Why it failed, or an empty text."""
    seconds: float


@dataclass(frozen=True)
class Choice:
    """Textures that are to be observed, in this order."""

    textures: tuple[int, ...]
    iteration: int
    seconds: float


@dataclass
class Log:
    """Choices and observations, in the order in which they came."""

    events: list[Observation | Choice] = field(default_factory=list)

    @property
    def observations(self) -> list[Observation]:
        """Return all observations, failures too."""
        return [each for each in self.events if isinstance(each, Observation)]

    @property
    def labelled(self) -> list[Observation]:
        """Return the observations that have parameters."""
        return [each for each in self.observations if not each.failure]

    @property
    def asked(self) -> list[int]:
        """Return every texture that was ever chosen."""
        choices = (each for each in self.events if isinstance(each, Choice))
        return [texture for choice in choices for texture in choice.textures]

    @property
    def waiting(self) -> list[int]:
        """Return the textures that were chosen and not observed."""
        done = {each.texture for each in self.observations}
        return [texture for texture in self.asked if texture not in done]

    def textures(self) -> NDArray[np.int64]:
        """Return the rows in the pool of the textures that have parameters, `n`."""
        return np.array([each.texture for each in self.labelled], np.int64)

    def outputs(self) -> Floats:
        """Return their independent outputs, `n x 35`."""
        return independent_outputs(np.array([each.parameters for each in self.labelled]))


class LoopState:
    """The folder of a loop that is not finished.

    Parameters
    ----------
    folder
        Belongs to one loop, of one record of inputs, options and seed.
    origin
        That record.
    """

    def __init__(self, folder: Path, origin: Provenance) -> None:
        self.folder, self.origin = folder, origin
        self._temporary = TemporaryDirectory(prefix="pspflow-loop-")
        self._own = Path(self._temporary.name)
        self._take_over()
        self.log = Log(self._read())
        self._forget_unfounded()

    def append(self, event: Observation | Choice) -> None:
        """Add to the log; a kill after this returns does not lose it."""
        path = self._path("events", len(self.log.events) // BLOCK)
        with path.open("a", encoding="utf-8") as file:
            file.write(_line(event))
        self._share(path)
        self.log.events.append(event)

    def go_back(self, observation: int) -> None:
        """Forget an observation, by its number, and everything that came after it."""
        place = self.log.events.index(self.log.observations[observation])
        kept = Log(self.log.events[:place])
        known = len(kept.labelled)
        # what was made last goes first: a kill in between leaves nothing that lacks its reasons
        for number in sorted(self._numbers("iteration"), reverse=True):
            if self.iteration(number)["observations"] > known:
                for name in ("iteration", "trips", "flow"):
                    self._drop(name, number)
        for number in sorted(self._numbers("process"), reverse=True):
            if number > known:
                self._drop("process", number)
        rows = len(self._numbers("iteration"))
        for name in ("trips", "flow"):
            for number in self._numbers(name):
                if number >= rows:
                    self._drop(name, number)
        self._cut(len(kept.events))
        self.log = kept

    def latest_process(self, observations: int) -> int | None:
        """Return the largest number of observations, up to one, with a fitted process."""
        return max((n for n in self._numbers("process") if n <= observations), default=None)

    def save_process(self, observations: int, model: MultiOutputGP, seconds: float) -> None:
        """Keep the process that is fitted on the first observations, without these."""
        tensors = {
            name: torch.from_numpy(np.ascontiguousarray(each))
            for name, each in model.arrays().items()
        }
        path = self._path("process", observations)
        save_weights(path, tensors, {"seconds": seconds}, self.origin)
        self._share(path)

    def process(self, observations: int, pool: Floats, device: torch.device) -> MultiOutputGP:
        """Read the process, with a pool (n, 36), that is fitted on the first observations."""
        tensors, _ = load_weights(self._path("process", observations))
        arrays = {name: each.numpy() for name, each in tensors.items()}
        textures, outputs = self.log.textures()[:observations], self.log.outputs()[:observations]
        return MultiOutputGP.from_arrays(arrays, pool[textures], outputs, device)

    def seconds_of_processes(self, first: int, last: int) -> float:
        """Sum up how long processes of so many observations took, from first to last."""
        numbers = [number for number in self._numbers("process") if first <= number <= last]
        return sum(
            float(load_weights(self._path("process", number))[1]["seconds"])
            for number in sorted(numbers)
        )

    def seconds_of(self, kind: type[Observation] | type[Choice], iteration: int) -> float:
        """Sum up how long the observations or choices of an iteration took."""
        events = [each for each in self.log.events if isinstance(each, kind)]
        return sum(each.seconds for each in events if each.iteration == iteration)

    def has_flow(self, iteration: int) -> bool:
        """Return whether the flow of an iteration is trained."""
        return self._path("flow", iteration).exists()

    def save_flow(
        self, iteration: int, flow: ConditionalFlow, model: dict[str, Any], seconds: float
    ) -> None:
        """Keep a trained flow."""
        path = self._path("flow", iteration)
        save_flow(path, flow, {**model, "seconds": seconds}, self.origin)
        self._share(path)

    def flow(self, iteration: int, device: torch.device) -> tuple[ConditionalFlow, dict[str, Any]]:
        """Read a trained flow, with the arguments that make one of its size."""
        path = self._path("flow", iteration)
        sizes = load_weights(path)[1]
        return load_flow(path, device), {k: v for k, v in sizes.items() if k != "seconds"}

    def seconds_of_flow(self, iteration: int) -> float:
        """Return how long a flow was trained."""
        return float(load_weights(self._path("flow", iteration))[1]["seconds"])

    def drop_flow(self, iteration: int) -> None:
        """Remove a flow that is not needed any more."""
        self._drop("flow", iteration)

    def save_iteration(self, number: int, row: dict[str, Any], samples: NDArray) -> None:
        """Finish an iteration: keep what is known, and the (n, draws, 36) that its flow drew."""
        drawn = {"samples": torch.from_numpy(samples)}
        save_weights(self._path("trips", number), drawn, {}, self.origin)
        path = self._path("iteration", number)
        write_record(path, row)
        self._share(self._path("trips", number))
        self._share(path)

    def iterations(self) -> list[dict[str, Any]]:
        """Return what is known of every finished iteration, in order."""
        return [self.iteration(number) for number in sorted(self._numbers("iteration"))]

    def iteration(self, number: int) -> dict[str, Any]:
        """Return what is known of a finished iteration."""
        return read_record(self._path("iteration", number))

    def samples(self, iteration: int) -> NDArray[np.float32]:
        """Return the textures (n, draws, 36) that the flow of an iteration drew."""
        return load_weights(self._path("trips", iteration))[0]["samples"].numpy()

    def remove(self) -> None:
        """Remove the state of a finished loop, and those of other records beside it."""
        forget(self.folder)
        self._temporary.cleanup()

    def _path(self, name: str, number: int) -> Path:
        return self._own / f"{name}-{number:06d}.{ENDINGS.get(name, 'safetensors')}"

    def _numbers(self, name: str) -> list[int]:
        return [int(path.stem.split("-")[1]) for path in self._own.glob(f"{name}-*")]

    def _share(self, path: Path) -> None:
        """Copy a file to where a later process finds it."""
        keep(self.folder / path.name, lambda staged: shutil.copyfile(path, staged))

    def _drop(self, name: str, number: int) -> None:
        path = self._path(name, number)
        for each in (path, self.folder / path.name):
            each.unlink(missing_ok=True)

    def _cut(self, events: int) -> None:
        """Keep the first events of the log on disk, and no others."""
        whole, rest = divmod(events, BLOCK)
        for number in sorted(self._numbers("events"), reverse=True):
            path = self._path("events", number)
            if number > whole or (number == whole and not rest):
                self._drop("events", number)
            elif number == whole:
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines(True)
                path.write_text("".join(lines[:rest]), encoding="utf-8")
                self._share(path)

    def _take_over(self) -> None:
        """Copy what an earlier process has left; what is damaged is left out, with a warning."""
        for path in sorted(self.folder.glob("[!.]*")):
            mine = self._own / path.name
            try:
                shutil.copyfile(path, mine)
                if mine.suffix == ".safetensors":
                    load_weights(mine)
                elif mine.suffix == ".json":
                    read_record(mine)
            except FileNotFoundError:
                mine.unlink(missing_ok=True)
            except OSError:
                raise  # it may be good, and would be replaced
            except Exception as error:
                mine.unlink(missing_ok=True)
                why = " ".join(str(error).split())[:200]
                log.warning("%s: this file cannot be used (%s); it is made again.", path, why)

    def _forget_unfounded(self) -> None:
        """Forget iterations that rest on observations, flows or draws that are not there."""
        known, numbers, complete = len(self.log.labelled), self._numbers("iteration"), True
        for number in range(max(numbers, default=-1) + 1):
            complete = (
                complete
                and self._path("iteration", number).exists()
                and self._path("trips", number).exists()
                and self.iteration(number)["observations"] <= known
            )
            if not complete:
                self._path("iteration", number).unlink(missing_ok=True)
        rows = len(self._numbers("iteration"))
        if rows and not self.has_flow(rows - 1):
            self._path("iteration", rows - 1).unlink()

    def _read(self) -> list[Observation | Choice]:
        """Read the log up to the first line that is cut short, damaged or not there."""
        events: list[Observation | Choice] = []
        for number in range(max(self._numbers("events"), default=-1) + 1):
            path = self._path("events", number)
            text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
            lines = text.splitlines()
            found = list(takewhile(lambda event: event is not None, map(_event, lines)))
            events += [event for event in found if event is not None]
            if len(found) < max(len(lines), 1):
                log.warning(
                    "%s: line %d is damaged; it and what came after it are observed again.",
                    self.folder / path.name,
                    len(found) + 1,
                )
            if len(found) < BLOCK:
                break
        self._cut(len(events))
        return events


def _line(event: Observation | Choice) -> str:
    values = json.dumps({"kind": type(event).__name__, **event.__dict__})
    return json.dumps({"digest": _digest(values), **json.loads(values)}) + "\n"


def _event(line: str) -> Observation | Choice | None:
    """Read a line; None if it does not fit its digest."""
    try:
        values = json.loads(line)
        if values.pop("digest") != _digest(json.dumps(values)):
            return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if values.pop("kind") == "Choice":
        return Choice(**{**values, "textures": tuple(values["textures"])})
    return Observation(**{**values, "parameters": tuple(values["parameters"])})


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
