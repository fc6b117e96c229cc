"""Tables of the how-to pages: which data are read, warned of and refused, as the tests say.

A test that guards how a kind of data is treated carries `pytest.mark.data(page, outcome, kind)`.
`make data-tables` writes these marks into the pages; `test_data_tables.py` fails where they differ.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
START, END = "<!-- from the tests: make data-tables -->", "<!-- end -->"
PAGES = ("micrographs", "structures", "textures")
OUTCOMES = {"read": "Read", "warned": "Read, with a warning", "refused": "Refused, with the remedy"}


def marks() -> Iterator[tuple[str, str, str]]:
    """Yield page, outcome and kind of every mark in the tests."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.data":
                page, outcome, kind = (ast.literal_eval(argument) for argument in node.args)
                yield page, outcome, kind


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


def page_path(page: str) -> Path:
    """Locate a how-to page."""
    return ROOT / "docs/how-to" / f"{page}.md"


def filled(page: str) -> str:
    """Return the text of a page with its table made anew."""
    before, rest = page_path(page).read_text(encoding="utf-8").split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n{table(page)}\n{END}{after}"


if __name__ == "__main__":
    for name in PAGES:
        page_path(name).write_text(filled(name), encoding="utf-8")
