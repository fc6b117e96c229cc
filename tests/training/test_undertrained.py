"""A training that kept its last epoch while its score still fell is named."""

import pandas as pd
import pytest

from pspflow.training.undertrained import still_falls, undertrained


def history(*scores, eligible_from=0):
    """Make a history of these scores, of which the lowest eligible one is kept."""
    table = pd.DataFrame({"epoch": range(len(scores)), "score": [float(s) for s in scores]})
    return table.assign(kept=table.index == table["score"].iloc[eligible_from:].idxmin())


@pytest.mark.parametrize(
    ("scores", "falls"),
    [
        ((4, 3, 2, 1), True),
        ((4, 3, 1, 2), False),  # another epoch was kept
        ((4, 2, 1.01, 1.0), False),  # it has settled
        ((4, 2, 1.1, 1.0), True),
        ((4, 1, 1, 1), False),  # the first of equals is kept
        ((-1, -2, -3), True),  # a likelihood may be negative
        ((2, 1), True),
        ((1,), True),  # nothing shows that a second epoch would not be better
    ],
)
def test_the_score_falls_if_the_last_epoch_is_well_below_all_others(scores, falls):
    """By more than a hundredth of the whole fall."""
    assert still_falls(history(*scores), "score") == falls


def test_epochs_that_cannot_be_kept_do_not_count():
    """In the first epochs of flows, the likelihood alone is trained."""
    assert still_falls(history(0.5, 4, 3, 2, eligible_from=1), "score")
    assert not still_falls(history(0.5, 4, 2, 1.999, eligible_from=1), "score")


def test_trainings_are_named_in_one_sentence():
    """With their epochs and the key that has them; without any, nothing is said."""
    histories = {"a": history(3, 2, 1), "b": history(3, 1, 2), "c": history(2, 1)}
    (said,) = undertrained(histories, "score", "the gap", "study.chapter.epochs")
    assert said == (
        "2 of 3 trainings may be undertrained, since the last epoch was kept and the gap still "
        "fell in it (epochs in brackets): a (3), c (2); raise study.chapter.epochs."
    )
    (said,) = undertrained({"d": history(1)}, "score", "the gap", "key")
    assert "d (1, the only one)" in said
    assert undertrained({"b": histories["b"]}, "score", "the gap", "key") == ()
    assert undertrained(histories, "absent", "the gap", "key") == ()
