"""Pages of the commands: what `--help` says of each, made by cyclopts from the docstrings."""

import re

from cyclopts import App

from pspflow import cli
from pspflow.studies import registry

CONTENTS = re.compile(r"^#+ Table of Contents\n.*?(?=^\S(?<!-))", re.MULTILINE | re.DOTALL)
"""The list of commands that cyclopts puts first: the site has its own beside the page."""


def pages() -> dict[str, str]:
    """Write a page for the commands of every study, and one for the others, by their places."""
    made = {f"reference/commands/{study}.md": _study(study) for study in registry.studies()}
    return {"reference/commands/project.md": _page(cli.app)} | made


def _page(app: App) -> str:
    return CONTENTS.sub("", app.generate_docs("markdown", max_heading_level=4))


def _study(study: str) -> str:
    """Write the page of a study with all that is below it, each with its whole docstring."""
    commands = App(name=f"pspflow {study}", help=registry.described(study))
    cli.add_chapters(commands, study, registry.chapters(study))
    for chapter in registry.chapters(study):
        for command in registry.stages(study, chapter):
            commands[chapter][command.name].help = None
    # cyclopts takes the last word of a name for a command of its own
    return _page(commands).replace(f"pspflow {study} {study} COMMAND", f"pspflow {study} COMMAND")
