"""Likelihood of the ferrite fraction and path of an area, given the conditions."""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma
from scipy.stats import f as f_distribution

from pspflow.studies.steel.inverse.effects import Components, area_pattern
from pspflow.studies.steel.inverse.scales import MEASURES, PATH, linked, slopes
from pspflow.studies.steel.inverse.smooth import Smooth, basis, identified

Floats = NDArray[np.float64]
MEAN_DEGREE: Final = 3
VARIANCE_DEGREE: Final = 2
CORRECTION_DEGREE: Final = 1


@dataclass(frozen=True)
class Scatter:
    """How means over areas scatter, learned from training micrographs."""

    components: Components
    """Of ferrite fraction and path."""
    chip_px2: float
    micrograph_px2: float
    """Area of a chip, and the mean area measured of a micrograph."""

    def pattern(self, area_px2: float) -> Floats:
        """Return the covariance (2, 2) of means over an area, over the deviations of a chip."""
        return area_pattern(self.components, area_px2, self.chip_px2, self.micrograph_px2)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Student's t in logit of the fraction and logarithm of the path, smooth in the conditions.

    Its degrees of freedom are those of the scatter between micrographs, since few of these tell it.
    """

    mean: Smooth
    log_variance: Smooth
    """Logarithm of the two variances of a chip."""
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
        places, means, variances, chips, alike = [], [], [], [], []
        for each in np.unique(groups):
            part = measures[groups == each]
            sizes = np.unique(units[groups == each], return_counts=True)[1]
            places.append(scaled[groups == each][0])
            means.append(part.mean(axis=0))
            variances.append((part * slopes(means[-1])).var(axis=0, ddof=1))
            chips.append(len(part))
            # 1 over the number of micrographs where all have as many chips
            alike.append((sizes**2).sum() / len(part) ** 2)
        where, count = np.array(places), np.array(chips)[:, None, None]
        free = np.array(chips) - 1.0
        # the mean logarithm of a variance of few chips is below the variance's
        logs = np.log(variances) - (digamma(free / 2) - np.log(free / 2))[:, None]
        spread = np.eye(2) * (2 / free)[:, None, None]
        log_variance = Smooth.fit(where, logs, spread, VARIANCE_DEGREE)
        between, within, _ = scatter.components
        pattern = between * np.array(alike)[:, None, None] + within / count
        noise = _scaled(pattern, log_variance(where))
        mean = Smooth.fit(where, linked(np.array(means)), noise, MEAN_DEGREE)
        return cls(mean, log_variance, scatter)

    def area_covariance(self, scaled: np.ndarray, area_px2: float) -> Floats:
        """Return the covariance of means over an area, (n, 2, 2) from (n, c)."""
        return _scaled(self.scatter.pattern(area_px2), self.log_variance(scaled))

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
        freedom, k = self.scatter.components.freedom, len(MEASURES)
        return np.asarray(-0.5 * ((freedom + k) * np.log1p(distance / freedom) + log_volume))

    def plausibility(self, measured: np.ndarray, scaled: np.ndarray, area_px2: float) -> float:
        """Return the probability of a distance at least as large, at the nearest condition.

        Measures are (2,), scaled conditions (n, c).
        """
        nearest = self._parts(measured, scaled, area_px2)[0].min() / len(MEASURES)
        return float(f_distribution.sf(nearest, len(MEASURES), self.scatter.components.freedom))

    def corrected(self, scaled: np.ndarray, measures: np.ndarray, areas_px2: np.ndarray) -> Self:
        """Correct the mean path by micrographs that the models did not learn from.

        The logarithm of its ratio is a polynomial of degree 1 in the conditions, fitted to both
        measures of the micrographs: a micrograph with more ferrite has longer paths too. What the
        micrographs say of the path replaces what the chips said, in its uncertainty too. Where they
        scatter more than the likelihood says, its variances grow by the ratio.

        Parameters
        ----------
        scaled
            (n, c) scaled conditions of micrographs.
        measures
            (n, 2) their means.
        areas_px2
            (n,) areas measured.
        """
        noise = np.stack(
            [
                self.area_covariance(x[None], area)[0]
                for x, area in zip(scaled, areas_px2, strict=True)
            ]
        )
        weights = np.linalg.inv(noise)
        powers = identified(scaled, CORRECTION_DEGREE)
        # the terms of the correction of the path, among those of the mean of both measures
        k, place = len(MEASURES), MEASURES.index(PATH)
        embed = np.zeros((self.mean.coefficients.size, len(powers)))
        for i, each in enumerate(powers):
            term = int((self.mean.powers == each).all(axis=1).argmax())
            embed[term * k + place, i] = 1
        every = np.einsum("gi,ab->gaib", basis(scaled, self.mean.powers), np.eye(k))
        design = every.reshape(len(scaled), k, -1)
        own = design @ embed
        spread = np.linalg.inv(np.einsum("gai,gab,gbj->ij", own, weights, own))
        solve = spread @ np.einsum("gai,gab->igb", own, weights).reshape(len(powers), -1)
        residual = (linked(measures) - self.mean(scaled)).ravel()
        coefficients = self.mean.coefficients.ravel() + embed @ solve @ residual
        turn = np.eye(len(embed)) - embed @ solve @ design.reshape(-1, len(embed))
        covariance = turn @ self.mean.covariance @ turn.T + embed @ spread @ embed.T
        shape = self.mean.coefficients.shape
        mean = Smooth(self.mean.powers, coefficients.reshape(shape), covariance)
        moved = replace(self, mean=mean)
        distances = [
            moved._parts(measured, x[None], area)[0][0]
            for measured, x, area in zip(measures, scaled, areas_px2, strict=True)
        ]
        free = measures.size - len(powers)
        return moved.widened(sum(distances) / free) if free > 0 else moved

    def widened(self, ratio: float) -> Self:
        """Multiply all variances by a ratio; one below 1 leaves them."""
        added = np.log(max(1.0, ratio))
        constant = (self.log_variance.powers == 0).all(axis=1)
        logs = self.log_variance.coefficients + added * constant[:, None]
        return replace(
            self,
            mean=replace(self.mean, covariance=self.mean.covariance * np.exp(added)),
            log_variance=replace(self.log_variance, coefficients=logs),
        )

    def _parts(
        self, measured: np.ndarray, scaled: np.ndarray, area_px2: float
    ) -> tuple[Floats, Floats]:
        left = linked(np.asarray(measured)) - self.mean(scaled)
        covariance = self.area_covariance(scaled, area_px2) + self.mean.uncertainty(scaled)
        solved = np.linalg.solve(covariance, left[:, :, None])[:, :, 0]
        return (left * solved).sum(axis=1), np.linalg.slogdet(covariance)[1]


def _scaled(pattern: np.ndarray, log_variance: np.ndarray) -> Floats:
    """Multiply a pattern (…, 2, 2) by the deviations of a chip, (n, 2, 2) from (n, 2)."""
    deviations = np.exp(log_variance / 2)
    return np.asarray(deviations[:, :, None] * pattern * deviations[:, None, :])
