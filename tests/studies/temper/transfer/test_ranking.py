"""The mean over measures: by hand, with limits over trainings."""

import numpy as np
import pytest
from scipy.stats import t

from pspflow.studies.temper.transfer.judged.ranking import ranking
from pspflow.studies.temper.transfer.plausibility import FLOOR, KID, OTHERS, PERSISTENCE, SOURCE

from .conftest import WAYS, plausibility


def test_it_is_the_mean_of_shares_of_doing_nothing():
    """Of every measure alike, the best first; trainings give the limits, rulers have none."""
    changes = {way: {"exact/seed0": 1.0, "exact/seed1": 3.0} for way in WAYS}
    table = ranking(plausibility(changes)).set_index("kind")
    # sources have 10; two measures but KID, one of them changed
    scores = np.array([(0.1 + 0.5) / 2, (0.3 + 0.6) / 2])
    assert table.loc["exact", "mean_ratio"] == pytest.approx(scores.mean())
    half = t.ppf(0.975, 1) * scores.std(ddof=1) / np.sqrt(2)
    assert table.loc["exact", "high"] == pytest.approx(scores.mean() + half)
    assert table.index.tolist() == [FLOOR, "exact", OTHERS, "none"]
    assert np.isnan(table.loc[FLOOR, "low"])


def test_measures_that_cannot_be_divided_are_left_out():
    """KID, which may be negative, and directions whose sources have no distance."""
    table = plausibility()
    plain = ranking(table)
    table.loc[table["measure"] == KID, "value"] = -3.0
    none = (table["measure"] == PERSISTENCE) & (table["source"] == WAYS[0][0])
    table.loc[none & (table["target"] == WAYS[0][1]) & (table["flow"] == SOURCE), "value"] = 0.0
    again = ranking(table)
    assert again["mean_ratio"].tolist() == pytest.approx(plain["mean_ratio"].tolist())
