"""Sections of reports between stages: JSON, with provenance."""

import json
from pathlib import Path
from typing import Any

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.digests import KEY, PLACEHOLDER, check, check_field, damaged, seal


def write_section(path: Path, content: str, provenance: Provenance) -> None:
    """Write a section.

    Parameters
    ----------
    path
        JSON file to make.
    content
        The section as JSON.
    provenance
        Recorded beside it.
    """
    write_record(path, {"provenance": provenance.as_dict(), "section": json.loads(content)})


def read_section(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a section as JSON, and its provenance.

    Raises
    ------
    InputError
        If the file is cut short or damaged.
    """
    record = read_record(path)
    try:
        return json.dumps(record["section"]), record["provenance"]
    except KeyError as error:
        raise damaged(path, f"it has no {error}") from error


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Write JSON-ready values, and a digest before them."""
    sealed = {KEY: PLACEHOLDER, **record}
    with replacing(path) as staged:
        staged.write_text(json.dumps(sealed, ensure_ascii=False, indent=1), encoding="utf-8")
        seal(staged)


def read_record(path: Path) -> dict[str, Any]:
    """Read what `write_record` has written, without its digest.

    Raises
    ------
    InputError
        If the file is cut short or damaged.
    """
    sealed = check(path)
    try:
        record = dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise damaged(path, error) from error
    check_field(path, record, sealed)
    record.pop(KEY, None)
    return record
