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


def page(record: dict[str, Any], titles: dict[str, str]) -> str:
    """Write a record as Markdown; `titles` are those of all parts that there are."""
    parts = record["parts"]
    lines = [INTRODUCTION]
    if record["rehearsal"]:
        lines += [REHEARSAL, ""]
    lines += _machines(parts)
    for name, title in titles.items():
        lines += ["", f"## {title}", ""]
        lines += _body(parts[name]) if name in parts else ["Not measured yet."]
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
    for cases in _alike(part["cases"]):
        names = list(dict.fromkeys(name for case in cases for name in case["values"]))
        rows = [
            [case["name"], *(_number(case["values"].get(name)) for name in names)] for case in cases
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
    elif not part["complete"]:
        lines += ["**Cut off**: the run ended before this part did.", ""]
    if part["remark"]:
        lines += [part["remark"], ""]
    return [*lines, part["note"]]


def _alike(cases: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Sort cases into tables: those that share a quantity stand in one."""
    tables: list[list[dict[str, Any]]] = []
    for case in cases:
        for table in tables:
            if any(case["values"].keys() & other["values"].keys() for other in table):
                table.append(case)
                break
        else:
            tables.append([case])
    return tables


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
