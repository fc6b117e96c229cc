"""The HTML page."""

import json
import re

import numpy as np
import pandas as pd

from pspflow.report.page import Figure, Section, Table, render


def test_what_comes_from_a_user_is_escaped():
    """A specimen named like markup shows as text, in tables and in the provenance."""
    evil = "<script>alert(1)</script>"
    table = Table(pd.DataFrame({"specimen": [evil]}), "caption")
    page = render("t", "l", [Section("s", evil, [table])], {"options": {"name": evil}})
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    embedded = re.search(r'id="provenance">(.*?)</script>', page, flags=re.DOTALL)
    assert embedded is not None
    assert json.loads(embedded[1])["options"]["name"] == evil


def test_a_page_needs_no_other_file():
    """Figures are inside, and nothing is loaded from elsewhere."""
    figure = Figure(b"\x89PNG", "caption")
    page = render("t", "l", [Section("s", "text", figures=[figure])], {})
    assert "data:image/png;base64,iVBORw==" in page
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_absent_values_show_as_absent():
    """A value that was not computed is a dash, not a number."""
    table = Table(pd.DataFrame({"balanced_accuracy": [0.123456, np.nan], "chips": [1, 2]}), "c")
    assert table.header == ["balanced accuracy", "chips"]
    assert table.cells == [["0.1235", "1"], ["–", "2"]]
