"""The page of `benchmarks/gpu.py`, made from its record."""

from typing import Any

REHEARSAL = (
    "**A rehearsal on a CPU, at small sizes.** It shows that every part runs; its figures say "
    "nothing about a GPU, and are not to be committed."
)
INTRODUCTION = """# The papers' sizes on one GPU

Made by `python benchmarks/gpu.py`; do not edit.
"""
MACHINE = ("card", "memory_gb", "driver", "cuda", "torch", "cpu_cores", "date", "commit")


def page(record: dict[str, Any]) -> str:
    """Write a record as Markdown."""
    parts = record["parts"]
    lines = [INTRODUCTION]
    if record["rehearsal"]:
        lines += [REHEARSAL, ""]
    lines += _machines(parts)
    for part in parts.values():
        lines += ["", f"## {part['title']}", "", *_body(part)]
    return "\n".join(lines) + "\n"


def _machines(parts: dict[str, Any]) -> list[str]:
    """Tabulate where, when and how long each part ran."""
    head = ["part", "seconds", *MACHINE]
    rows = [
        [part["title"], f"{part['seconds']:.0f}", *(str(part["machine"][key]) for key in MACHINE)]
        for part in parts.values()
    ]
    return _table(head, rows)


def _body(part: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if part["cases"]:
        names = list(dict.fromkeys(name for case in part["cases"] for name in case["values"]))
        rows = [
            [case["name"], *(_number(case["values"].get(name)) for name in names)]
            for case in part["cases"]
        ]
        lines += [*_table(["case", *names], rows), ""]
    if part["checks"]:
        rows = [
            [each["name"], _number(each["value"]), _number(each["limit"]), _verdict(each)]
            for each in part["checks"]
        ]
        lines += [*_table(["check", "found", "at most", ""], rows), ""]
    if part["failure"]:
        lines += [f"**Stopped**: `{part['failure']}`", ""]
    return [*lines, part["note"]]


def kept(check: dict[str, Any]) -> bool:
    """Tell whether a check is kept; NaN keeps none."""
    return bool(check["value"] <= check["limit"])


def _verdict(check: dict[str, Any]) -> str:
    return "kept" if kept(check) else "**not kept**"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
