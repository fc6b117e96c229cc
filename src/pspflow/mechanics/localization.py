"""Local fields of two-phase structures by regression: phase means, and a linear convolution.

The convolution is the first-order form of the materials knowledge system (MKS): the phase of each
voxel adds a response to the field around it. In the Fourier domain, each wave of the field is the
same wave of the structure times a coefficient, which is fitted by least squares, wave by wave.

References
----------
Kalidindi, Niezgoda, Landi, Vachhani and Fast 2010, "A novel framework for building materials
knowledge systems", Comput. Mater. Continua 17, 103.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks, unmasked

AXES = (1, 2, 3)
RIDGE = 1e-3
"""Penalty of the fit, over the mean power of a wave: waves that structures lack get 0."""
Pairs = Iterable[tuple[np.ndarray, np.ndarray]]
"""Batches of phase ids and fields, each of shape ``(n, edge, edge, edge)``."""


class Predictor(Protocol):
    """Predicts a local field from structures."""

    def predict(self, phases: np.ndarray) -> np.ndarray:
        """Map phase ids ``(n, edge, edge, edge)`` to fields of the same shape."""


@dataclass(frozen=True)
class PhaseMean:
    """Predict the mean of its phase for every voxel.

    Parameters
    ----------
    means
        Mean of the field in each phase id, shape ``(2,)``.
    """

    means: NDArray[np.float64]

    @classmethod
    def fit(cls, pairs: Pairs) -> "PhaseMean":
        """Average the field in each phase, pairs as in `Pairs`; one that does not occur gets 0."""
        sums, counts = np.zeros(2), np.zeros(2)
        for phases, fields in map(_unmasked, pairs):
            sums += np.bincount(phases.ravel(), weights=fields.ravel(), minlength=2)
            counts += np.bincount(phases.ravel(), minlength=2)
        return cls(sums / np.maximum(counts, 1))

    @refuses_masks
    def predict(self, phases: np.ndarray) -> np.ndarray:
        """Predict fields of phase ids 0 and 1, both of one shape."""
        return self.means[phases]


@dataclass(frozen=True)
class LinearConvolution:
    """Predict the structure convolved with one response, plus its mean.

    Parameters
    ----------
    response
        Fourier coefficients of the response to phase 1, complex128, shape
        ``(edge, edge, edge // 2 + 1)``; the coefficient of the constant wave is 0.
    mean, rise
        Mean of a field without phase 1, and how much it rises to one of phase 1 alone.
    """

    response: NDArray[np.complex128]
    mean: float
    rise: float = 0.0

    @classmethod
    def fit(cls, pairs: Pairs, mean: float | None = None) -> "LinearConvolution":
        """Fit each wave by ridge regression.

        Parameters
        ----------
        pairs
            Phase ids and fields, batches as in `Pairs`.
        mean
            Mean of every field, where all have the same; None: fitted to the volume fractions.
        """
        cross: Any = 0
        power: Any = 0
        means = []
        for phases, fields in map(_unmasked, pairs):
            waves = np.fft.rfftn(phases, axes=AXES)
            cross = cross + (waves.conj() * np.fft.rfftn(fields, axes=AXES)).sum(axis=0)
            power = power + (waves.real**2 + waves.imag**2).sum(axis=0)
            means.append(np.stack([phases.mean(axis=AXES), fields.mean(axis=AXES)]))
        cross[0, 0, 0] = power[0, 0, 0] = 0
        # homogeneous structures have no waves, and hence no response
        ridge = RIDGE * power.mean() or 1.0
        line = (mean, 0.0) if mean is not None else _line(*np.concatenate(means, axis=1))
        return cls(cross / (power + ridge), *line)

    @refuses_masks
    def predict(self, phases: np.ndarray) -> np.ndarray:
        """Predict fields ``(n, edge, edge, edge)`` from phase ids 0 and 1 of the same shape."""
        waves = np.fft.rfftn(phases, axes=AXES) * self.response
        mean = self.mean + self.rise * phases.mean(axis=AXES, keepdims=True)
        return mean + np.fft.irfftn(waves, s=phases.shape[1:], axes=AXES)


def _line(fractions: np.ndarray, means: np.ndarray) -> tuple[float, float]:
    """Fit a line by least squares: its value at 0, and its rise to 1."""
    centred = fractions - fractions.mean()
    rise = float(centred @ means / (centred @ centred or 1.0))
    return float(means.mean() - rise * fractions.mean()), rise


def _unmasked(pair: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return unmasked(pair[0], "phases"), unmasked(pair[1], "fields")
