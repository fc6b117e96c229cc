"""Simulated scanning electron micrographs: bright precipitates in an aluminium matrix."""

from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from pspflow.simulate.precipitates import Precipitates

MATRIX_GREY: Final = 85.0
FULL_SCALE_GREY: Final = 255.0
FAINTEST: Final = 0.6  # precipitates cut near their cap are thin, and dimmer than the rest
PSF_SIGMA_UM: Final = 0.035
ELECTRONS_PER_GREY: Final = 9.0  # shot noise of 3.1 grey levels in the matrix
BACKGROUND_LENGTH_UM: Final = 6.0
BACKGROUND_GREY: Final = 3.0

# Brightness and contrast settings of the microscope, drawn for each micrograph: without them the
# mean grey level would reveal the area fraction. With them, mean and standard deviation of a
# chip's grey levels classify terciles of the label with balanced accuracy 0.47 to 0.51.
GAIN_SCATTER: Final = 0.04
OFFSET_SCATTER_GREY: Final = 3.0

BOUNDARY_ORDERS: Final = np.arange(2, 7)  # order 0 is the size, order 1 a shift
BOUNDARY_POINTS: Final = 256
LARGEST_DEVIATE: Final = 3.0  # bounds the reach of a precipitate from beyond the border


def simulate_micrograph(
    precipitates: Precipitates,
    size_px: int | tuple[int, int],
    pixel_size_um: float,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Return one micrograph of a structure, as a microscope would store it.

    Precipitates are also placed beyond the border. They are blurred by the probe and lie on a
    slowly varying background; electrons have shot noise; gain and offset are drawn for each
    micrograph.

    Parameters
    ----------
    precipitates
        Structure to image.
    size_px
        Rows and columns, or one number for a square.
    pixel_size_um
        Width of a pixel in µm.
    rng
        Generator of everything that differs between two micrographs of one structure.

    Returns
    -------
    ndarray of uint8, shape (rows, columns)
        Grey levels; the nominal matrix is at 85.
    """
    shape = (size_px, size_px) if isinstance(size_px, int) else size_px
    grey = _background(shape, BACKGROUND_LENGTH_UM / pixel_size_um, rng)
    grey += (
        precipitates.contrast * FULL_SCALE_GREY * _blurred(precipitates, shape, pixel_size_um, rng)
    )
    electrons = rng.poisson((MATRIX_GREY + grey).clip(min=0) * ELECTRONS_PER_GREY)
    gain = rng.lognormal(0, GAIN_SCATTER)
    offset_grey = rng.normal(0, OFFSET_SCATTER_GREY)
    grey = MATRIX_GREY + offset_grey + gain * (electrons / ELECTRONS_PER_GREY - MATRIX_GREY)
    return np.rint(grey).clip(0, FULL_SCALE_GREY).astype(np.uint8)


def _background(
    shape: tuple[int, int], length_px: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return a smooth random field (rows, columns) in grey levels: splines through random knots."""
    knots = [int(np.ceil(size / length_px)) + 6 for size in shape]
    start = rng.uniform(2, 3, size=2)  # a knot at a fixed place would be visible in the mean square
    field = rng.normal(0, BACKGROUND_GREY, knots)
    for axis, size in enumerate(shape):
        spline = scipy.interpolate.make_interp_spline(np.arange(knots[axis]), field, axis=axis)
        field = spline(start[axis] + np.arange(size) / length_px)
    return field


def _blurred(
    precipitates: Precipitates,
    shape: tuple[int, int],
    pixel_size_um: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return the brightness (rows, columns), 0 in the matrix to 1, after the probe's blur."""
    sigma_px = PSF_SIGMA_UM / pixel_size_um
    pad = int(np.ceil(4 * sigma_px))
    field = np.zeros((shape[0] + 2 * pad, shape[1] + 2 * pad), np.float32)
    _draw(field, precipitates, pixel_size_um, rng)
    blurred: NDArray[np.float32] = scipy.ndimage.gaussian_filter(field, sigma_px)
    return blurred[pad : pad + shape[0], pad : pad + shape[1]]


def _draw(
    field: NDArray[np.float32],
    precipitates: Precipitates,
    pixel_size_um: float,
    rng: np.random.Generator,
) -> None:
    """Draw every precipitate that reaches into ``field`` (rows, columns), in place."""
    spread = np.sqrt(np.log1p(precipitates.radius_cv**2))
    median_px = precipitates.mean_radius_um / pixel_size_um * np.exp(-(spread**2) / 2)
    reach_px = median_px * np.exp(LARGEST_DEVIATE * (spread + precipitates.irregularity))
    spacing_px = precipitates.number_density_per_um2**-0.5 / pixel_size_um
    centres = _centres(field.shape, spacing_px, reach_px, rng)
    deviates = rng.standard_normal(len(centres)).clip(-LARGEST_DEVIATE, LARGEST_DEVIATE)
    boundaries = _boundaries(len(centres), precipitates.irregularity, rng)
    boundaries *= (median_px * np.exp(spread * deviates))[:, None]
    for centre, boundary in zip(centres, boundaries, strict=True):
        _stamp(field, centre, boundary, rng.uniform(FAINTEST, 1))


def _centres(
    shape: tuple[int, ...], spacing_px: float, margin_px: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return centres (n, 2) in pixels, one anywhere in each cell of a randomly shifted grid.

    A precipitate removes solute from its surroundings, so they cluster less than at random.
    """
    start = -margin_px - spacing_px * rng.uniform(size=2)
    cells = np.ceil((np.asarray(shape) + margin_px - start) / spacing_px).astype(int)
    corners = np.indices(tuple(cells)).reshape(2, -1).T
    return np.asarray(start + spacing_px * (corners + rng.uniform(size=corners.shape)))


def _boundaries(count: int, irregularity: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return boundary radii (count, angles) of unit mean area: exponentials of random harmonics."""
    angles = np.arange(BOUNDARY_POINTS) * (2 * np.pi / BOUNDARY_POINTS)
    waves = np.exp(1j * np.outer(BOUNDARY_ORDERS, angles))
    amplitudes = BOUNDARY_ORDERS**-1.5
    amplitudes *= irregularity / np.sqrt(np.sum(amplitudes**2))
    phasors = rng.standard_normal((2, count, len(amplitudes))) * amplitudes
    logarithms = ((phasors[0] + 1j * phasors[1]) @ waves).real
    limit = LARGEST_DEVIATE * irregularity
    boundaries = np.exp(logarithms.clip(-limit, limit))
    return np.asarray(boundaries / np.sqrt(np.mean(boundaries**2, axis=1, keepdims=True)))


def _stamp(
    field: NDArray[np.float32],
    centre: NDArray[np.float64],
    boundary: NDArray[np.float64],
    brightness: float,
) -> None:
    """Draw one anti-aliased precipitate in place; where two overlap, the brighter one is seen."""
    reach = boundary.max() + 1
    first = np.ceil(centre - reach).clip(min=0).astype(int)
    last = np.minimum(np.floor(centre + reach) + 1, field.shape).astype(int)
    if np.any(first >= last):
        return
    y = np.arange(first[0], last[0])[:, None] - centre[0]
    x = np.arange(first[1], last[1]) - centre[1]
    sector = np.rint(np.arctan2(y, x) * (BOUNDARY_POINTS / (2 * np.pi))).astype(int)
    inside = (boundary[sector] - np.hypot(y, x) + 0.5).clip(0, 1)
    patch = field[first[0] : last[0], first[1] : last[1]]
    np.maximum(patch, brightness * inside, out=patch, casting="same_kind")
