"""Configuration as it is written: what YAML would drop or change without a word is refused.

Snakemake hands over one merged dictionary, in which of two equal keys the last has won and `012`
has become ten. So the files are read once more here, for what they say.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from pspflow.errors import raise_problems

# the parser in C where it is there: it gives the same nodes in a tenth of the time
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FLAGS = (("--configfile", "--configfiles"), ("--config", "-C"))
PROFILES = ("--profile", "--workflow-profile")
OTHER_BASES = re.compile(
    r"(?P<octal>[-+]?0[0-7_]+)|(?P<sexagesimal>[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)"
)
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


def check_sources(
    files: Sequence[str | Path], entries: Sequence[str] = (), command: Sequence[str] = ()
) -> None:
    """Refuse configuration of which a part would be lost or read as something else.

    Parameters
    ----------
    files
        Configuration files, YAML or JSON, that can be read.
    entries
        `KEY=VALUE` of `--config`.
    command
        The command line of snakemake; the profiles that it names are looked at too.

    Raises
    ------
    InputError
        With one sentence for each key that is given twice in a file or in `--config`, each number
        to another base than ten (`012`, `12:30`), and each flag of which only the last would count.
    """
    problems = list(_repeated_flags(command))
    for path in dict.fromkeys(map(str, files)):
        problems += _faults(_written(path), path, typed=True)
    for path in _profiles(command):
        problems += _faults(_written(path), path, typed=False)
    problems += _entries(entries)
    raise_problems(problems)


def _written(path: str) -> str:
    # a pipe can be read only once
    return Path(path).read_text(encoding="utf-8") if Path(path).is_file() else ""


def _profiles(command: Sequence[str]) -> Iterator[str]:
    """Find the files of the profiles, where a path leads to them."""
    for flag, word in pairwise((*command, "")):
        name, _, value = flag.partition("=")
        if name in PROFILES:
            place = Path(value or word)
            yield from map(str, sorted(place.glob("*.yaml")) if place.is_dir() else [place])


def _repeated_flags(command: Sequence[str]) -> Iterator[str]:
    for names in FLAGS:
        count = sum(word.partition("=")[0] in names for word in command)
        if count > 1:
            yield (
                f"{names[0]} is given {count} times, and only the last would count; "
                "give it once, with everything after it."
            )


def _entries(entries: Sequence[str]) -> Iterator[str]:
    """Find the faults of `--config`, where values of one key are joined unless they collide."""
    given: set[tuple[str, ...]] = set()
    for entry in entries:
        key, _, text = entry.partition("=")
        try:
            node = yaml.compose(text, Loader=LOADER)
        except yaml.YAMLError:  # snakemake takes it as text
            node = None
        leaves = {(key, *leaf) for leaf in _leaves(node)}
        for leaf in sorted(leaves & given):
            yield f"--config gives key '{'.'.join(leaf)}' twice; remove one."
        given |= leaves
        yield from _faults(text, f"--config {key}", typed=False)


def _leaves(node: Any) -> Iterator[tuple[str, ...]]:
    """List the paths of what is no mapping."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from ((str(key.value), *leaf) for leaf in _leaves(value))
    else:
        yield ()


def _faults(text: str, source: str, *, typed: bool) -> Iterator[str]:
    """Find the faults of one text; what is no YAML, Snakemake refuses or takes as it stands."""
    try:
        json.loads(text)
        # between the tokens of JSON tabs are spaces; YAML would not have them
        text = text.replace("\t", " ")
    except ValueError:
        pass
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError:
        return
    if isinstance(root, yaml.MappingNode):
        yield from _of_node(root, (), source, typed, set())


def _of_node(
    node: Any, place: tuple[str, ...], source: str, typed: bool, seen: set[int]
) -> Iterator[str]:
    """Walk through a node; one that is named by an alias is visited once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield from _repeated_keys(node, place, source)
        for key, value in node.value:
            yield from _of_node(value, (*place, str(key.value)), source, typed, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _of_node(value, (*place, str(index)), source, typed, seen)
    elif typed and node.tag in NUMBERS and (odd := OTHER_BASES.fullmatch(node.value)):
        yield from _other_base(node, place, source, octal=odd["octal"] is not None)


def _other_base(node: Any, place: tuple[str, ...], source: str, *, octal: bool) -> Iterator[str]:
    value = yaml.SafeLoader("").construct_object(node)
    if octal and value == int(node.value):
        return
    remedy = "without the zero in front" if octal else "as one number"
    yield (
        f"{source} line {_line(node)}: key '{'.'.join(place)}' is {node.value}, which YAML reads "
        f"as {value}; write it {remedy}, or quote it if it is text."
    )


def _repeated_keys(node: Any, place: tuple[str, ...], source: str) -> Iterator[str]:
    """Find keys of one mapping that are equal as they are written or as YAML reads them."""
    lines: dict[Any, list[int]] = {}
    names: dict[Any, str] = {}
    for key, _ in node.value:
        text = str(key.value)
        # 1, "1" and 1.0, or on and true, would be one entry of the dictionary
        same = next((known for known in (text, _typed(key)) if known in lines), None)
        if same is None:
            here: list[int] = []
            lines[text] = lines[_typed(key)] = here
            names[text] = text
            same = text
        lines[same].append(_line(key))
    for text, name in names.items():
        if len(where := lines[text]) > 1:
            times = "twice" if len(where) == 2 else f"{len(where)} times"
            at = f"line {where[0]}" if len(set(where)) == 1 else f"lines {_listed(where)}"
            yield (
                f"{source} {at}: key '{'.'.join((*place, name))}' is given {times}, and only the "
                "last would count; join them or remove one."
            )


def _typed(key: Any) -> Any:
    """Read a key as YAML does; its text where that is no plain value."""
    if not isinstance(key, yaml.ScalarNode) or key.tag.endswith((":str", ":merge")):
        return str(key.value)
    try:
        return yaml.SafeLoader("").construct_object(key)
    except (yaml.YAMLError, ValueError):  # 2024-99-99 has the form of a date
        return str(key.value)


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
