"""Nothing that a user writes reaches a shell unquoted: names of files, sheets and the command line."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from pspflow.simulate import simulate_gaussian_fields
from pspflow.seeds import generator

ROOT = Path(__file__).parents[2]
NUMBERS = {"{threads}", "{params.seed}"}
"""What a command holds unquoted: whole numbers, which the configuration's model has checked."""
HOSTILE = {
    "semicolon": "a; touch canary;.tif",
    "substitution": "$(touch canary).tif",
    "backticks": "`touch canary`.tif",
    "single quote": "it's; touch canary '.tif",
    "double quote": 'say "; touch canary; ".tif',
    "ampersand": "a & touch canary & b.tif",
    "redirection": "a > canary | touch canary.tif",
    "line break": "a\ntouch canary\n.tif",
    "spaces": "two  spaces .tif",
    "leading dash": "--help.tif",
    "variable": "$HOME ~ * ? !.tif",
    "letters": "Gefüge 組織 é.tif",
}


def commands() -> dict[str, str]:
    """Return the text of every rule's command."""
    body = re.compile(r"^ *rule (\w+):$(.*?)(?=^ *rule |\Z)", re.MULTILINE | re.DOTALL)
    found = {}
    for path in (ROOT / "workflow/rules").rglob("*.smk"):
        for name, text in body.findall(path.read_text(encoding="utf-8")):
            if "shell:" in text:
                found[name] = "".join(re.findall(r'^ +"(.*)"$', text.split("shell:")[1], re.M))
    return found


def test_every_value_in_a_command_is_quoted():
    """A new rule whose command takes a path or an option as it stands fails here."""
    found = commands()
    assert len(found) > 80
    problems = [
        f"{rule}: {value}"
        for rule, command in found.items()
        for value in re.findall(r"\{[^}]*\}", command)
        if not value.endswith(":q}") and value not in NUMBERS
    ]
    assert problems == []
    assert all(command.startswith("pspflow --log {log:q} ") for command in found.values())
