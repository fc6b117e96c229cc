"""The posterior of conditions: what is known in closed form, and coverage where the model holds."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, truncnorm

from pspflow.errors import InputError
from pspflow.studies.steel.inverse.axes import Axis, axes_of, grid_of
from pspflow.studies.steel.inverse.effects import (
    Components,
    apart,
    area_pattern,
    variance_components,
)
from pspflow.studies.steel.inverse.likelihood import Likelihood, Scatter
from pspflow.studies.steel.inverse.posterior import posterior
from pspflow.studies.steel.inverse.scales import linked, measures_of
from pspflow.studies.steel.inverse.smooth import Smooth

RATE = Axis("cooling_rate_c_s", True, 1.0, 30.0)
CHIP = 128.0**2
BETWEEN = np.array([[0.3, 0.2], [0.2, 0.2]])
WITHIN = np.array([[0.7, 0.4], [0.4, 0.8]])
SCATTER = Scatter(Components(BETWEEN, WITHIN, 1000), CHIP, 12 * CHIP)
"""How chips are drawn below."""


ALONE = Scatter(Components(np.diag([0.3, 0.2]), np.diag([0.7, 0.8]), 10**9), CHIP, 12 * CHIP)
"""Measures that do not depend on each other, and as good as Gaussian."""


def line(slopes, deviations):
    """Make a likelihood whose means are lines and whose scatter is known exactly."""
    powers = np.array([[0], [1]])
    mean = Smooth(powers, np.array([[0.8, 2.4], slopes]), np.zeros((4, 4)))
    variances = np.stack([2 * np.log(deviations), np.zeros(2)])
    return Likelihood(mean, Smooth(powers, variances, np.zeros((4, 4))), ALONE)


def test_posterior_of_a_line_is_a_truncated_gaussian():
    """With lines, known variances and a uniform prior the posterior has a closed form."""
    slopes, deviations, area = np.array([-0.2, -0.3]), np.array([0.3, 0.25]), 5 * CHIP
    known = line(slopes, deviations)
    at = 0.4
    measured = measures_of(known.mean(np.array([[at]]))[0] + [0.02, -0.03])
    found = posterior(known, [RATE], measured, area)
    variances = deviations**2 * np.array([0.3 + 0.7 / 5, 0.2 + 0.8 / 5])
    precision = (slopes**2 / variances).sum()
    left = linked(measured) - np.array([0.8, 2.4])
    centre, deviation = (slopes * left / variances).sum() / precision, precision**-0.5
    exact = truncnorm((-1 - centre) / deviation, (1 - centre) / deviation, centre, deviation)
    probabilities = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    np.testing.assert_allclose(
        RATE.scaled(found.quantiles(0, probabilities)), exact.ppf(probabilities), atol=1e-3
    )
    assert found.below(0, float(RATE.values(np.array(0.1)))) == pytest.approx(
        exact.cdf(0.1), abs=1e-3
    )
    half = np.log(30) / 2
    assert found.met_mean(0) == pytest.approx(half * (1 + exact.mean()), abs=1e-3)
    assert found.density(0).sum() * 2 * half / 500 == pytest.approx(1)


def made(rng, rates, micrographs, chips, ratio=1.0):
    """Draw chips of micrographs: scaled conditions, measures, groups, micrographs."""
    x = np.repeat(RATE.scaled(np.asarray(rates)), micrographs)
    shared = rng.multivariate_normal([0, 0], BETWEEN, size=len(x))
    own = rng.multivariate_normal([0, 0], WITHIN, size=(len(x), chips))
    links = np.stack([0.8 - 0.2 * x, 2.4 - 0.3 * x + 0.1 * x**2], axis=1)
    deviations = np.stack([np.exp(-1.6 + 0.3 * x), np.exp(-1.7 + 0 * x)], axis=1)
    values = links[:, None] + (shared[:, None] + own) * deviations[:, None]
    # what is linear on the scale of the model stays unbiased as a mean of chips
    centre = measures_of(links)
    slope = np.stack([centre[:, 0] * (1 - centre[:, 0]), centre[:, 1]], axis=1)
    measures = centre[:, None] + (values - links[:, None]) * slope[:, None]
    measures[..., 1] *= ratio
    code = np.arange(len(x))
    return (
        np.repeat(x, chips)[:, None],
        measures.reshape(-1, 2),
        np.repeat(np.repeat(np.arange(len(rates)), micrographs), chips),
        np.repeat(code, chips),
    )


@pytest.fixture(scope="module")
def likelihoods():
    """Likelihoods fitted to generated chips with a wrong path, and corrected."""
    rng = np.random.default_rng(1)
    scaled, measures, groups, _ = made(rng, np.geomspace(1, 30, 5), 60, 1, ratio=1.12)
    fitted = Likelihood.fit(scaled, measures, groups, np.arange(len(groups)), SCATTER)
    scaled, measures, _, _ = made(rng, [1, 3, 10, 30], 3, 12)
    means = measures.reshape(-1, 12, 2).mean(axis=1)
    return fitted, fitted.corrected(scaled[::12], means, np.full(len(means), 12 * CHIP))


def test_coverage_is_right_where_the_model_holds(likelihoods):
    """90 % intervals hold 90 % of truths drawn from the prior, once the path is corrected."""
    rng = np.random.default_rng(2)
    truths = RATE.values(rng.uniform(-1, 1, 200))
    _, measures, _, _ = made(rng, truths, 1, 12)
    means = measures.reshape(-1, 12, 2).mean(axis=1)
    share = {}
    for name, each in zip(("none", "path"), likelihoods, strict=True):
        inside = 0
        for truth, mean in zip(truths, means, strict=True):
            low, high = posterior(each, [RATE], mean, 12 * CHIP).interval(0)
            inside += low <= truth <= high
        share[name] = inside
    within = binomtest(share["path"], 200).proportion_ci(0.99, "exact")
    assert within.low <= 0.9 <= within.high
    assert share["none"] < share["path"]


def test_correction_finds_the_ratio(likelihoods):
    """The corrected path is the real one, the fraction stays, and what is known is no surer."""
    fitted, corrected = likelihoods
    x = np.linspace(-1, 1, 5)[:, None]
    np.testing.assert_allclose(corrected.mean(x)[:, 0], fitted.mean(x)[:, 0])
    # the micrographs are few: the path is known by them, not by the chips
    variance = corrected.mean.uncertainty(x)[:, 1, 1]
    assert (variance > fitted.mean.uncertainty(x)[:, 1, 1]).all()
    change = fitted.mean(x)[:, 1] - corrected.mean(x)[:, 1]
    assert (np.abs(change - np.log(1.12)) < 3 * np.sqrt(variance)).all()
    assert change[2] > 0.05
    np.testing.assert_allclose(
        corrected.mean.uncertainty(x)[:, 0, 0], fitted.mean.uncertainty(x)[:, 0, 0]
    )


def test_scatter_of_chips_is_found(likelihoods):
    """Variances follow the conditions, on the scale of the model."""
    covariance = likelihoods[0].area_covariance(np.array([[-1.0], [1.0]]), CHIP)
    found = np.sqrt(np.diagonal(covariance, 0, 1, 2))
    np.testing.assert_allclose(found[:, 0], np.exp([-1.9, -1.3]), rtol=0.25)
    np.testing.assert_allclose(found[:, 1], np.exp(-1.7), rtol=0.25)


def test_real_micrographs_alone_give_a_likelihood():
    """Micrographs of four rates are interpolated; their means scatter as the model says."""
    rng = np.random.default_rng(3)
    scaled, measures, groups, micrographs = made(rng, [1, 3, 10, 30], 20, 12)
    fitted = Likelihood.fit(scaled, measures, groups, micrographs, SCATTER)
    x = np.linspace(-1, 1, 9)
    wanted = np.stack([0.8 - 0.2 * x, 2.4 - 0.3 * x + 0.1 * x**2], axis=1)
    away = np.abs(fitted.mean(x[:, None]) - wanted)
    deviation = np.sqrt(np.diagonal(fitted.mean.uncertainty(x[:, None]), 0, 1, 2))
    assert (away < 3.5 * deviation).all()


def test_random_effects():
    """Components that are known are found, whatever the scale of a domain."""
    rng = np.random.default_rng(4)
    micrographs = np.repeat(np.arange(400), 12)
    domains = micrographs // 100
    scale = np.array([1, 2, 5, 10.0])[domains][:, None]
    shared = rng.multivariate_normal([0, 0], BETWEEN, size=400)[micrographs]
    own = rng.multivariate_normal([0, 0], WITHIN, size=4800)
    found = variance_components(3 + scale * (shared + own), domains, micrographs)
    np.testing.assert_allclose(found.between, BETWEEN, atol=0.05)
    np.testing.assert_allclose(found.within, WITHIN, atol=0.05)
    np.testing.assert_allclose(np.diag(found.between + found.within), 1)
    assert found.freedom == 396
    with pytest.raises(ValueError, match="two micrographs"):
        variance_components(own[:12], domains[:12], micrographs[:12])


def test_micrographs_that_are_alike_have_no_scatter():
    """An estimate below zero is none: the covariance between them stays one."""
    rng = np.random.default_rng(7)
    values = rng.normal(size=(120, 2))
    values -= values.reshape(10, 12, 2).mean(axis=1).repeat(12, axis=0)
    found = variance_components(values, np.zeros(120, int), np.repeat(np.arange(10), 12))
    np.testing.assert_allclose(found.between, 0, atol=1e-12)


def test_variance_falls_with_the_area():
    """A chip has its own variance, a micrograph the model's, two micrographs half of it."""
    components = SCATTER.components
    chip, micrograph = 10.0, 120.0
    np.testing.assert_allclose(area_pattern(components, chip, chip, micrograph), BETWEEN + WITHIN)
    whole = area_pattern(components, micrograph, chip, micrograph)
    np.testing.assert_allclose(whole, BETWEEN + WITHIN / 12)
    np.testing.assert_allclose(area_pattern(components, 240, chip, micrograph), whole / 2)
    assert (area_pattern(components, 5, chip, micrograph) > BETWEEN + WITHIN).all()


def test_chips_that_do_not_overlap():
    """Of a grid of half steps every other chip is kept, in any order."""
    rows, columns = (each.ravel() for each in np.mgrid[0:257:64, 0:385:64])
    kept = apart(rows, columns, 128)
    assert kept.sum() == 3 * 4
    assert not (rows[kept] % 128).any()
    order = np.random.default_rng(5).permutation(len(rows))
    np.testing.assert_array_equal(apart(rows[order], columns[order], 128), kept[order])


def test_measures_that_no_condition_gives_are_told():
    """A strange measure, and one beyond an end of the range, come with a warning."""
    known = line(np.array([-0.2, -0.3]), np.array([0.1, 0.1]))
    usual = posterior(known, [RATE], measures_of(known.mean(np.zeros((1, 1)))[0]), 12 * CHIP)
    assert not usual.warnings()
    beyond = measures_of(known.mean(np.full((1, 1), 1.1))[0])
    (said,) = posterior(known, [RATE], beyond, 12 * CHIP).warnings()
    assert "cut off at the high end" in said
    strange = posterior(known, [RATE], np.array([0.3, 11.0]), 12 * CHIP)
    assert "lie outside of what" in strange.warnings()[0]


def test_two_conditions():
    """Each has its marginal; the grid holds every combination."""
    other = Axis("carbon_percent", False, 0.1, 0.2)
    rng = np.random.default_rng(6)
    scaled = rng.uniform(-1, 1, (40, 2)).repeat(20, axis=0)
    centre = np.stack([0.8 - 0.3 * scaled[:, 0], 2.0 - 0.4 * scaled[:, 1]], axis=1)
    measures = measures_of(centre + rng.normal(scale=0.02, size=centre.shape))
    known = Likelihood.fit(scaled, measures, np.repeat(np.arange(40), 20), np.arange(800), SCATTER)
    found = posterior(known, [RATE, other], measures_of(np.array([0.8 - 0.15, 2.2])), CHIP)
    assert found.mass.sum() == pytest.approx(1)
    assert RATE.scaled(found.mean(0)) == pytest.approx(0.5, abs=0.1)
    assert other.scaled(found.mean(1)) == pytest.approx(-0.5, abs=0.1)
    assert len(grid_of([RATE, other], 5)) == 25


def test_a_condition_that_never_changes_is_refused():
    """There is nothing to infer."""
    with pytest.raises(InputError, match=r"'rate'.*alone"):
        axes_of(pd.DataFrame({"rate": [2.0, 2.0]}), {"rate": True})
