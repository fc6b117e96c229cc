"""Ferrite fraction and mean free path of micrographs (steel paper, section III B).

An image is divided into two phases by its own Otsu threshold. What real images do to the measures
(`tests/microstructure/test_morphology.py` checks each):

- Inverted contrast exchanges the phases: say by `phase` which one is ferrite.
- Noise ends chords at single pixels. Where its standard deviation is a sixth of the contrast,
  fractions keep, chords of a dozen pixels shorten by 3 % and those of hundreds lose most of their
  length; at a third, fractions move towards 50 % by up to 6 points and paths mean nothing.
- Shading of half the contrast is harmless; beyond the whole contrast both measures are wrong by up
  to half, and `background_px` corrects them. A Gaussian narrower than the grains takes away their
  inside too: with noise of an eighth of the contrast, paths are 2 % shorter where it is 1.5 paths
  wide, 11 % at 0.7 and 40 % at a third.
- Grey levels of one peak, as of noise alone, are divided in halves all the same: `one_peak` of
  `measure_morphology` tells. A phase of 10 % or less may be taken for one peak too.
"""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import numpy as np

from pspflow.arrays import along, refuses_masks
from pspflow.microstructure.otsu import ONE_PEAK, eight_bit, otsu_thresholds

Phase = Literal["light", "dark"]
ONE_PHASE: Final = "one phase"
"""Why an image is not measured: all its pixels have one grey level."""
_BATCH_PIXELS: Final = 1 << 20
"""Pixels divided at a time, which limits the memory."""


class Division(NamedTuple):
    """Images divided into two phases."""

    ferrite: np.ndarray
    """(n, rows, columns) bool; without meaning where an image has one grey level."""
    separability: np.ndarray
    """(n,) float64, see `pspflow.microstructure.otsu.otsu_thresholds`; NaN: one grey level."""


class Morphology(NamedTuple):
    """Measures of images, one per image."""

    ferrite_fraction: np.ndarray
    """(n,) float64, 0 to 1; NaN where the image has one phase."""
    mean_free_path_px: np.ndarray
    """(n,) float64, pixels; NaN where the image has one phase."""
    failure: np.ndarray
    """(n,) str: empty, or why an image could not be measured (`ONE_PHASE`)."""
    one_peak: np.ndarray
    """(n,) bool: whether the grey levels have one peak, so that the threshold divides one phase."""


@refuses_masks
def ferrite_fraction(
    image: np.ndarray, *, phase: Phase = "light", background_px: float | None = None
) -> float:
    """Measure the share of the pixels that are ferrite.

    Parameters
    ----------
    image
        (rows, columns) grey levels, of any real dtype; other than uint8 they are first brought to
        256 levels.
    phase
        Which phase is ferrite; picral leaves it light.
    background_px
        Standard deviation of the Gaussian that is subtracted as uneven light; several times the
        width of the coarsest grain. None: nothing is subtracted, as in the paper.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    ValueError
        If the image has one phase, or is no finite grey image.
    """
    return float(_single(image, phase, background_px).ferrite_fraction[0])


@refuses_masks
def mean_free_path(
    image: np.ndarray,
    pixel_size_um: float = 1.0,
    *,
    phase: Phase = "light",
    background_px: float | None = None,
) -> float:
    """Measure the mean length of ferrite along vertical and horizontal test lines.

    d = V_f / (N_L I_u): the area of ferrite over the number of its chords on test lines at a
    distance of one pixel. Chords that the border cuts count, so that the path depends on the
    size of the image: 1/d is larger than without a border by 1/L, L the edge of the image. The
    lengths along rows and along columns are averaged.

    Parameters
    ----------
    image, phase, background_px
        As for `ferrite_fraction`.
    pixel_size_um
        Edge of a pixel; 1 gives the path in pixels.

    Returns
    -------
    float
        Micrometres.

    Raises
    ------
    ValueError
        As `ferrite_fraction`, and if the size of a pixel is no length.
    """
    if not 0 < pixel_size_um < np.inf:
        raise ValueError(f"pixel_size_um must be a length above 0, got {pixel_size_um}")
    return float(_single(image, phase, background_px).mean_free_path_px[0]) * pixel_size_um


@refuses_masks
def measure_morphology(
    images: np.ndarray, *, phase: Phase = "light", background_px: float | None = None
) -> Morphology:
    """Measure many images at once; an image of one phase has no value.

    Parameters
    ----------
    images
        (n, rows, columns); an array with names has axes y and x.
    phase, background_px
        As for `ferrite_fraction`.
    """
    images = np.asarray(along(images, ("y", "x")))
    fraction, path = np.full((2, len(images)), np.nan)
    separability = np.full(len(images), np.nan)
    for at, (ferrite, found) in _divided(images, phase, background_px):
        separability[at] = found
        area = _counts(ferrite)
        fraction[at] = area / images[0].size
        # a chord starts at the border, or where ferrite follows on the rest
        rows = _counts(ferrite[:, :, 0]) + _counts(ferrite[:, :, 1:] > ferrite[:, :, :-1])
        columns = _counts(ferrite[:, 0]) + _counts(ferrite[:, 1:] > ferrite[:, :-1])
        with np.errstate(invalid="ignore"):
            path[at] = (area / rows + area / columns) / 2
    one_phase = np.isnan(separability)
    fraction[one_phase] = path[one_phase] = np.nan
    failure = np.where(one_phase, ONE_PHASE, "")
    return Morphology(fraction, path, failure, separability <= ONE_PEAK)


@refuses_masks
def divide_phases(
    images: np.ndarray, *, phase: Phase = "light", background_px: float | None = None
) -> Division:
    """Divide images into ferrite and the rest by Otsu's threshold of each.

    Parameters
    ----------
    images
        (n, rows, columns); an array with names has axes y and x.
    phase, background_px
        As for `ferrite_fraction`.

    Raises
    ------
    ValueError
        If the images are no finite grey images, or the options are none.
    """
    images = np.asarray(along(images, ("y", "x")))
    parts = [each for _, each in _divided(images, phase, background_px)]
    ferrite = np.concatenate([np.zeros((0, *images.shape[1:]), bool), *(p[0] for p in parts)])
    return Division(ferrite, np.concatenate([np.zeros(0), *(p[1] for p in parts)]))


def _counts(marks: np.ndarray) -> np.ndarray:
    """Count what is true in each image; faster than a sum over axes."""
    return np.array([np.count_nonzero(each) for each in marks])


def _single(image: np.ndarray, phase: Phase, background_px: float | None) -> Morphology:
    image = np.asarray(along(image, ("y", "x")))
    if image.ndim != 2:
        raise ValueError(f"image must be (rows, columns), got shape {image.shape}")
    found = measure_morphology(image[None], phase=phase, background_px=background_px)
    if found.failure[0]:
        raise ValueError(
            f"image has {ONE_PHASE}: every pixel has grey level {image.flat[0]}, so that there is "
            "no ferrite to tell from the rest"
        )
    return found


def _divided(
    images: np.ndarray, phase: Phase, background_px: float | None
) -> Iterator[tuple[slice, tuple[np.ndarray, np.ndarray]]]:
    """Yield ferrite and separability of a few images at a time."""
    if images.ndim != 3 or (len(images) and not images[:1].size):
        raise ValueError(f"images must be (n, rows, columns), got shape {images.shape}")
    if phase not in ("light", "dark"):
        raise ValueError(f"phase must be light or dark, got {phase!r}")
    if background_px is not None and not 0 < background_px < np.inf:
        raise ValueError(f"background_px must be a length above 0, got {background_px}")
    step = max(1, _BATCH_PIXELS // max(1, images[:1].size))
    for start in range(0, len(images), step):
        at = slice(start, start + step)
        levels = eight_bit(_without_background(images[at], background_px))
        thresholds, separability = otsu_thresholds(levels)
        light = levels > thresholds[:, None, None]
        yield at, (light if phase == "light" else ~light, separability)


def _without_background(images: np.ndarray, background_px: float | None) -> np.ndarray:
    if background_px is None:
        return images
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - slow to import, and seldom needed

    grey = images.astype(np.float32)
    flat: np.ndarray = grey - gaussian_filter(grey, (0, background_px, background_px))
    # rounding leaves traces of levels in an image that has one
    one_level = images.min(axis=(1, 2)) == images.max(axis=(1, 2))
    flat[one_level] = 0
    return flat
