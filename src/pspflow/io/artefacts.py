"""Artefacts: what one stage writes for the next, complete or not at all, with provenance."""

import errno
import filecmp
import glob
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pspflow import __version__
from pspflow.io.disk import exchange, writing

READ_BYTES = 1 << 20
OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST, errno.EISDIR, errno.ENOTDIR)
"""Errors of a rename to a path at which there is a folder, or of a folder to that of a file."""
TRIES = 100
Inputs = Mapping[str, Path | Sequence[Path]]
"""Name of each input of a stage, and its file or folder, or several."""


@dataclass(frozen=True)
class Provenance:
    """Where an artefact comes from. It holds no time stamp: same inputs, same bytes."""

    stage: str
    """Study and stage, `temper chips`."""
    options: Mapping[str, Any]
    """The stage's validated options."""
    seed: int | None
    """Seed of the stage's random draws; None where it draws nothing."""
    inputs: Mapping[str, str]
    """Name of each input and the fingerprint of its content."""
    version: str = __version__
    """Version of pspflow."""
    device: str | None = None
    """Where networks or the solver ran: `cpu`, or `cuda` and the name of the GPU; None where
    neither did."""

    @classmethod
    def of(
        cls,
        stage: str,
        inputs: Inputs,
        options: BaseModel | None = None,
        seed: int | None = None,
    ) -> "Provenance":
        """Record a stage, fingerprinting its inputs (files or folders, or lists of them)."""
        prints = {
            name: fingerprint(*([paths] if isinstance(paths, Path) else paths))
            for name, paths in inputs.items()
        }
        return cls(stage, options.model_dump(mode="json") if options else {}, seed, prints)

    def including(self, inputs: Inputs) -> "Provenance":
        """Return the record with further inputs, which a stage has found itself."""
        more = Provenance.of(self.stage, inputs).inputs
        return replace(self, inputs={**self.inputs, **more})

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready values; the device is left out where there is none."""
        values = asdict(self)
        return values if self.device else {k: v for k, v in values.items() if k != "device"}

    def as_json(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps(self.as_dict(), sort_keys=True, ensure_ascii=False)

    def resume_folder(self, artefact: Path) -> Path:
        """Return the folder, beside the artefact, for the checkpoints of a run with this record.

        The device does not count: what was killed on one may be resumed on another.
        """
        digest = hashlib.sha256(replace(self, device=None).as_json().encode()).hexdigest()
        return artefact.parent / "resume" / digest[:16]


def fingerprint(*paths: Path) -> str:
    """Hash the content of files and folders (names inside a folder count, dates do not).

    Parameters
    ----------
    paths
        Files, or folders such as Zarr stores; hidden files in them are skipped.

    Returns
    -------
    str
        32 hexadecimal digits of BLAKE2b.
    """
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        for file in _content(path):
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
            with file.open("rb") as stream:
                while block := stream.read(READ_BYTES):
                    digest.update(block)
                # the length marks the end: content cannot be mistaken for the next file's name
                digest.update(stream.tell().to_bytes(8))
    return digest.hexdigest()


def _content(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = (file.relative_to(path) for file in path.rglob("*") if file.is_file())
    shown = (file for file in files if not any(part.startswith(".") for part in file.parts))
    return [path / file for file in sorted(shown)]


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a path beside the target; when the block succeeds, it becomes the target.

    A killed job therefore leaves no partial artefact. A job that still runs when it is submitted
    again does not interfere with the new one, since each process writes to its own path. Where it
    ends last, it finds its own bytes and leaves them alone: what has been made of them since stays
    newer than they are, and nobody who reads them is disturbed.

    Parameters
    ----------
    target
        The file or folder to make or replace.

    Raises
    ------
    InputError
        If the disk is full or cannot be written to; see `disk.writing`.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
    # the suffix stays last: writers choose their format by it
    staged = target.with_name(
        f".{target.stem}.{socket.gethostname()}.{os.getpid()}.partial{target.suffix}"
    )
    try:
        with writing(target, staged):
            # in a container, a killed job and its resubmission may share a process id
            _remove(staged)
            yield staged
            if _same(staged, target):
                _remove(staged)
                return
            _take_place(staged, target)
    except BaseException:
        with suppress(OSError):  # nothing can be removed from a disk that is read-only by now
            _remove(staged)
        raise


def _take_place(staged: Path, target: Path) -> None:
    """Rename to the target, also a folder over one that holds files, which no rename does.

    The old one is exchanged for the new in one step where the system can, so that there is one at
    every moment; else it is set aside first. Another process may do the same meanwhile.
    """
    old = staged.with_name(staged.name.replace(".partial", ".old.partial", 1))
    for _ in range(TRIES):
        try:
            staged.replace(target)
        except OSError as error:
            if error.errno not in OCCUPIED or not staged.exists():
                raise
        else:
            return
        with suppress(FileNotFoundError):  # another process has set it aside
            if exchange(staged, target):
                _remove(staged)
                return
            target.replace(old)
            _remove(old)
    staged.replace(target)


def _same(staged: Path, target: Path) -> bool:
    """Say whether a target holds the same bytes; reading ends where they differ."""
    try:
        return _equal(staged, target)
    except FileNotFoundError:  # another process replaces the target meanwhile
        return False


def _equal(staged: Path, target: Path) -> bool:
    if target.is_symlink() or staged.is_dir() != target.is_dir():
        return False
    if not (staged.exists() and target.exists()):
        return False
    names, others = _content(staged), _content(target)
    if [file.relative_to(staged) for file in names] != [
        file.relative_to(target) for file in others
    ]:
        return False
    pairs = list(zip(names, others, strict=True))
    if any(one.stat().st_size != other.stat().st_size for one, other in pairs):
        return False
    return all(filecmp.cmp(one, other, shallow=False) for one, other in pairs)


def _sweep(target: Path) -> None:
    """Remove the partial files that killed processes of this machine left beside the target."""
    start, end = f".{target.stem}.{socket.gethostname()}.", f".partial{target.suffix}"
    for leftover in target.parent.glob(f"{glob.escape(start)}*{glob.escape(end)}"):
        pid = leftover.name[len(start) : -len(end)].removesuffix(".old")
        if pid.isdecimal() and not _alive(int(pid)):
            _remove(leftover)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
