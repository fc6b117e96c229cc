"""Two runs of the same workflow: which artefacts differ, timings apart.

What a run took is no result: benchmarks and logs are skipped, so are columns and figures of
seconds, the numbers of sections and pages that name them, and what the front page says of commands
and times. A record of provenance holds the
fingerprints of its inputs, and one of a table of seconds differs from run to run; so fingerprints
and seals are left out: the inputs are compared themselves.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from safetensors import safe_open

SKIPPED = {"logs", "benchmarks", "resume"}
"""Folders without artefacts; a checkpoint is none."""
MARKS = (".snakemake_timestamp",)
TIMED_FIGURES = (
    *("localization/figures/speed.png", "localization/figures/speed.svg"),
    "localization_speed.png",
)
"""Figures that have an axis of seconds."""
TIMED_SECTIONS = (
    *("pinet/section", "localization/section", "loop/section", "plasticity/section"),
    *("evaluation/section", "inverse/section", "design/section"),
)
"""Sections that name seconds: their words are compared, and the tables that hold their numbers."""
SECONDS = re.compile(r"second|^elapsed", re.IGNORECASE)
NUMBER = re.compile(r"\d[\d,.]*(?:e[+-]?\d+)?")
RECORD = re.compile(r'<section id="record">.*?</section>', re.DOTALL)
"""What the front page says of how it was made: commands, and times in seconds or minutes."""
SEAL = re.compile(r"pspflow-digest:[0-9a-f]+|\b[0-9a-f]{32}\b")


def differences(folder_a: Path, folder_b: Path, *, exactly: bool = False) -> list[str]:
    """List what differs between the artefacts of two runs, one sentence each; none is equal.

    Parameters
    ----------
    folder_a, folder_b
        Results of a run, or of a study: results/RUN, results/RUN/STUDY.
    exactly
        Whether every byte counts, and nothing else may lie beside the artefacts: for chapters that
        keep no time.
    """
    skipped = SKIPPED - {"resume"} if exactly else SKIPPED
    mine, other = _artefacts(folder_a, skipped), _artefacts(folder_b, skipped)
    found = [f"{name}: only in {folder_a}" for name in sorted(mine - other)]
    found += [f"{name}: only in {folder_b}" for name in sorted(other - mine)]
    for name in sorted(mine & other):
        paths = folder_a / name, folder_b / name
        difference = _difference_of_bytes(*paths) if exactly else _difference(name, *paths)
        found += [f"{name}: {difference}"] if difference else []
    return found


def _artefacts(folder: Path, skipped: set[str]) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in MARKS)
    names = (path.relative_to(folder) for path in paths)
    return {name.as_posix() for name in names if not skipped.intersection(name.parts)}


def _difference_of_bytes(a: Path, b: Path) -> str:
    return "" if a.read_bytes() == b.read_bytes() else "bytes differ"


def _difference(name: str, a: Path, b: Path) -> str:
    if a.read_bytes() == b.read_bytes() or name.endswith(TIMED_FIGURES):
        return ""
    timed = any(part in name for part in TIMED_SECTIONS)
    compare = {
        ".parquet": _difference_of_tables,
        ".safetensors": _difference_of_weights,
        ".json": lambda a, b: _difference_of_json(a, b, timed),
        ".html": _difference_of_pages,
        ".md": _difference_of_pages,
        ".png": _difference_of_figures,
        ".svg": _difference_of_drawings,
    }
    return compare[a.suffix](a, b) if a.suffix in compare else "bytes differ"


def _difference_of_json(a: Path, b: Path, timed: bool) -> str:
    return _unequal("content", *(_plain(json.loads(path.read_text()), timed) for path in (a, b)))


def _difference_of_pages(a: Path, b: Path) -> str:
    return _unequal("text", *(NUMBER.sub("…", _text(path.read_text())) for path in (a, b)))


def _difference_of_figures(a: Path, b: Path) -> str:
    mine, other = (np.asarray(Image.open(path)) for path in (a, b))
    return "" if _same_bytes(mine, other) else "pixels differ"


def _difference_of_drawings(a: Path, b: Path) -> str:
    return _unequal("drawing", *(SEAL.sub("", path.read_text()) for path in (a, b)))


def _difference_of_tables(a: Path, b: Path) -> str:
    tables = [pq.read_table(path) for path in (a, b)]
    if tables[0].column_names != tables[1].column_names:
        return "columns differ"
    for column in tables[0].column_names:
        if SECONDS.search(column):
            continue
        if not _same_column(*(table[column].combine_chunks() for table in tables)):
            return f"column {column} differs"
    records = [table.schema.metadata or {} for table in tables]
    return _unequal("provenance", *(_plain(_record(record)) for record in records))


def _same_column(a: Any, b: Any) -> bool:
    return a.type == b.type and a.to_pylist().__repr__() == b.to_pylist().__repr__()


def _record(metadata: dict[bytes, bytes]) -> Any:
    return json.loads(metadata.get(b"pspflow_provenance", b"{}"))


def _difference_of_weights(a: Path, b: Path) -> str:
    with safe_open(a, framework="np") as mine, safe_open(b, framework="np") as other:
        if set(mine.keys()) != set(other.keys()):
            return "tensors differ by name"
        for name in mine.keys():  # noqa: SIM118 - the file is no mapping
            tensors = mine.get_tensor(name), other.get_tensor(name)
            if tensors[0].dtype != tensors[1].dtype or not _same_bytes(*tensors):
                return f"tensor {name} differs"
        records = [
            {
                key: json.loads(text)
                for key, text in (file.metadata() or {}).items()
                if text[:1] == "{"
            }
            for file in (mine, other)
        ]
    return _unequal("metadata", *map(_plain, records))


def _same_bytes(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def _plain(value: Any, timed: bool = False) -> Any:
    """Return JSON without fingerprints of inputs, seals and figures, or without numbers too."""
    if isinstance(value, dict):
        if "inputs" in value and "stage" in value:  # a record of provenance
            value = {**value, "inputs": sorted(value["inputs"])}
        left = {key: each for key, each in value.items() if key not in {"png", "seconds"}}
        return {key: _plain(each, timed) for key, each in left.items()}
    if isinstance(value, list):
        return [_plain(each, timed) for each in value]
    if isinstance(value, str):
        text = SEAL.sub("", value)
        return NUMBER.sub("…", text) if timed else text
    return value


def _text(text: str) -> str:
    """Return a page without its figures, which are compared as files, and how it was made."""
    text = re.sub(r'"data:image/[^"]*"', "", RECORD.sub("", text))
    return SEAL.sub("", text)


def _unequal(what: str, a: Any, b: Any) -> str:
    return "" if a == b else f"{what} differs"
