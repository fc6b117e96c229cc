"""What there is: studies, their chapters and commands, all read from the packages themselves.

A study is a package here that names its `CHAPTERS` in reading order. A chapter is the package of
its name in the study, in `shared` (what several studies do with the same stages), or in both. A
command is a module of a chapter's package `stages`, or of a study's package `tools`, that holds a
function of its name. Nothing is imported to find them.
"""

import ast
import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from pspflow import studies as home

SHARED = "shared"


@dataclass(frozen=True)
class Command:
    """A command of a study or of one of its chapters."""

    name: str
    """As it is typed."""
    place: str
    """`module:function`."""
    file: Path

    @property
    def summary(self) -> str:
        """First line of its docstring, read without importing the module."""
        wanted = self.place.rpartition(":")[2]
        for node in ast.parse(self.file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name == wanted:
                return (ast.get_docstring(node) or "").partition("\n")[0]
        raise LookupError(f"{self.file} has no function {wanted}")


@cache
def studies() -> tuple[str, ...]:
    """Name the studies."""
    found = (each.name for each in pkgutil.iter_modules(home.__path__) if each.ispkg)
    return tuple(name for name in found if hasattr(_package(name), "CHAPTERS"))


def chapters(study: str) -> tuple[str, ...]:
    """Name the chapters of a study in reading order."""
    return tuple(_package(study).CHAPTERS)


def paper(study: str) -> str:
    """Name the paper that a study follows; empty if it names none."""
    return str(getattr(_package(study), "PAPER", ""))


def stands_on(study: str) -> tuple[str, ...]:
    """Name the studies whose packages a study imports; nearly all import none."""
    return tuple(getattr(_package(study), "STANDS_ON", ()))


def cover(study: str) -> tuple[str, str]:
    """Name the chapter and the figure that stand for a study; empty if it names none."""
    chapter, figure = getattr(_package(study), "COVER", ("", ""))
    return chapter, figure


def chapter_packages(study: str, chapter: str) -> tuple[str, ...]:
    """Name the packages that hold a chapter, the study's own first."""
    there = (f"{part}.{chapter}" for part in (study, SHARED) if _folder(part, chapter).is_dir())
    return tuple(f"{home.__name__}.{name}" for name in there)


def stages(study: str, chapter: str) -> list[Command]:
    """List the stages of a chapter."""
    return [
        command
        for package in chapter_packages(study, chapter)
        for command in _commands(f"{package}.stages")
    ]


def tools(study: str) -> list[Command]:
    """List the commands that stand at the level of a study."""
    return [
        command
        for part in (study, SHARED)
        for command in _commands(f"{home.__name__}.{part}.tools")
    ]


def described(study: str, chapter: str | None = None) -> str:
    """Return the first line of what a study, or one of its chapters, says of itself."""
    package = chapter_packages(study, chapter)[-1] if chapter else f"{home.__name__}.{study}"
    text = (_folder_of(package) / "__init__.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def _commands(package: str) -> list[Command]:
    files = sorted(_folder_of(package).glob("*.py"))
    return [
        Command(file.stem.replace("_", "-"), f"{package}.{file.stem}:{file.stem}", file)
        for file in files
        if file.stem != "__init__"
    ]


def _package(study: str) -> ModuleType:
    return importlib.import_module(f"{home.__name__}.{study}")


def _folder(*parts: str) -> Path:
    return Path(home.__path__[0]).joinpath(*parts)


def _folder_of(package: str) -> Path:
    return _folder(*package.removeprefix(f"{home.__name__}.").split("."))
