"""Sections of reports between stages: JSON, with provenance."""

import json
from pathlib import Path
from typing import Any

from pspflow.io.artefacts import Provenance, replacing


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
    record = {"provenance": provenance.as_dict(), "section": json.loads(content)}
    with replacing(path) as staged:
        staged.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")


def read_section(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a section as JSON, and its provenance."""
    record = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps(record["section"]), record["provenance"]
