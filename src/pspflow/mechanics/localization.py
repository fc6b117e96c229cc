"""Local strains of two-phase structures by regression: phase means, and a linear convolution.

The convolution is the first-order form of the materials knowledge system (MKS): the phase of each
voxel adds a response to the strain around it. In the Fourier domain, each wave of the strain is the
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
"""Batches of phase ids and strains, each of shape ``(n, edge, edge, edge)``."""


class Predictor(Protocol):
    """Predicts strains from structures."""

    def predict(self, phases: np.ndarray) -> np.ndarray:
        """Map phase ids ``(n, edge, edge, edge)`` to strains of the same shape."""


@dataclass(frozen=True)
class PhaseMean:
    """Predict the mean strain of its phase for every voxel.

    Parameters
    ----------
    strains
        Mean strain of each phase id, shape ``(2,)``.
    """

    strains: NDArray[np.float64]

    @classmethod
    def fit(cls, pairs: Pairs) -> "PhaseMean":
        """Average the strains of each phase; a phase that does not occur gets 0."""
        sums, counts = np.zeros(2), np.zeros(2)
        for phases, strains in map(_unmasked, pairs):
            sums += np.bincount(phases.ravel(), weights=strains.ravel(), minlength=2)
            counts += np.bincount(phases.ravel(), minlength=2)
        return cls(sums / np.maximum(counts, 1))

    @refuses_masks
    def predict(self, phases: np.ndarray) -> np.ndarray:
        """Predict strains."""
        return self.strains[phases]


@dataclass(frozen=True)
class LinearConvolution:
    """Predict the structure convolved with one response, plus the macroscopic strain.

    Parameters
    ----------
    response
        Fourier coefficients of the response to phase 1, complex128, shape
        ``(edge, edge, edge // 2 + 1)``; the coefficient of the constant wave is 0.
    macro_strain
        Mean of every field.
    """

    response: NDArray[np.complex128]
    macro_strain: float

    @classmethod
    def fit(cls, pairs: Pairs, macro_strain: float) -> "LinearConvolution":
        """Fit each wave by ridge regression."""
        cross: Any = 0
        power: Any = 0
        for phases, strains in map(_unmasked, pairs):
            waves = np.fft.rfftn(phases, axes=AXES)
            cross = cross + (waves.conj() * np.fft.rfftn(strains, axes=AXES)).sum(axis=0)
            power = power + (waves.real**2 + waves.imag**2).sum(axis=0)
        cross[0, 0, 0] = power[0, 0, 0] = 0
        # homogeneous structures have no waves, and hence no response
        ridge = RIDGE * power.mean() or 1.0
        return cls(cross / (power + ridge), macro_strain)

    @refuses_masks
    def predict(self, phases: np.ndarray) -> np.ndarray:
        """Predict strains."""
        waves = np.fft.rfftn(phases, axes=AXES) * self.response
        return self.macro_strain + np.fft.irfftn(waves, s=phases.shape[1:], axes=AXES)


def _unmasked(pair: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return unmasked(pair[0], "phases"), unmasked(pair[1], "strains")
