"""The text of a file: encodings and line ends as programs write them, and lines of data."""

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pspflow.errors import InputError

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BINARY = {
    b"PK\x03\x04": "an Excel workbook or a zip archive; save the table as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook; save the table as CSV",
    b"\x89HDF": "an HDF5 file; export the map as .ang, .ctf or CSV",
    b"\x1f\x8b": "a compressed file; unpack it",
}
COMMENTS = ("#", "%", "//", "!")


def refuse(path: Path, fault: str, remedy: str) -> NoReturn:
    """Refuse a file with one sentence: where, what is wrong, and the remedy.

    Raises
    ------
    InputError
        Always.
    """
    raise InputError(f"{path}: {fault}; {remedy}.")


def read_lines(path: Path) -> list[str]:
    """Read the lines of a text file, without line ends and byte order mark.

    UTF-8, UTF-16 with a byte order mark (as Excel writes "Unicode text"), and what is neither as
    Windows-1252, in which microscopes write µ and °.

    Raises
    ------
    InputError
        If the file is missing, a folder, unreadable, empty or not text.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        refuse(path, "there is no such file", "correct the path")
    except OSError as error:
        refuse(path, f"the file cannot be opened ({error.strerror})", "name a readable text file")
    for signature, kind in BINARY.items():
        if data.startswith(signature):
            what, remedy = kind.split("; ")
            refuse(path, f"this is {what}", remedy)
    text = _decoded(path, data)
    if not text.strip():
        refuse(path, "the file is empty", "export the orientations again")
    # some programs write a minus sign instead of a hyphen
    text = text.replace("\u2212", "-")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith(UTF_16):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        refuse(path, "the file holds zero bytes and is no text", "export it as text or CSV")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def is_comment(line: str) -> bool:
    """Whether a line is a comment."""
    return line.lstrip().startswith(COMMENTS)


@dataclass(frozen=True)
class Block:
    """Lines of data, and where each stands in the file."""

    lines: list[str]
    numbers: list[int]
    """Line numbers, from 1."""

    def __len__(self) -> int:
        return len(self.lines)


def data_block(lines: list[str], start: int) -> Block:
    """Gather the lines from index `start` on that are neither blank nor comments."""
    kept = [
        (number, line)
        for number, line in enumerate(lines[start:], start=start + 1)
        if line.strip(" \t,;") and not is_comment(line)
    ]
    return Block([line for _, line in kept], [number for number, _ in kept])
