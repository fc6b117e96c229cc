"""Simulated spinodal structures: two interwoven phases, from the Cahn-Hilliard equation.

A mixture that is quenched into its spinodal decomposes into two phases. Small fluctuations of a
composition c grow, those of one wave length most; then the compositions saturate at those of the
two phases, and interfaces become smooth as the structure coarsens. The first stage is linear in the
noise, so that the composition is a Gaussian field; it is no longer one when it saturates, and the
structures are taken after that. Yet two interwoven phases still resemble a Gaussian field that is
cut at one level. Sheets along the interfaces, cut at two levels, do not.

References
----------
Cahn 1961, "On spinodal decomposition", Acta Metall. 9, 795.
Eyre 1998, "Unconditionally gradient stable time marching the Cahn-Hilliard equation", MRS Proc.
529, 39 (the time steps).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from pspflow.arrays import real, refuses_masks

WAVELENGTHS_VOXELS: Final = (8.0, 8.0, 8.0)
STEPS: Final = 80
STEP: Final = 0.4
"""Time step, in units in which the fastest wave grows by e in a time of 2 at equal fractions."""
GRADIENT: Final = 0.5
"""Factor of the gradient energy: the fastest wave at equal fractions then has a number of 1."""
NOISE: Final = 0.1
"""Standard deviation of the composition at the start; the phases' are -1 and 1."""
MOST_UNEQUAL: Final = 0.2
"""Largest mean composition, to which both phases are connected; beyond, one would be drops."""


@refuses_masks
def simulate_spinodal(
    edge: int,
    volume_fraction: float,
    rng: np.random.Generator,
    *,
    wavelengths_voxels: Sequence[float] = WAVELENGTHS_VOXELS,
    sheets: bool = False,
) -> NDArray[np.uint8]:
    """Simulate one periodic cell of two interwoven phases by spinodal decomposition.

    The mean composition is that of the fraction, but within ±`MOST_UNEQUAL`; that of sheets is 0.
    The composition at the end, of sheets its nearness to the median, is cut where the fraction is
    met to half a voxel.

    Parameters
    ----------
    edge
        Voxels along each axis.
    volume_fraction
        Share of the voxels that are phase 1, from 0 to 1.
    rng
        Generator of the noise at the start; nothing else is random.
    wavelengths_voxels
        Wave length that grows fastest along x, y and z: the phases are long along an axis of a
        large one.
    sheets
        Whether phase 1 is a sheet along the interfaces rather than one of the two phases.

    Returns
    -------
    Phase ids 0 and 1, uint8, shape ``(edge, edge, edge)``.

    Raises
    ------
    ValueError
        If a wave length is not above 2 voxels, or the edge or the fraction is out of range.

    Examples
    --------
    >>> structure = simulate_spinodal(11, 0.3, np.random.default_rng(0))
    >>> structure.shape, int(structure.sum())
    ((11, 11, 11), 399)
    """
    lengths = real(wavelengths_voxels, "wavelengths_voxels")
    if edge < 1:
        raise ValueError(f"edge must be at least 1 voxel, got {edge}")
    if not 0 <= volume_fraction <= 1:
        raise ValueError(f"volume_fraction must be from 0 to 1, got {volume_fraction}")
    if lengths.shape != (3,) or not np.isfinite(lengths).all() or (lengths <= 2).any():
        raise ValueError(
            f"wavelengths_voxels must be three numbers above 2, got {wavelengths_voxels}"
        )
    unequal = 0.0 if sheets else MOST_UNEQUAL
    mean = float(np.clip(2 * volume_fraction - 1, -unequal, unequal))
    noise = rng.normal(size=(edge,) * 3)
    composition = _decomposed(mean + NOISE * (noise - noise.mean()), lengths)
    if sheets:
        composition = -np.abs(composition - np.median(composition))
    highest = np.argsort(composition, axis=None, kind="stable")[::-1]
    structure = np.zeros(composition.size, np.uint8)
    structure[highest[: int(np.floor(volume_fraction * composition.size + 0.5))]] = 1
    return structure.reshape(composition.shape)


def _decomposed(
    composition: NDArray[np.float64], lengths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Integrate dc/dt = ∇²(c³ - c - γ ∇²c), lengths along each axis in units of its wave length."""
    edge = len(composition)
    whole, half = fft.fftfreq(edge), fft.rfftfreq(edge)
    x, y, z = np.meshgrid(
        *(each * k for each, k in zip(lengths, (whole, whole, half), strict=True)), indexing="ij"
    )
    squares = x**2 + y**2 + z**2
    # c³ - 3c is explicit and 2c implicit, so that the energy falls at any step
    implicit = 1 / (1 + STEP * (2 * squares + GRADIENT * squares**2))
    explicit = STEP * squares
    waves = fft.rfftn(composition)
    for _ in range(STEPS):
        waves = (
            waves - explicit * fft.rfftn(composition * (composition * composition - 3))
        ) * implicit
        composition = fft.irfftn(waves, s=composition.shape)
    return composition
