"""What the log says of the doubled grid."""

import logging

import pandas as pd
import pytest

from pspflow.studies.composite.forward.remarks import say_refined


@pytest.mark.parametrize(
    ("changes", "said", "unsaid"),
    [
        ([-4.0, 0.5], "-4 % at most (structure 0); the error of your grid is larger", "the same"),
        ([1e-3, -2e-3], "-0.002 % at most (structure 1); the error", "the same"),
        ([9e-7, -6e-6], "finds the same, to 0.001 %", "is larger"),
        ([0.0], "finds the same, to 0.001 %", "is larger"),
    ],
)
def test_a_change_of_rounding_alone_is_no_error_of_the_grid(changes, said, unsaid, caplog):
    """Flat layers are exact on any grid: their change is rounding, and bounds no error."""
    with caplog.at_level(logging.INFO):
        say_refined(pd.DataFrame({"c11_gpa_refined_percent": changes}), "c11_gpa")
    assert said in caplog.text
    assert unsaid not in caplog.text
