"""The front door: one command a stage, built from the studies' stage functions."""

import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter
from pydantic import ValidationError

from pspflow import __version__
from pspflow.config import schema
from pspflow.errors import InputError
from pspflow.logs import configure, log
from pspflow.options import sentences
from pspflow.studies.composite import stages as composite
from pspflow.studies.temper import stages as temper

STUDIES = {"temper": temper, "composite": composite}

app = App(name="pspflow", help=__doc__, version=__version__)
for study, stages in STUDIES.items():
    commands = App(name=study, help=f"Stages of the {study} study.")
    for stage in stages.STAGES:
        commands.command(stage)
    for module, summaries in stages.MODEL_STAGES.items():
        for name, summary in summaries.items():
            place = f"pspflow.studies.{study}.{module}:{name}"
            commands.command(place, name=name.replace("_", "-"), help=summary)
    app.command(commands)


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of the configuration."""
    sys.stdout.write(schema())


@app.meta.default
def launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    log_file: Annotated[Path | None, Parameter(name="--log")] = None,
) -> Any:
    """Run a command; `--log FILE` keeps a copy of what it says."""
    configure(log_file)
    try:
        return app(tokens, exit_on_error=False, print_error=False)
    except InputError as error:
        log.error("%s", error)
    except FileNotFoundError as error:
        log.error("%s: there is no such file or folder; mend the path.", error.filename or error)
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
    app.meta()
