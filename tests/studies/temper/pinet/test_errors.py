"""Errors of PI-Net beside those of mean images."""

import numpy as np
import pandas as pd

from pspflow.studies.temper.pinet.errors import surrogate_errors


def test_surrogate_errors_hold_predictions_against_both_rulers():
    """The error of a perfect prediction is 0, that of a ruler itself is 1 in its own measure."""
    rng = np.random.default_rng(0)
    chips = pd.DataFrame({"split": "test", "domain": ["a", "b"] * 20})
    exact = rng.random((40, 2, 3, 3)) + (chips["domain"] == "b").to_numpy()[:, None, None, None]
    mean = exact.mean(axis=0)
    means = {name: exact[chips["domain"] == name].mean(axis=0) for name in "ab"}
    perfect = surrogate_errors(exact, exact, chips, mean, means)
    assert (perfect["l1"] == 0).all()
    blind = surrogate_errors(np.broadcast_to(mean, exact.shape), exact, chips, mean, means)
    np.testing.assert_allclose(blind["over_mean"], 1)
    assert (blind["over_domain_mean"] > 1).all()
