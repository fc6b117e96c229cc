"""Pages of the options: a table for every section of the configuration, from its JSON schema."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pspflow.config import Config, schema
from pspflow.studies import registry

UNITS = {
    "_px": "pixels",
    "_px2": "pixels²",
    "_um": "µm",
    "_voxels": "voxels",
    "_sites": "lattice sites",
    "_gpa": "GPa",
    "_deg": "degrees",
    "_gmac": "10⁹ multiplications",
}
"""Units by the ends of names; what has another end is a number, or says its unit in its meaning."""
HEAD = "| option | type | default | unit | meaning |\n|---|---|---|---|---|"
BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "over",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}
SCALARS = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "null": "null",
}
Schema = dict[str, Any]
DOCUMENT: Schema = json.loads(schema())


@dataclass(frozen=True)
class Section:
    """A section of the configuration, or what each entry of a list of such holds."""

    name: str
    """As in `temper.flows`; entries of a list end in `[]`, those by name in `.NAME`."""
    model: Schema
    meaning: str
    defaults: dict[str, Any]
    """Values of its options where the configuration names none."""


def pages() -> dict[str, str]:
    """Write a page for the options of every study, and one for a run's, by their places."""
    defaults = Config().model_dump(mode="json")
    studies = registry.studies()
    own = {name: each for name, each in DOCUMENT["properties"].items() if name not in studies}
    run = Section("run", {"properties": own}, "What holds for all studies of a run.", defaults)
    made = {"reference/options/run.md": _written(run).replace("# `run`", "# A run", 1)}
    for study in studies:
        model = _resolved(DOCUMENT["properties"][study])
        whole = Section(study, model, f"{registry.described(study)}", defaults[study])
        made[f"reference/options/{study}.md"] = "\n".join(map(_written, _sections(whole)))
    return made


def _sections(section: Section) -> Iterator[Section]:
    """Yield a section and those below it, in the order of the configuration."""
    yield section
    for name, option in section.model.get("properties", {}).items():
        default = section.defaults.get(name)
        inner = _inner(option)
        if inner is None:
            continue
        ending, model = inner
        meaning = option.get("description") or model.get("description", "")
        values = default if not ending and isinstance(default, dict) else _own_defaults(model)
        yield from _sections(Section(f"{section.name}.{name}{ending}", model, meaning, values))


def _inner(option: Schema) -> tuple[str, Schema] | None:
    """Return the model that an option holds, and how its name goes on; none for plain values."""
    for ending, held in (
        ("", option),
        ("[]", option.get("items", {})),
        (".NAME", option.get("additionalProperties", {})),
    ):
        if "$ref" in held:
            return ending, _resolved(held)
    return None


def _resolved(option: Schema) -> Schema:
    model: Schema = DOCUMENT["$defs"][option["$ref"].rpartition("/")[2]]
    return model


def _own_defaults(model: Schema) -> dict[str, Any]:
    return {k: each["default"] for k, each in model["properties"].items() if "default" in each}


def _written(section: Section) -> str:
    """Write a section: its heading, what it is, and a row for each option that is no section."""
    level = min(section.name.count(".") + 1, 3)
    lines = [f"{'#' * level} `{section.name}`", "", _text(section.meaning), ""]
    rows = [
        _row(name, option, section.defaults)
        for name, option in section.model.get("properties", {}).items()
        if "$ref" not in option
    ]
    return "\n".join([*lines, *([HEAD, *rows, ""] if rows else [])])


def _row(name: str, option: Schema, defaults: dict[str, Any]) -> str:
    default = f"`{value_text(defaults[name])}`" if name in defaults else "required"
    unit = next((unit for ending, unit in UNITS.items() if f"{name}_".find(f"{ending}_") > 0), "")
    cells = (f"`{name}`", _kind(option), default, unit, _text(option["description"]))
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"


def value_text(default: Any) -> str:
    """Write a default as YAML does in one line."""
    match default:
        case dict():
            return "{" + ", ".join(f"{k}: {value_text(each)}" for k, each in default.items()) + "}"
        case list():
            return f"[{', '.join(map(value_text, default))}]"
        case str():
            return default
    return json.dumps(default)


def _kind(option: Schema) -> str:
    """Say in words what values an option takes."""
    match option:
        case {"$ref": _}:
            text = "sections, see below"
        case {"anyOf": kinds}:
            text = "; or ".join(map(_kind, kinds))
        case {"enum": values}:
            text = ", ".join(f"`{each}`" for each in values)
        case {"type": "array", "prefixItems": items}:
            text = f"list of {len(items)}: {'; '.join(dict.fromkeys(map(_kind, items)))}"
        case {"type": "array", "items": each}:
            text = f"list: {_kind(each)}"
        case {"type": "object", "additionalProperties": each}:
            text = f"by name: {_kind(each)}"
        case {"type": "string", "format": "path"}:
            text = "path"
        case {"type": kind}:
            bounds = [f"{word} {option[key]:g}" for key, word in BOUNDS.items() if key in option]
            text = ", ".join([SCALARS[kind], *bounds])
        case _:
            raise ValueError(f"no words for {option}; add a case")
    return text


def _text(description: str) -> str:
    return " ".join(description.split())
