"""The command line: studies, their chapters and stages, built from the registry."""

import errno
import gc
import importlib
import io
import json
import os
import sys
import traceback
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter
from pydantic import ValidationError

from pspflow import __version__
from pspflow.errors import InputError, raise_problems
from pspflow.io.disk import REFUSALS, REMEDIES
from pspflow.logs import configure, log, noted
from pspflow.options import sentences
from pspflow.studies import registry

HELP = "Process-structure-property models of microstructures: studies, their chapters and stages."

DISK_FAULTS = {
    **REMEDIES,
    **REFUSALS,
    errno.EIO: "the disk may be failing, so copy the file elsewhere or make it again",
    errno.ENOTDIR: "correct the path",
    errno.EISDIR: "name a file",
    errno.EEXIST: "name another place to write to",
    errno.ENAMETOOLONG: "correct the path",
}
"""Errors of the disk that a user can correct, and how."""

NO_MEMORY = ("can't allocate memory", "can't start new thread", "Cannot allocate memory")
"""What torch and python say where the memory of the processor does not suffice."""
MORE_MEMORY = (
    "run fewer jobs at once with --cores, or on a cluster ask for more with --set-resources "
    "RULE:mem_mb=MB, and run again"
)

app = App(name="pspflow", help=HELP, version=__version__)
# help and version are asked of the commands, which are added after the tokens are known
app.meta.help_flags = app.meta.version_flags = ()


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of the configuration."""
    from pspflow.config import schema  # noqa: PLC0415 - the options of every study

    sys.stdout.write(schema())


@app.command(name="status")
def print_status(run: str | None = None, /) -> None:
    """Say what a run is doing: what is done, runs, waits and failed, and why.

    It reads files alone, so it works while snakemake runs, and after it was killed.

    Parameters
    ----------
    run
        Name of the run, or its folder; the one that was started last if none is given.
    """
    from pspflow.status.page import page  # noqa: PLC0415 - most calls are stages

    sys.stdout.write(page(run))


@app.command(name="front")
def write_front_page(run: str | None = None, /) -> None:
    """Write the front page of a run anew, from what lies in its folder, and name it.

    Snakemake writes it too, whenever it ends well.

    Parameters
    ----------
    run
        Name of the run, or its folder; the one that was started last if none is given.
    """
    from pspflow.front.page import write_front  # noqa: PLC0415 - most calls are stages
    from pspflow.status.page import run_folder  # noqa: PLC0415

    folder = run_folder(run)
    page = write_front(folder)
    if page is None:
        raise InputError(f"{folder}: no study has its report yet; run snakemake for one.")
    sys.stdout.write(f"{page}\n")


@app.command(name="init")
def init_project(
    folder: Path,
    /,
    *,
    sheet: Path,
    study: str = "temper",
    image: str | None = None,
    domain: str | None = None,
    specimen: str | None = None,
) -> None:
    """Start a project: a folder with a commented configuration for your sheet of micrographs.

    Domains, labels or conditions, scale and splits are guessed from the sheet and the headers of
    its images; it says what it guessed, and what is missing.

    Parameters
    ----------
    folder
        Folder of the project, in which snakemake will run.
    sheet
        CSV or Parquet sheet with one row per image; it stays as it is.
    study
        temper, or steel.
    image
        Column of the image files, where its name does not say so; paths are relative to the sheet.
    domain
        Column of the classes.
    specimen
        Column of the specimens, whose images are never split apart.
    """
    from pspflow.project.start import start, summary  # noqa: PLC0415 - most calls are stages

    named = {"image": image, "domain": domain, "specimen": specimen}
    project = start(folder, sheet, study, named)
    sys.stdout.write(summary(folder, study, project))


@app.command(name="check")
def check_project(*studies: str, configfile: list[Path] | None = None) -> None:
    """Check configuration, sheets, images and machine, and count the jobs, before anything runs.

    Call it in the folder in which snakemake will run.

    Parameters
    ----------
    studies
        Those that shall run; all if none is named.
    configfile
        A file with your options, as for snakemake; give the flag again for each further one.
    """
    from pspflow.project.check import check  # noqa: PLC0415 - most calls are stages

    for line in check(studies, configfile or []):
        sys.stdout.write(f"{line}\n")


def add_studies(tokens: Sequence[str]) -> None:
    """Add the studies with the commands that are asked for; the others would only cost time."""
    study, chapter, stage = (*tokens[:3], *[""] * 3)[:3]
    for name in registry.studies():
        commands = App(name=name, help=registry.described(name))
        app.command(commands)
        if name == study:
            add_chapters(commands, name, (chapter,), stage)


def add_chapters(commands: App, study: str, wanted: Collection[str], stage: str = "") -> None:
    """Add the chapters and tools of a study, with the stages of the chapters that are wanted."""
    tools = {tool.name: tool for tool in registry.tools(study)}
    for name in registry.chapters(study):
        group = App(name=name, help=registry.described(study, name))
        commands.command(group)
        if name not in wanted:
            continue
        stages = registry.stages(study, name)
        for command in stages:
            group.command(command.place, name=command.name, help=command.summary)
        if name in tools and stage not in {command.name for command in stages}:
            # a tool that is named as a chapter is what the chapter's group does by itself
            module, _, function = tools[name].place.partition(":")
            group.default(getattr(importlib.import_module(module), function))
            group.help = f"{group.help}\n\nWithout a command: {tools[name].summary}"
    for name, tool in tools.items():
        if name not in registry.chapters(study):
            commands.command(tool.place, name=name, help=tool.summary)


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    log_file: Annotated[Path | None, Parameter(name="--log")] = None,
) -> Any:
    """Run a command; with `--log FILE` it says there what is no warning or error.

    Parameters
    ----------
    log_file
        File that keeps a copy of what the command says.
    """
    try:
        configure(log_file)
        with noted():
            check_options(tokens)
            add_studies(tokens)
            return app(tokens, exit_on_error=False, print_error=False)
    except BrokenPipeError:
        raise
    except Exception as error:
        log.error("%s", described(error))
    sys.exit(1)


def check_options(tokens: Sequence[str]) -> None:
    """Refuse options of which a part would not count: a key given twice, or a flag.

    Raises
    ------
    InputError
        With one sentence for each.
    """
    twice: list[str] = []

    def join(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.extend(f"key '{key}'" for key in repeated(key for key, _ in pairs))
        return dict(pairs)

    flags = []
    for flag, token in pairwise(("", *tokens)):
        name, equals, text = token.partition("=") if token.startswith("--") else (flag, "=", token)
        if equals and name.startswith("--") and text.lstrip().startswith(("{", "[")):
            with suppress(ValueError):  # a folder may be called {a}
                json.loads(text, object_pairs_hook=join)
                flags.append(name)
    twice.extend(repeated(flags))
    raise_problems([f"Options: {each} is given twice; remove one." for each in twice])


def repeated(items: Iterable[str]) -> list[str]:
    """List the items that are there more than once."""
    return [item for item, count in Counter(items).items() if count > 1]


def described(error: Exception) -> str:
    """Describe an error in sentences where the user can correct it, else by its traceback."""
    match error:
        case InputError():
            text = str(error)
        case CycloptsError(__cause__=ValidationError() as cause):
            text = "\n".join(sentences(cause, "options"))
        case CycloptsError(__cause__=json.JSONDecodeError() as cause):
            near = cause.doc[max(cause.pos - 10, 0) : cause.pos + 10]
            text = f"Options are no JSON near {near!r}: {cause.msg[0].lower()}{cause.msg[1:]}."
        case CycloptsError():
            said = " ".join(str(error).split()).replace(", ...", " and others")
            text = f"{said.rstrip('.')}. See pspflow --help."
        case MemoryError():
            what = f" ({' '.join(str(error).split()).rstrip('.')})" if str(error) else ""
            text = f"The memory is not enough{what}; {MORE_MEMORY}."
        case RuntimeError() if any(sign in str(error) for sign in NO_MEMORY):
            first = str(error).splitlines()[0].rstrip(".")
            text = f"The memory is not enough ({first}); {MORE_MEMORY}."
        case FileNotFoundError():
            place = error.filename or error
            text = f"{place}: there is no such file or folder; correct the path."
        case OSError(errno=int(number)) if number in DISK_FAULTS:
            # pyarrow says in its message which file it is
            what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            text = f"{' '.join(what.split())}; {DISK_FAULTS[number]}."
        case _:
            text = "".join(traceback.format_exception(error))
    return text


def main() -> None:
    """Run the command line."""
    # where the terminal knows no µ, its escape is better than no message
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # imports allocate many objects that all stay: looking through them again and again takes a
    # tenth of the start-up
    gc.set_threshold(50_000)
    try:
        app.meta()
        sys.stdout.flush()
    except BrokenPipeError:
        # who reads has seen enough; python would complain once more when it closes the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        # what was printed went to a full disk, and python would try again when it closes
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        log.error("%s", described(error))
        sys.exit(1)
