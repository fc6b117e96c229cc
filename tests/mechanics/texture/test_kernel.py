"""The kernel of spread compared with its integrals."""

import numpy as np
import pytest
from scipy.integrate import quad

from pspflow.mechanics.texture.kernel import (
    angle_quantiles,
    concentration,
    damping,
    kernel_density,
    pole_density,
)

WIDTHS = pytest.mark.parametrize("width", np.deg2rad([3, 10, 45]))


def haar(angle):
    """Return the density of angles of random rotations."""
    return 2 / np.pi * np.sin(angle / 2) ** 2


@WIDTHS
def test_density(width):
    """Its mean over all rotations is 1, and it falls to one half at the half width."""
    mean = quad(lambda w: haar(w) * kernel_density(w, width), 0, np.pi, points=[width])[0]
    assert mean == pytest.approx(1)
    assert kernel_density(width, width) == pytest.approx(kernel_density(0, width) / 2)


@WIDTHS
def test_poles(width):
    """The mean over the sphere is 1; the peak is the integral over rotations about the pole."""
    mean = quad(lambda z: pole_density(z, width) / 2, -1, 1, points=[np.cos(width)])[0]
    assert mean == pytest.approx(1)
    peak = quad(lambda w: kernel_density(w, width) / np.pi, 0, np.pi, points=[width])[0]
    assert pole_density(1, width) == pytest.approx(peak)


@WIDTHS
def test_damping(width):
    """Factors are the means of the characters over the kernel."""
    degrees = np.array([[0, 4], [9, 12]])

    def character(w, degree):
        return np.sin((2 * degree + 1) * w / 2) / np.sin(w / 2) / (2 * degree + 1)

    expected = [
        quad(
            lambda w, d=d: haar(w) * kernel_density(w, width) * character(w, d),
            1e-9,
            np.pi,
            points=[width],
            limit=200,
        )[0]
        for d in degrees.ravel()
    ]
    np.testing.assert_allclose(damping(degrees, width).ravel(), expected, atol=1e-7)


@WIDTHS
def test_quantiles(width):
    """The share of rotations below a quantile is the share that was asked for."""
    for share in (0.1, 0.5, 0.9):
        angle = float(angle_quantiles(share, width))
        below = quad(lambda w: haar(w) * kernel_density(w, width), 0, angle)[0]
        assert below == pytest.approx(share)


@pytest.mark.parametrize("width", [0.0, 10.0, -0.1, np.nan])
def test_half_widths_out_of_range(width):
    """Degrees are refused with the remedy."""
    with pytest.raises(ValueError, match="convert degrees to radians"):
        concentration(width)
