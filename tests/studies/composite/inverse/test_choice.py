"""Choice among noises: what the predictions promise, and what the solver finds."""

import pytest

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE
from pspflow.studies.composite.inverse.choice import choice_sentence, choice_summary


def test_errors_by_the_number_of_draws(draw_table):
    """One draw is unchosen; of two, the network, the guide and the solver choose their own."""
    rows = choice_summary(draw_table(((10.0, 4.0), (10.0, 4.0)))).set_index("draws")
    assert rows.index.tolist() == [1, 2]
    assert rows.loc[1].tolist() == [2.5, 7, 7, 7]
    assert rows.loc[2].tolist() == [0, 10, 4, 4]


@pytest.mark.parametrize(
    ("solved", "outcome", "said"),
    [
        (((10.0, 4.0), (10.0, 4.1)), WORSE, "the choice does harm"),
        (((10.0, 4.0), (4.0, 10.0)), UNDECIDED, "it cannot be told whether the choice helps"),
        (((4.0, 10.0), (4.0, 10.1)), BETTER, "the choice helps"),
    ],
)
def test_the_sentence_says_what_the_table_says(draw_table, solved, outcome, said):
    """Worse, undecided and better choices are called so."""
    found, text = choice_sentence(draw_table(solved))
    assert found == outcome
    assert f": {said}." in text
    assert "has a predicted error of 0.0 %" in text
