"""The command line: studies, their chapters and stages, built from the registry."""

import gc
import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter
from pydantic import ValidationError

from pspflow import __version__
from pspflow.errors import InputError
from pspflow.logs import configure, log
from pspflow.options import sentences
from pspflow.studies import registry

HELP = "Process-structure-property models of microstructures: studies, their chapters and stages."

app = App(name="pspflow", help=HELP, version=__version__)
# help and version are asked of the commands, which are added after the tokens are known
app.meta.help_flags = app.meta.version_flags = ()


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of the configuration."""
    from pspflow.config import schema  # noqa: PLC0415 - the options of every study

    sys.stdout.write(schema())


def add_studies(tokens: Sequence[str]) -> None:
    """Add the studies with the commands that are asked for; the others would only cost time."""
    study, chapter, stage = (*tokens[:3], *[""] * 3)[:3]
    for name in registry.studies():
        commands = App(name=name, help=registry.described(name))
        app.command(commands)
        if name == study:
            _add_chapters(commands, name, chapter, stage)


def _add_chapters(commands: App, study: str, chapter: str, stage: str) -> None:
    tools = {tool.name: tool for tool in registry.tools(study)}
    for name in registry.chapters(study):
        group = App(name=name, help=registry.described(study, name))
        commands.command(group)
        if name != chapter:
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
    """Run a command; `--log FILE` keeps a copy of what it says."""
    configure(log_file)
    try:
        add_studies(tokens)
        return app(tokens, exit_on_error=False, print_error=False)
    except InputError as error:
        log.error("%s", error)
    except FileNotFoundError as error:
        log.error("%s: there is no such file or folder; correct the path.", error.filename or error)
    except CycloptsError as error:
        if isinstance(error.__cause__, ValidationError):
            log.error("%s", "\n".join(sentences(error.__cause__, "options")))
        else:
            log.error("%s See pspflow --help.", error)
    except Exception:
        log.error("%s", traceback.format_exc())
    sys.exit(1)


def main() -> None:
    """Run the command line."""
    # imports allocate many objects that all stay: looking through them again and again takes a
    # tenth of the start-up
    gc.set_threshold(50_000)
    app.meta()
