"""Tables of the errors of inferred structures."""

import numpy as np
import pytest

from pspflow.studies.composite.inverse.accuracy import component_errors, summary, volume_fractions
from pspflow.studies.composite.structures.properties import NORMAL


def test_errors_over_components(answers):
    """All components, the likeliest and the best one differ; R² is of achieved values."""
    (row,) = summary(answers, "c11", papers_material=True).to_dict("records")
    assert (row["components"], row["instances"], row["inside"]) == (2, 2, 1)
    assert row["error_percent"] == 30
    assert row["likeliest_error_percent"] == 30
    assert row["best_error_percent"] == 10
    assert row["r2"] == pytest.approx(1 - (100 + 16 + 4 + 400) / 400)
    assert (row["paper_error_percent"], row["paper_r2"]) == (16.0, 0.97)
    own = summary(answers, "c11", papers_material=False)
    assert own[["paper_error_percent", "paper_r2"]].isna().all(axis=None)


def test_fractions_stand_beside_the_papers(answers):
    """Components are numbered from 1; the paper's values are Table 6's."""
    table = volume_fractions(answers, papers_material=True)
    assert table["component"].tolist() == [1, 1, 2, 2]
    assert table["wanted_c11_gpa"].tolist() == [20, 40, 20, 40]
    assert table["volume_fraction"].tolist() == [0.3, 0.4, 0.6, 0.7]
    assert table["paper_volume_fraction"].tolist() == [0.32, 0.44, 0.61, 0.65]
    other = volume_fractions(answers.assign(wanted_c11_gpa=21.0), papers_material=True)
    assert other["paper_volume_fraction"].isna().all()


def test_errors_by_component_of_the_stiffness(answers):
    """Each property has its own mean error, and the paper's of Table 10."""
    rows = answers
    for place, name in enumerate(NORMAL):
        rows[f"wanted_{name}"], rows[name] = 10.0, [10.0, 10, 10 + place, 10 - place]
    table = component_errors(rows, papers_material=True).set_index("property")
    np.testing.assert_allclose(table["error_percent"], 5.0 * np.arange(6))
    assert (table["likeliest_error_percent"] == 0).all()
    assert table["paper_error_percent"][["c11_gpa", "c33_gpa"]].tolist() == [13, 9]
