"""Tables of the pages in docs that say what the tests guard.

A test that guards how a kind of data is treated carries `pytest.mark.data(page, outcome, kind)`;
one that guards what a fault does to a run carries `pytest.mark.fault(what, outcome, lost)`.
`make data-tables` writes these marks into the pages; `test_data_tables.py` fails where they differ.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
START, END = "<!-- from the tests: make data-tables -->", "<!-- end -->"
PAGES = ("micrographs", "structures", "textures")
OUTCOMES = {"read": "Read", "warned": "Read, with a warning", "refused": "Refused, with the remedy"}
FAULTS = ROOT / "docs/reliability.md"
PLACES = {
    "tests/workflow/faults": "On one machine",
    "tests/workflow/cluster": "Through SLURM, and the stand-in for LSF",
    "tests": "In single stages and files",
}
"""Sections of the table of faults, by the folder of the tests; the first that fits counts."""
Words = tuple[str, str, str]


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield the path of every module of tests, from the root, and what it says."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def calls(node: ast.AST, mark: str) -> Iterator[Words]:
    """Yield the arguments of every mark of a name at or below a node."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and ast.unparse(each.func) == f"pytest.mark.{mark}":
            yield tuple(ast.literal_eval(argument) for argument in each.args)


def marks() -> Iterator[Words]:
    """Yield page, outcome and kind of every mark in the tests."""
    for _, tree in trees():
        yield from calls(tree, "data")


def fault_tests() -> Iterator[tuple[str, str, Words]]:
    """Yield path and name of every test of a fault, and what is said of it.

    A test has a row for each of its marks; one with parameters has no more than one without.
    """
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    for what, outcome, lost in calls(decorator, "fault"):
                        yield path, node.name, (what, outcome, lost)


def table(page: str) -> str:
    """Render the table of one page."""
    kinds = {outcome: set() for outcome in OUTCOMES}
    for marked, outcome, kind in marks():
        if marked == page:
            kinds[outcome].add(kind)
    rows = [
        f"| {kind} | {words} |"
        for outcome, words in OUTCOMES.items()
        for kind in sorted(kinds[outcome], key=str.casefold)
    ]
    return "\n".join(["| what is given | what happens |", "|---|---|", *rows])


def fault_table() -> str:
    """Render the faults, those of one place together, in the order of the tests."""
    rows: dict[str, list[str]] = {place: [] for place in PLACES}
    for path, name, words in fault_tests():
        place = next(place for place in PLACES if path.startswith(place))
        link = f"[{name.removeprefix('test_').replace('_', ' ')}](../{path})"
        rows[place].append(f"| {' | '.join(words)} | {link} |")
    head = "| fault | what happened | what was lost | test |\n|---|---|---|---|"
    parts = [
        "\n".join([f"### {title}\n\n{head}", *rows[place]])
        for place, title in PLACES.items()
        if rows[place]
    ]
    return "\n\n".join(parts)


def page_path(page: str) -> Path:
    """Locate a how-to page."""
    return ROOT / "docs/how-to" / f"{page}.md"


def with_table(path: Path, made: str) -> str:
    """Return the text of a page with another table in the place of its own."""
    before, rest = path.read_text(encoding="utf-8").split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n{made}\n{END}{after}"


def pages() -> dict[Path, str]:
    """Return every page with tables of marks, and its text with the tables made anew."""
    made = {page_path(page): table(page) for page in PAGES} | {FAULTS: f"\n{fault_table()}\n"}
    return {path: with_table(path, text) for path, text in made.items()}


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
