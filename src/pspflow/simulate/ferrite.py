"""Simulated micrographs of low-carbon steel: light ferrite, dark pearlite, as picral etches them.

Ferrite grows from nuclei in austenite; what it has not reached becomes pearlite. With the distance
``d`` from a pixel to the nucleus that reaches it first, and the delay ``t`` of that nucleus, both
in units of the spacing ``s`` of the nuclei, a pixel is ferrite where::

    d + t < r + a · field(x)

with a smooth Gaussian field that also has a part common to the micrograph. Within a prior austenite
grain distances are stretched by a factor ``e`` along a direction of the grain's own: plates, the
more so the faster the steel cools. The spacing scatters between austenite grains and between
micrographs. Field, directions and spacings are hidden: no sheet names them.

The parameters are cubic interpolants in the logarithm of the cooling rate (PCHIP of their own
logarithms), through values fitted at 1, 3, 10 and 30 °C/s to the mean and the variance of ferrite
fraction and mean free path that Noguchi and Inoue measured on chips of 128² pixels (Phys. Rev. E
104, 025302, training rows of Tables I and II). 1,200 chips of 100 micrographs that the fit had not
used, and the paper's in brackets:

===============  ============  ============  ============  ============
rate, °C/s       1             3             10            30
===============  ============  ============  ============  ============
ferrite, %       73.3 (73.4)   68.7 (68.8)   66.2 (66.2)   63.3 (63.4)
variance, %²     17.6 (15.8)   13.1 (13.9)   29.1 (29.3)   51.8 (50.3)
path, µm         6.48 (6.50)   4.50 (4.49)   3.91 (3.88)   3.63 (3.64)
variance, µm²    0.83 (0.86)   0.32 (0.35)   0.33 (0.36)   0.58 (0.53)
===============  ============  ============  ============  ============

Both means fall with the rate between. Outside 1 to 30 °C/s the parameters continue along their
tangents: an extrapolation that no measurement supports. All else was chosen for a similar
appearance: results on these images are evidence about a method, not about steel.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.integer]

SHAPE_PX: Final = (768, 1024)
PIXEL_SIZE_UM: Final = 0.34

FITTED_RATES_C_S: Final = (1.0, 3.0, 10.0, 30.0)
SPACING_UM: Final = (4.725, 3.37, 3.045, 3.065)
REACH: Final = (0.7107, 0.6827, 0.6675, 0.6488)
AMPLITUDE: Final = (0.0287, 0.0291, 0.047, 0.0632)
STRETCH: Final = (1.1, 1.4, 2.0, 2.6)
SCATTER: Final = (0.163, 0.155, 0.086, 0.166)

AUSTENITE_UM: Final = 60.0  # spacing of prior austenite grains
FIELD_UM: Final = 22.0  # distance of the field's knots
MICROGRAPH_SHARE: Final = 0.08  # of the hidden variance, between micrographs
MICROGRAPH_SCATTER: Final = 0.3  # of the spacing, relative to that between austenite grains
DELAY: Final = 0.5  # of the latest nucleus, in spacings
WARP: Final = 0.2  # of the lattice of nuclei, in spacings
WARP_SPACINGS: Final = 0.9
ROUGHNESS: Final = 0.07  # of the front between ferrite and pearlite, in spacings
ROUGHNESS_SPACINGS: Final = 0.25
AUSTENITE_WARP: Final = 0.12  # of the boundaries of austenite, in spacings of its grains
AUSTENITE_WARP_SPACINGS: Final = 0.3
JITTER: Final = 0.9  # of a nucleus in its cell of the lattice

FERRITE_GREY: Final = 172.0
PEARLITE_GREY: Final = 68.0
GRAIN_GREY: Final = 4.0  # between ferrite grains
BOUNDARY_GREY: Final = 22.0  # depth of a ferrite boundary
BOUNDARY_UM: Final = 0.35
LAMELLA_UM: Final = 1.3
LAMELLA_GREY: Final = 20.0
MOTTLE_GREY: Final = 13.0
MOTTLE_UM: Final = 0.6
BLUR_UM: Final = 0.27  # resolution of the light microscope
NOISE_GREY: Final = 3.5
SHADING_GREY: Final = 3.0
SHADING_UM: Final = 150.0
# exposure and contrast of the camera, drawn for each micrograph
GAIN_SCATTER: Final = 0.08
OFFSET_SCATTER_GREY: Final = 13.0


@dataclass(frozen=True)
class FerriteGrowth:
    """Parameters of the microstructure at one cooling rate; see the module.

    Attributes
    ----------
    spacing_um
        Spacing of the nuclei in µm, ``s``.
    reach
        Distance that ferrite grows, in spacings, ``r``.
    amplitude
        Standard deviation of that distance, in spacings, ``a``.
    stretch
        Length of a plate over its width, ``e``.
    scatter
        Standard deviation of the logarithm of the spacing between prior austenite grains, ``c``.
    """

    spacing_um: float
    reach: float
    amplitude: float
    stretch: float
    scatter: float


def ferrite_growth(cooling_rate_c_s: float) -> FerriteGrowth:
    """Return the parameters at a cooling rate in °C/s; extrapolated below 1 and above 30.

    Raises
    ------
    ValueError
        If the rate is not a positive, finite number.
    """
    if not (np.isfinite(cooling_rate_c_s) and cooling_rate_c_s > 0):
        raise ValueError(f"The cooling rate is {cooling_rate_c_s:g} °C/s; it must be above 0.")
    knots = np.log(FITTED_RATES_C_S)
    values = np.log([SPACING_UM, REACH, AMPLITUDE, STRETCH, SCATTER]).T
    law = scipy.interpolate.PchipInterpolator(knots, values)
    at = np.log(cooling_rate_c_s)
    inside = np.clip(at, knots[0], knots[-1])
    logarithms = law(inside) + (at - inside) * law(inside, 1)
    return FerriteGrowth(*np.exp(logarithms).tolist())


def simulate_steel_micrograph(
    cooling_rate_c_s: float,
    rng: np.random.Generator,
    size_px: tuple[int, int] = SHAPE_PX,
    pixel_size_um: float = PIXEL_SIZE_UM,
) -> NDArray[np.uint8]:
    """Return one micrograph of low-carbon steel cooled at a rate, as a camera would store it.

    Parameters
    ----------
    cooling_rate_c_s
        Cooling rate in °C/s. Below 1 and above 30 the microstructure is extrapolated.
    rng
        Generator of everything that differs between two micrographs of one rate.
    size_px
        Rows and columns.
    pixel_size_um
        Width of a pixel in µm.

    Returns
    -------
    ndarray of uint8, shape (rows, columns)
        Grey levels; nominal ferrite is at 172 and pearlite at 68.

    Raises
    ------
    ValueError
        If the rate is not a positive, finite number, or the pixels are too large for its ferrite.
    """
    growth = ferrite_growth(cooling_rate_c_s)
    coarsest_um = growth.spacing_um / 2
    if not 0 < pixel_size_um <= coarsest_um:
        raise ValueError(
            f"The pixel size is {pixel_size_um:g} µm; to show ferrite cooled at "
            f"{cooling_rate_c_s:g} °C/s, make it at most {coarsest_um:.2g} µm and above 0."
        )
    margin = int(np.ceil(3 * BLUR_UM / pixel_size_um))
    shape = (size_px[0] + 2 * margin, size_px[1] + 2 * margin)
    grey = _etched(growth, shape, pixel_size_um, rng)
    grey = scipy.ndimage.gaussian_filter(grey, BLUR_UM / pixel_size_um, truncate=3)
    grey = grey[margin : margin + size_px[0], margin : margin + size_px[1]]
    grey += SHADING_GREY * _field(size_px, SHADING_UM / pixel_size_um, rng)
    grey += NOISE_GREY * rng.standard_normal(size_px, np.float32)
    middle = (FERRITE_GREY + PEARLITE_GREY) / 2
    gain, offset = rng.lognormal(0, GAIN_SCATTER), rng.normal(0, OFFSET_SCATTER_GREY)
    return np.rint(middle + offset + gain * (grey - middle)).clip(0, 255).astype(np.uint8)


def _etched(
    growth: FerriteGrowth, shape: tuple[int, int], pixel_size_um: float, rng: np.random.Generator
) -> Floats:
    """Return the etched surface (rows, columns) in grey levels, before the microscope's blur."""
    spacing_px = growth.spacing_um / pixel_size_um
    rough = _field(shape, ROUGHNESS_SPACINGS * spacing_px, rng)
    hidden = np.float32(np.sqrt(1 - MICROGRAPH_SHARE)) * _field(
        shape, FIELD_UM / pixel_size_um, rng
    )
    hidden += np.float32(np.sqrt(MICROGRAPH_SHARE) * rng.standard_normal())
    across, along = _plates(growth, shape, pixel_size_um, rng)
    nearest, second, grain = _nuclei(across, along, rng)
    front = growth.reach + growth.amplitude * hidden + ROUGHNESS * rough - nearest
    ferrite = (front * np.float32(spacing_px) + 0.5).clip(0, 1)
    light = _ferrite_grey(second - nearest, grain, growth, rng)
    dark = _pearlite_grey(grain, shape, pixel_size_um, rng)
    return dark + ferrite * (light - dark)


def _plates(
    growth: FerriteGrowth, shape: tuple[int, int], pixel_size_um: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return each pixel's coordinates (rows, columns) across and along the plates, in spacings."""
    coarse = (-(-shape[0] // 2), -(-shape[1] // 2))
    half_px = AUSTENITE_UM / pixel_size_um / 2
    rows, columns = np.indices(coarse, np.float32) / np.float32(half_px)
    rows += AUSTENITE_WARP * _field(coarse, AUSTENITE_WARP_SPACINGS * half_px, rng)
    columns += AUSTENITE_WARP * _field(coarse, AUSTENITE_WARP_SPACINGS * half_px, rng)
    _, _, parent = _nuclei(rows, columns, rng)
    names, parent = np.unique(parent, return_inverse=True)
    angle = rng.uniform(0, np.pi, len(names))
    parent = parent.reshape(coarse).repeat(2, 0).repeat(2, 1)[: shape[0], : shape[1]]
    own = rng.standard_normal(len(names)) + MICROGRAPH_SCATTER * rng.standard_normal()
    step = pixel_size_um / growth.spacing_um * np.exp(-growth.scatter * own)
    stretch = np.sqrt(growth.stretch)
    axes = np.array([np.cos(angle) * stretch, -np.sin(angle) * stretch])
    axes = np.array([axes, [np.sin(angle) / stretch, np.cos(angle) / stretch]]) * step
    axes = axes.astype(np.float32)
    shift = rng.uniform(0, 64, (2, len(names))).astype(np.float32)
    spacing_px = growth.spacing_um / pixel_size_um
    row = np.arange(shape[0], dtype=np.float32)[:, None]
    row = row + WARP * spacing_px * _field(shape, WARP_SPACINGS * spacing_px, rng)
    column = np.arange(shape[1], dtype=np.float32)
    column = column + WARP * spacing_px * _field(shape, WARP_SPACINGS * spacing_px, rng)
    across, along = (
        axes[i, 0][parent] * row + axes[i, 1][parent] * column + shift[i][parent] for i in (0, 1)
    )
    return across, along


def _nuclei(
    rows: Floats, columns: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Numbers]:
    """Return distances to the nearest and second nucleus, and the nearest one's number.

    One nucleus lies anywhere in each cell of a lattice of unit spacing; the nine cells around a
    point are searched. The lattice repeats beyond what the points cover.
    """
    low = (np.floor(rows.min()) - 1, np.floor(columns.min()) - 1)
    extent = max(np.ptp(rows), np.ptp(columns)) + 4
    bits = int(np.ceil(np.log2(extent)))
    count = 1 << bits
    place = ((1 - JITTER) / 2 + JITTER * rng.random((2, count * count), np.float32)).astype(
        np.float32
    )
    delay = DELAY * rng.random(count * count, np.float32) ** 2
    y, x = rows - np.float32(low[0]), columns - np.float32(low[1])
    i, j = y.astype(np.int32), x.astype(np.int32)
    y -= i
    x -= j
    nearest = np.full(y.shape, np.inf, np.float32)
    second = nearest.copy()
    number: Numbers = np.zeros(y.shape, np.int32)
    for a in (-1, 0, 1):
        for b in (-1, 0, 1):
            index = ((i + a) << bits) + (j + b)
            dy, dx = place[0][index], place[1][index]
            dy += a - y
            dx += b - x
            distance = np.sqrt(dy * dy + dx * dx)
            distance += delay[index]
            closer = distance < nearest
            np.minimum(second, np.maximum(distance, nearest), out=second)
            np.minimum(nearest, distance, out=nearest)
            np.copyto(number, index, where=closer)
    return nearest, second, number


def _ferrite_grey(
    gap: Floats, grain: Numbers, growth: FerriteGrowth, rng: np.random.Generator
) -> Floats:
    """Return grey levels of ferrite: one a grain, and dark lines where two grains meet."""
    own = GRAIN_GREY * rng.standard_normal(grain.max() + 1, np.float32)
    line = gap * np.float32(growth.spacing_um / (2 * BOUNDARY_UM))
    return FERRITE_GREY + own[grain] - BOUNDARY_GREY * np.exp(-line * line)


def _pearlite_grey(
    grain: Numbers,
    shape: tuple[int, int],
    pixel_size_um: float,
    rng: np.random.Generator,
) -> Floats:
    """Return grey levels of pearlite: lamellae in a direction of each colony, and mottle."""
    wave = np.float32(2 * np.pi * pixel_size_um / LAMELLA_UM)
    angle = rng.uniform(0, np.pi, grain.max() + 1).astype(np.float32)
    mottle = scipy.ndimage.gaussian_filter(
        rng.standard_normal(shape, np.float32), MOTTLE_UM / pixel_size_um, truncate=2.5
    )
    mottle /= mottle.std() + np.float32(1e-12)
    row = np.arange(shape[0], dtype=np.float32)[:, None] * wave
    column = np.arange(shape[1], dtype=np.float32) * wave
    phase = np.sin(angle)[grain] * row + np.cos(angle)[grain] * column + 0.7 * mottle
    return PEARLITE_GREY + LAMELLA_GREY * np.sin(phase) + MOTTLE_GREY * mottle


def _field(shape: tuple[int, int], length_px: float, rng: np.random.Generator) -> Floats:
    """Return a smooth Gaussian field (rows, columns) of about unit variance, by cubic B-splines."""
    knots = [int(np.ceil(size / length_px)) + 4 for size in shape]
    start = rng.uniform(0, 1, size=2)  # knots at fixed places would show in the mean square
    weights = rng.standard_normal(knots, np.float32)
    for axis, size in enumerate(shape):
        basis = _bspline(start[axis] + np.arange(size) / length_px, knots[axis])
        weights = np.moveaxis(np.tensordot(basis, weights, (1, axis)), 0, axis)
    return weights


def _bspline(places: NDArray[np.float64], knots: int) -> Floats:
    """Return the weights (places, knots) of cubic B-splines, each place's of unit square sum."""
    distance = np.abs(places[:, None] + 1 - np.arange(knots))
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = (2 - distance).clip(min=0) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    weights /= np.sqrt((weights**2).sum(1, keepdims=True))
    return weights.astype(np.float32)
