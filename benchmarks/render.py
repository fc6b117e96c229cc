"""Write docs/benchmarks.md from benchmarks/results/*.json; prints to standard output.

The table of the solver's resolution is also written into docs/how-to/structures.md.
"""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parent.parent / "docs/how-to/structures.md"
START = "<!-- from benchmarks/results/resolution.json: make benchmarks -->"
END = "<!-- end of the resolution -->"
INTRODUCTION = """# Benchmarks

Made by `make benchmarks`; do not edit. Absolute figures depend on the machine and its load:
compare the ratios, which come from one run each.
"""


def section(record: dict[str, object]) -> str:
    """Write one benchmark as a heading and two tables."""
    ratios = record["ratios"]
    assert isinstance(ratios, dict)
    lines = [f"## {record['title']}", "", *table(record, "case")]
    lines += ["", "| ratio | |", "|---|---|"]
    lines += [f"| {name} | {value:.3g} |" for name, value in ratios.items()]
    lines += ["", str(record["note"])] if "note" in record else []
    return "\n".join(lines) + "\n"


def table(record: dict[str, object], corner: str) -> list[str]:
    """Write the cases of a benchmark as the lines of a table."""
    cases = record["cases"]
    assert isinstance(cases, dict)
    names = list(dict.fromkeys(name for case in cases.values() for name in case))
    names = [name for name in names if name != "checksum"]
    lines = [f"| {corner} | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for case, values in cases.items():
        cells = [f"{_short(values[name])}" if name in values else "–" for name in names]
        lines.append(f"| {case} | {' | '.join(cells)} |")
    return lines


def with_resolution(page: str) -> str:
    """Return the text of the page on structures with its table of the resolution made anew."""
    record = json.loads((RESULTS / "resolution.json").read_text())
    before, rest = page.split(START)
    _, after = rest.split(END)
    lines = table(record, "contrast \\ voxels a side")
    return "\n".join([before + START, *lines, END + after])


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def main() -> None:
    """Print the page of benchmarks, and write the table of the resolution into its page."""
    PAGE.write_text(with_resolution(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    records = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))]
    print("\n".join([INTRODUCTION, *map(section, records)]), end="")


if __name__ == "__main__":
    main()
