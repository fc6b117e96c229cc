"""Write docs/benchmarks.md from benchmarks/results/*.json; prints to standard output."""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
INTRODUCTION = """# Benchmarks

Made by `make benchmarks`; do not edit. Absolute figures depend on the machine and its load:
compare the ratios, which come from one run each.
"""


def section(record: dict[str, object]) -> str:
    """Write one benchmark as a heading and two tables."""
    cases, ratios = record["cases"], record["ratios"]
    assert isinstance(cases, dict)
    assert isinstance(ratios, dict)
    names = list(dict.fromkeys(name for case in cases.values() for name in case))
    names = [name for name in names if name != "checksum"]
    lines = [f"## {record['title']}", "", f"| case | {' | '.join(names)} |"]
    lines.append("|---" * (len(names) + 1) + "|")
    for case, values in cases.items():
        cells = [f"{_short(values[name])}" if name in values else "–" for name in names]
        lines.append(f"| {case} | {' | '.join(cells)} |")
    lines += ["", "| ratio | |", "|---|---|"]
    lines += [f"| {name} | {value:.3g} |" for name, value in ratios.items()]
    lines += ["", str(record["note"])] if "note" in record else []
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def main() -> None:
    """Print the page."""
    records = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    print("\n".join([INTRODUCTION, *map(section, records)]), end="")


if __name__ == "__main__":
    main()
