"""What is read for a direction: matched grey levels, and what true values of the source say."""

import numpy as np
import pandas as pd

from pspflow.studies.temper.specimens.sources import Levels, from_true_values, matched


def test_matched_chips_have_the_target_s_mean_and_deviation():
    """Of all chips of the domain together: specimens keep their differences."""
    rng = np.random.default_rng(0)
    source, target = (
        rng.normal(mean, spread, (50, 16, 16)).round().clip(0, 255).astype(np.uint8)
        for mean, spread in ((80, 20), (120, 10))
    )
    moved = matched(source, Levels.of(source), Levels.of(target))
    assert moved.dtype == np.uint8
    assert abs(moved.mean() - target.mean()) < 0.5
    assert abs(moved.std() - target.std()) < 0.5
    order = source.mean(axis=(1, 2)).argsort()
    assert np.corrcoef(moved.mean(axis=(1, 2))[order], np.arange(50))[0, 1] > 0.9


def test_constant_chips_are_shifted_alone():
    """A source without contrast has no scale."""
    flat = np.full((2, 4, 4), 10, np.uint8)
    assert (matched(flat, Levels.of(flat), Levels(30.0, 5.0)) == 30).all()


def test_true_values_of_the_source_predict_what_follows_from_them():
    """Values that are a power of the source's are predicted exactly, by name of the specimen."""
    rng = np.random.default_rng(0)
    names = [f"s{i}" for i in range(12)]
    source = pd.DataFrame(rng.lognormal(size=(12, 2)), index=names, columns=["n", "r"])
    target = pd.DataFrame({"n": 2 * source["n"] * source["r"], "r": source["r"] ** 0.5})
    found = from_true_values(source[:8], source[8:], target[:8])
    pd.testing.assert_frame_equal(found, target[8:])
