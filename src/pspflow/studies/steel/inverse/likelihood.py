"""Likelihood of the ferrite fraction and path of an area, given the conditions."""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

from pspflow.studies.steel.inverse.effects import area_factors
from pspflow.studies.steel.inverse.scales import MEASURES, PATH, linked, slopes
from pspflow.studies.steel.inverse.smooth import Smooth, basis, identified

Floats = NDArray[np.float64]
MEAN_DEGREE: Final = 2
VARIANCE_DEGREE: Final = 1
CORRECTION_DEGREE: Final = 1


@dataclass(frozen=True)
class Scatter:
    """How means over areas scatter, learned from training micrographs."""

    intraclass: tuple[float, float]
    """Share of the variance of chips that lies between micrographs: fraction, path."""
    chip_px2: float
    micrograph_px2: float
    """Area of a chip, and the mean area measured of a micrograph."""

    def factors(self, area_px2: float) -> Floats:
        """Return the variance over an area, over that of a chip: (2,)."""
        return area_factors(np.array(self.intraclass), area_px2, self.chip_px2, self.micrograph_px2)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """A Gaussian in logit of the fraction and logarithm of the path, smooth in the conditions."""

    mean: Smooth
    log_variance: Smooth
    """Logarithm of the two variances of a chip."""
    correlation: float
    """Of the two measures; that of chips stands for that of means."""
    scatter: Scatter

    @classmethod
    def fit(
        cls,
        scaled: np.ndarray,
        measures: np.ndarray,
        groups: np.ndarray,
        units: np.ndarray,
        scatter: Scatter,
    ) -> Self:
        """Fit the likelihood to measured chips.

        Parameters
        ----------
        scaled
            (n, c) scaled conditions of chips.
        measures
            (n, 2) ferrite fraction, and path in pixels.
        groups
            (n,) code of the conditions: chips of one group have the same.
        units
            (n,) code of what scatters independently: the chips themselves where they are
            generated, micrographs where they are real.
        scatter
            Scatter of means over areas.
        """
        every = np.unique(groups)
        centres = np.array([measures[groups == each].mean(axis=0) for each in every])
        places = np.array([scaled[groups == each][0] for each in every])
        variances, correlations, counts = [], [], []
        for each, centre in zip(every, centres, strict=True):
            part = measures[groups == each] * slopes(centre)
            covariance = np.cov(part, rowvar=False)
            variances.append(np.diag(covariance))
            correlations.append(np.clip(np.corrcoef(part, rowvar=False)[0, 1], -0.99, 0.99))
            counts.append(len(part))
        free = np.array(counts) - 1.0
        # the mean logarithm of a variance of few chips is below the variance's
        logs = np.log(variances) - (digamma(free / 2) - np.log(free / 2))[:, None]
        spread = np.eye(2) * (2 / free)[:, None, None]
        log_variance = Smooth.fit(places, logs, spread, VARIANCE_DEGREE)
        correlation = float(np.tanh(np.average(np.arctanh(correlations), weights=free)))
        first = cls(log_variance, log_variance, correlation, scatter)
        names, code, sizes = np.unique(units, return_inverse=True, return_counts=True)
        means = np.stack([np.bincount(code, column) / sizes for column in measures.T], axis=1)
        where = np.array([scaled[code == each][0] for each in range(len(names))])
        areas = sizes * scatter.chip_px2
        if len(names) == len(measures):  # single chips; their mean of logarithms is not wanted
            where, means, areas = places, centres, np.array(counts) * scatter.chip_px2
            noise = first.chip_covariance(where) / np.array(counts)[:, None, None]
        else:
            noise = np.stack(
                [first.area_covariance(x[None], a)[0] for x, a in zip(where, areas, strict=True)]
            )
        return replace(first, mean=Smooth.fit(where, linked(means), noise, MEAN_DEGREE))

    def chip_covariance(self, scaled: np.ndarray) -> Floats:
        """Return the covariance of the measures of a chip, (n, 2, 2) from (n, c)."""
        deviations = np.exp(self.log_variance(scaled) / 2)
        pattern = np.array([[1, self.correlation], [self.correlation, 1]])
        return np.asarray(deviations[:, :, None] * pattern * deviations[:, None, :])

    def area_covariance(self, scaled: np.ndarray, area_px2: float) -> Floats:
        """Return the covariance of means over an area, (n, 2, 2) from (n, c)."""
        shrink = np.sqrt(self.scatter.factors(area_px2))
        return np.asarray(shrink[:, None] * self.chip_covariance(scaled) * shrink)

    def distance(self, measured: np.ndarray, scaled: np.ndarray, area_px2: float) -> Floats:
        """Return the squared Mahalanobis distance of a measure from those expected, (n,)."""
        return self._parts(measured, scaled, area_px2)[0]

    def log_likelihood(self, measured: np.ndarray, scaled: np.ndarray, area_px2: float) -> Floats:
        """Return the log-likelihood of conditions, but for a constant.

        Parameters
        ----------
        measured
            (2,) mean ferrite fraction, and mean path in pixels.
        scaled
            (n, c) scaled conditions.
        area_px2
            Area of the measure in square pixels.

        Returns
        -------
        ndarray
            (n,) nats. The uncertainty of the fitted mean counts.
        """
        distance, log_volume = self._parts(measured, scaled, area_px2)
        return -0.5 * (distance + log_volume)

    def corrected(
        self,
        scaled: np.ndarray,
        measures: np.ndarray,
        areas_px2: np.ndarray,
        names: tuple[str, ...] = (PATH,),
    ) -> Self:
        """Correct the mean of some measures by micrographs that the models did not learn from.

        Their ratio to the mean (of the odds, for the fraction) is a polynomial of degree 1 in the
        conditions. What the micrographs say of the mean replaces what the chips said of it, in its
        uncertainty too.

        Parameters
        ----------
        scaled
            (n, c) scaled conditions of micrographs.
        measures
            (n, 2) their means.
        areas_px2
            (n,) areas measured.
        names
            Measures that are corrected.
        """
        at = np.array([MEASURES.index(name) for name in names])
        noise = np.stack(
            [
                self.area_covariance(x[None], area)[0][np.ix_(at, at)]
                for x, area in zip(scaled, areas_px2, strict=True)
            ]
        )
        weights = np.linalg.inv(noise)
        powers = identified(scaled, CORRECTION_DEGREE)
        low, high = basis(scaled, powers), basis(scaled, self.mean.powers)
        size, k = len(powers) * len(at), len(MEASURES)
        normal = np.einsum("gi,gab,gj->iajb", low, weights, low).reshape(size, size)
        spread = np.linalg.inv(normal)
        solve = spread @ np.einsum("gi,gab->iagb", low, weights).reshape(size, -1)
        residual = (linked(measures)[:, at] - self.mean(scaled)[:, at]).ravel()
        # the terms of the correction among those of the mean, and the measures among both
        place = [int((self.mean.powers == each).all(axis=1).argmax()) for each in powers]
        embed = np.zeros((self.mean.coefficients.size, size))
        for i, term in enumerate(place):
            for a, measure in enumerate(at):
                embed[term * k + measure, i * len(at) + a] = 1
        picked = np.eye(k)[at]
        design = np.einsum("gj,ab->gajb", high, picked).reshape(len(scaled) * len(at), -1)
        coefficients = self.mean.coefficients.ravel() + embed @ solve @ residual
        turn = np.eye(len(embed)) - embed @ solve @ design
        covariance = turn @ self.mean.covariance @ turn.T + embed @ spread @ embed.T
        shape = self.mean.coefficients.shape
        mean = Smooth(self.mean.powers, coefficients.reshape(shape), covariance)
        return replace(self, mean=mean)

    def _parts(
        self, measured: np.ndarray, scaled: np.ndarray, area_px2: float
    ) -> tuple[Floats, Floats]:
        left = linked(np.asarray(measured)) - self.mean(scaled)
        covariance = self.area_covariance(scaled, area_px2) + self.mean.uncertainty(scaled)
        solved = np.linalg.solve(covariance, left[:, :, None])[:, :, 0]
        return (left * solved).sum(axis=1), np.linalg.slogdet(covariance)[1]
