"""Sections of reports on disk."""

import json

from pspflow.io.sections import read_section, write_section


def test_a_section_comes_back_with_its_provenance(tmp_path, provenance):
    """Content and record are kept apart, and the file is readable as it is."""
    path = tmp_path / "section.json"
    write_section(path, json.dumps({"title": "Chips of 3 µm"}), provenance)
    content, record = read_section(path)
    assert json.loads(content) == {"title": "Chips of 3 µm"}
    assert record == provenance.as_dict()
    assert "3 µm" in path.read_text(encoding="utf-8")
