"""The documentation's links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TARGET = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
ELSEWHERE = re.compile(r"[a-z]+:")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page):
    """Every link to a file of the repository, from the page that it is on, is to one there is."""
    targets = TARGET.findall(page.read_text(encoding="utf-8"))
    relative = [target for target in targets if not ELSEWHERE.match(target)]
    assert [target for target in relative if not (page.parent / target).exists()] == []
