"""Mean and variance by domain: those of numpy in every resample, drawn by micrograph."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.steel.morphology.moments import (
    FRACTION,
    PATH,
    moments_table,
    resampled_moments,
)


def measured(micrographs, chips, rng, *, spread=0.05, size_um=0.5):
    """Make measures of two domains: micrographs differ by `spread`, chips within them by .01."""
    rows = []
    for domain, centre in (("slow", 0.7), ("fast", 0.6)):
        for number in range(micrographs):
            own = centre + spread * rng.normal()
            for chip in range(chips):
                fraction = own + 0.01 * rng.normal()
                rows.append((f"{domain}{number}:{chip}", f"{domain}{number}", domain, fraction))
    table = pd.DataFrame(rows, columns=["chip_id", "micrograph", "domain", "ferrite_fraction"])
    table["mean_free_path_px"] = 100 * table["ferrite_fraction"]
    table["mean_free_path_um"] = size_um * table["mean_free_path_px"]
    return table.assign(specimen="s", split="train", rate=1.0, failure="", one_peak=False)


def pairwise(values, units):
    """Return half the mean square difference of all chips of different units."""
    apart = units[:, None] != units
    return np.square(values[:, None] - values)[apart].mean() / 2


def test_moments_of_every_resample():
    """Means of repeated chips; variances over pairs of different micrographs, far from 0 too."""
    rng = np.random.default_rng(0)
    values, units = rng.normal(1e6, 1, 9), np.array([0, 0, 0, 1, 1, 2, 2, 2, 3])
    draws = rng.integers([1, 1, 0, 0], 4, (20, 4))  # of a pair of micrographs at least
    mean, variance = resampled_moments(values, units, draws)
    for at, counts in enumerate(draws[:, units]):
        repeated = np.repeat(values, counts)
        assert mean[at] == pytest.approx(repeated.mean(), rel=1e-12)
        expected = pairwise(repeated, np.repeat(units, counts))
        assert variance[at] == pytest.approx(expected, rel=1e-6)


def test_variances_are_numpys_where_every_chip_is_a_unit():
    """And of a single micrograph, whose chips have no other to differ from."""
    values = np.random.default_rng(0).normal(size=9)
    for units, draws in ((np.arange(9), np.ones((2, 9), int)), (np.zeros(9, int), [[1], [1]])):
        mean, variance = resampled_moments(values, units, np.array(draws))
        assert mean == pytest.approx(values.mean())
        assert variance[0] == pytest.approx(values.var(ddof=1))


def test_variances_of_few_micrographs_are_unbiased():
    """Those between micrographs and within them, 1 each; over chips alone it would be 1.67."""
    rng = np.random.default_rng(0)
    units = np.repeat(np.arange(3), 20)
    found = [
        resampled_moments(rng.normal(size=3)[units] + rng.normal(size=60), units, np.ones((1, 3)))[
            1
        ]
        for _ in range(2000)
    ]
    assert np.mean(found) == pytest.approx(2, abs=0.1)


def test_domains_apart_and_what_has_no_value():
    """Percent and µm of the domain's own chips; one phase is left out, and both kinds counted."""
    table = measured(4, 6, np.random.default_rng(0))
    lost = table["chip_id"] == "fast0:0"
    table.loc[lost, ["ferrite_fraction", "mean_free_path_px", "mean_free_path_um"]] = np.nan
    table.loc[lost, "failure"] = "one phase"
    table.loc[3, "one_peak"] = True
    found = moments_table(table, 0).set_index(["domain", "quantity"])
    for domain, rows in table[~lost].groupby("domain"):
        for quantity, values in (
            (FRACTION, 100 * rows["ferrite_fraction"]),
            (PATH, rows["mean_free_path_um"]),
        ):
            row = found.loc[(domain, quantity)]
            assert row["mean"] == pytest.approx(values.mean())
            units = rows["micrograph"].to_numpy()
            assert row["variance"] == pytest.approx(pairwise(values.to_numpy(), units))
            assert row["mean_low"] < row["mean"] < row["mean_high"]
            assert row["chips"] == len(rows)
    assert found["one_phase"].tolist() == [0, 0, 1, 1]
    assert found["one_peak"].tolist() == [1, 1, 0, 0]
    assert found["unit"].tolist() == ["%", "µm"] * 2
    unknown = moments_table(table.assign(mean_free_path_um=np.nan), 0)
    assert unknown["unit"].tolist() == ["%", "px"] * 2


def test_intervals_are_of_micrographs():
    """Many chips of few micrographs are not many samples: the interval is that of the means."""
    table = measured(16, 50, np.random.default_rng(1))
    found = moments_table(table, 0).iloc[0]
    means = 100 * table[table["domain"] == "slow"].groupby("micrograph")["ferrite_fraction"].mean()
    half = 1.96 * means.std() / np.sqrt(len(means))
    assert (found["mean_high"] - found["mean_low"]) / 2 == pytest.approx(half, rel=0.15)


def test_one_micrograph_has_no_interval():
    """Nor has a domain without values any moment."""
    table = measured(1, 3, np.random.default_rng(0))
    fast = table["domain"] == "fast"
    table.loc[fast, "failure"] = "one phase"
    table.loc[fast, ["ferrite_fraction", "mean_free_path_px", "mean_free_path_um"]] = np.nan
    found = moments_table(table, 0)
    ends = ["mean_low", "mean_high", "variance_low", "variance_high"]
    assert np.isnan(found[ends].to_numpy()).all()
    assert np.isfinite(found["mean"]).tolist() == [True, True, False, False]
