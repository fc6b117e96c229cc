"""How trainings ended, and what is said of those that a cap ended first."""

import pandas as pd
import pytest

from pspflow.studies.composite.networks.endings import capped, ending, watched


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ([3.0, 2.0, 1.0], "cap"),
        ([3.0, 1.0, 2.0], "cap"),
        ([3.0, 1.0, 2.0, 2.0], "patience"),
        ([1.0, 1.0, 1.0], "patience"),
        ([1.0], "cap"),
    ],
)
def test_a_training_ends_by_patience_or_at_its_cap(losses, said):
    """By patience where the lowest part is as many epochs ago; a schedule goes to its end."""
    history = pd.DataFrame({"validation_squares": losses})
    assert ending(history, "cnn", 2) == said
    assert ending(history, "cnn_augmented", 2) == "schedule"


def test_a_training_goes_on_while_one_of_its_parts_falls():
    """An autoencoder with regression has two; a plain one is not stopped by what it has not."""
    flat, falling = [1.0, 1.0, 1.0, 1.0], [4.0, 3.0, 2.0, 1.0]
    history = pd.DataFrame({"validation_squares": flat, "validation_reconstruction": falling})
    assert ending(history, "gaussian", 2) == "cap"
    assert ending(history, "cnn", 2) == "patience"
    assert ending(history.assign(validation_reconstruction=flat), "gaussian", 2) == "patience"
    assert watched("vae") == ("validation_reconstruction",)


def test_trainings_that_ended_at_their_cap_are_named():
    """Some, none of those that could, and none that could."""
    (some,) = capped({"a": "cap", "b": "patience", "c": "schedule"}, "KEY")
    assert some.startswith("1 of 2 trainings")
    assert "before their patience did: a; more" in some
    assert "(KEY)" in some
    (none,) = capped({"a": "patience", "b": "patience", "c": "schedule"}, "KEY")
    assert none == "All 2 trainings with early stopping ended by their patience."
    assert capped({"c": "schedule"}, "KEY") == ()
