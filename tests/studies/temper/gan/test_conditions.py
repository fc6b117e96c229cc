"""What the GAN is given of a chip."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.temper.gan.conditions import Conditions, labels_of

CATALOGUE = pd.DataFrame(
    {
        "specimen": ["a", "b", "c", "a", "b", "c"],
        "domain": ["raw"] * 3 + ["aged"] * 3,
        "label": ["feed"] * 3 + [""] * 3,
        "feed": [1.0, 3.0, np.nan] * 2,
    }
)


def test_labels_are_those_of_the_domain():
    """By name, in the order of the chips; NaN where there is none."""
    found = labels_of(CATALOGUE, "raw", np.array(["b", "a", "c", "b", "elsewhere"]))
    np.testing.assert_array_equal(found, [3, 1, np.nan, 3, np.nan])
    assert np.isnan(labels_of(CATALOGUE, "aged", np.array(["a", "b"]))).all()


def test_specimens_need_no_image_in_the_domain():
    """As in a sheet, its properties stand in each of a specimen's rows."""
    rows = CATALOGUE[~((CATALOGUE["specimen"] == "b") & (CATALOGUE["domain"] == "raw"))]
    assert labels_of(rows, "raw", np.array(["b"])).tolist() == [3]


def test_conditions_are_the_domain_and_the_standardised_label():
    """By training specimens alone; an unknown label is the mean, and says so."""
    made = Conditions.of(["raw", "aged"], CATALOGUE, ["a", "b"])
    assert made.count == 4
    np.testing.assert_allclose(
        made("raw", np.array([1.0, 3.0, np.nan, 5.0])),
        [[1, 0, -1, 1], [1, 0, 1, 1], [1, 0, 0, 0], [1, 0, 3, 1]],
    )
    np.testing.assert_array_equal(made("aged", np.array([np.nan])), [[0, 1, 0, 0]])


def test_equal_labels_are_not_divided_by_zero():
    """Two specimens of one feed rate."""
    made = Conditions.of(["raw"], CATALOGUE, ["a"])
    assert made("raw", np.array([1.0, 2.0]))[:, -2].tolist() == pytest.approx([0, 1])
