"""Persistence images: persistence pairs as arrays of fixed size.

Every pair (birth, persistence = death - birth) becomes a weighted Gaussian, integrated over each
pixel of a grid in the birth-persistence plane. The Gaussian is isotropic, so the integral is a
product of two differences of the normal distribution function, and an image of n pairs is one
matrix product ``(n, resolution)^T @ (n, resolution)``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from pspflow.arrays import along, refuses_masks, unmasked
from pspflow.logs import log
from pspflow.topology.coverage import check_pairs, leave_grid, seems_lost
from pspflow.topology.fitting import as_pairs
from pspflow.topology.kernel import image_stack
from pspflow.topology.libraries import Pairs
from pspflow.topology.normal import normal_cdf
from pspflow.topology.pairs import (
    Backend,
    Convention,
    InfiniteDeath,
    check_choices,
    close_essential_class,
    persistence_pairs,
)
from pspflow.topology.scale import Extents, check_default, check_grid

Range = tuple[float, float]
Weight = Literal["persistence", "uniform"]


@dataclass(frozen=True)
class PersistenceImager:
    """The grid, the kernel and the weight of a persistence image.

    Parameters
    ----------
    resolution
        Pixels along each axis.
    birth_range, persistence_range
        Extent of the grid, in grey levels. Kernel mass outside it is lost, not moved inside.
    sigma
        Standard deviation of the Gaussian in grey levels (persim's scalar ``sigma`` is a variance).
    weight
        ``"persistence"``: the weight of a pair is its persistence; ``"uniform"``: it is 1.

    Raises
    ------
    ValueError
        If the resolution or sigma is not positive, a range is empty or the weight is unknown.

    References
    ----------
    Adams et al. 2017, "Persistence images: a stable vector representation of persistent homology",
    JMLR 18(8).
    """

    resolution: int
    birth_range: Range
    persistence_range: Range
    sigma: float
    weight: Weight = "persistence"

    def __post_init__(self) -> None:
        if self.resolution < 1:
            raise ValueError(f"resolution must be at least 1, got {self.resolution}")
        for low, high in (self.birth_range, self.persistence_range):
            if not -np.inf < low < high < np.inf:
                raise ValueError(f"a range must be finite and increasing, got ({low}, {high})")
        if not 0 < self.sigma < np.inf:
            raise ValueError(f"sigma must be positive and finite, got {self.sigma}")
        if self.weight not in get_args(Weight):
            raise ValueError(f"weight must be 'persistence' or 'uniform', got {self.weight!r}")

    @property
    def ranges(self) -> tuple[Range, Range]:
        """Extent of the grid: births and persistences."""
        return self.birth_range, self.persistence_range

    @classmethod
    def for_dtype(
        cls,
        dtype: DTypeLike,
        *,
        resolution: int = 10,
        birth_range: Range | None = None,
        persistence_range: Range | None = None,
        sigma: float | None = None,
        weight: Weight = "persistence",
    ) -> Self:
        """Make an imager for images of a dtype; None takes the default.

        Ranges default to the grey levels of the dtype: (0, 255) for uint8, (0, 65535) for uint16,
        (0, 1) for floats. Sigma defaults to half a pixel of the persistence axis.

        Raises
        ------
        ValueError
            If a range is None and the dtype has no default, or as the class does.
        """
        if birth_range is None:
            birth_range = _grey_range(dtype)
        if persistence_range is None:
            persistence_range = _grey_range(dtype)
        if sigma is None:
            low, high = persistence_range
            sigma = (high - low) / (2 * max(resolution, 1))
        return cls(resolution, birth_range, persistence_range, sigma, weight)

    def transform(self, pairs: ArrayLike) -> NDArray[np.float64]:
        """Turn one diagram into its persistence image.

        Parameters
        ----------
        pairs
            (birth, death) in grey levels, shape ``(n, 2)``.

        Returns
        -------
        Float64 array of shape ``(resolution, resolution)``: axis 0 is birth, axis 1 persistence,
        both ascending. The unit is that of the weight.

        Raises
        ------
        ValueError
            If a birth or death is not finite (see `close_essential_class`) or masked, if a death is
            below its birth, or if the shape is not as above.
        """
        births, deaths = as_pairs(pairs).T
        persistences = deaths - births
        return self.birth_factors(births).T @ self.persistence_factors(persistences)

    @refuses_masks
    def birth_factors(self, births: NDArray[np.float64]) -> NDArray[np.float64]:
        """Integrate each Gaussian over the birth pixels: shape ``(n, resolution)``."""
        return self._pixel_masses(births, self.birth_range)

    @refuses_masks
    def persistence_factors(self, persistences: NDArray[np.float64]) -> NDArray[np.float64]:
        """Integrate over the persistence pixels and apply the weight: ``(n, resolution)``."""
        masses = self._pixel_masses(persistences, self.persistence_range)
        return masses * persistences[:, None] if self.weight == "persistence" else masses

    def _pixel_masses(self, means: NDArray[np.float64], extent: Range) -> NDArray[np.float64]:
        edges = np.linspace(*extent, self.resolution + 1)
        masses: NDArray[np.float64] = np.diff(
            normal_cdf((edges - means[:, None]) / self.sigma), axis=1
        )
        return masses

    def tables(self, levels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Tabulate both factors for the grey levels 0, 1, ...: shapes ``(levels, resolution)``."""
        values = np.arange(float(levels))
        return self.birth_factors(values), self.persistence_factors(values)


def _counts_grey_levels(dtype: np.dtype[Any]) -> bool:
    """Return whether a dtype is uint8 or uint16, in either byte order."""
    return dtype.kind == "u" and dtype.itemsize <= 2


def _grey_range(dtype: DTypeLike) -> Range:
    """Look up the grey levels that images of a dtype span by convention."""
    dtype = np.dtype(dtype)
    if _counts_grey_levels(dtype):
        return 0.0, float(np.iinfo(dtype).max)
    if dtype.kind == "f":
        return 0.0, 1.0
    raise ValueError(f"dtype {dtype} has no default range: give birth and persistence ranges")


def _transform_for(
    imager: PersistenceImager, dtype: np.dtype[Any]
) -> Callable[[Pairs], NDArray[np.float64]]:
    """Return `imager.transform`, or the same from tables over the grey levels of the dtype.

    The normal distribution function costs more than the pairs do, and 8 bits need only 256 values.
    """
    if not _counts_grey_levels(dtype):
        return imager.transform
    birth_table, persistence_table = imager.tables(np.iinfo(dtype).max + 1)

    def transform(pairs: Pairs) -> NDArray[np.float64]:
        births, deaths = pairs.astype(np.intp).T
        by_birth = birth_table.take(births, axis=0)
        by_persistence = persistence_table.take(deaths - births, axis=0)
        image: NDArray[np.float64] = by_birth.T @ by_persistence
        return image

    return transform


def persistence_images(
    images: ArrayLike,
    *,
    convention: Convention = "T",
    backend: Backend = "exact",
    resolution: int = 10,
    birth_range: Range | None = None,
    persistence_range: Range | None = None,
    sigma: float | None = None,
    weight: Weight = "persistence",
    infinite_death: InfiniteDeath = "max",
) -> NDArray[np.float64]:
    """Compute the H0 and H1 persistence images of a stack of images.

    Parameters
    ----------
    images
        Grey levels, shape ``(n, rows, cols)``, any real dtype.
    convention, backend
        As in `persistence_pairs`.
    resolution, birth_range, persistence_range, sigma, weight
        As in `PersistenceImager`; None takes the default of `PersistenceImager.for_dtype`.
    infinite_death
        As in `close_essential_class`, with the maximum of each image.

    Returns
    -------
    Float64 array of shape ``(n, 2, resolution, resolution)``: axis 1 is the homology dimension,
    axis 2 birth and axis 3 persistence, both ascending.

    Raises
    ------
    ValueError
        If the stack is not 3-D or has masked pixels, if the functions above refuse an image or an
        option, or if images and grid are on different scales: floats beyond 0 to 1 or 12 bits in
        16 without ranges, images on 0 to 1 with ranges in grey levels, or ranges that hold none of
        the pairs. Where ranges miss more than a fifth of the weight of the pairs, the log says so.

    References
    ----------
    Temper paper, section 2.3 (sublevel sets, H0 and H1, 10 x 10 persistence images).
    """
    stack = np.asarray(along(unmasked(images, "images"), ("y", "x")))
    if stack.ndim != 3:
        raise ValueError(f"images must be a stack (n, rows, cols), got shape {stack.shape}")
    check_choices(convention, infinite_death)
    imager = PersistenceImager.for_dtype(
        stack.dtype,
        resolution=resolution,
        birth_range=birth_range,
        persistence_range=persistence_range,
        sigma=sigma,
        weight=weight,
    )
    out = np.empty((len(stack), 2, resolution, resolution))
    extents = _checked_scale(stack, imager, birth_range is None or persistence_range is None)
    if backend == "exact" and stack.dtype == np.uint8 and stack.size:
        writable = np.require(stack, requirements=("C", "W"))
        image_stack(writable, convention == "T", infinite_death == "max", *imager.tables(256), out)
    else:
        transform = _transform_for(imager, stack.dtype)
        for image, (out0, out1) in zip(stack, out, strict=True):
            h0, h1 = persistence_pairs(image, convention, backend)
            out0[:] = transform(close_essential_class(h0, float(image.max()), infinite_death))
            out1[:] = transform(h1)
    if extents is not None and (
        seems_lost(out, extents, weight == "persistence")
        or (stack.dtype != np.uint8 and leave_grid(extents, *imager.ranges))
    ):
        check_pairs(stack, extents, *imager.ranges, convention, infinite_death)
    return out


def _checked_scale(stack: np.ndarray, imager: PersistenceImager, default: bool) -> Extents | None:
    """Refuse images on another scale than the grid; return their extents if they have any."""
    if not stack.size or stack.dtype.kind not in "buif":
        return None
    extents = Extents.of(stack)
    if stack.dtype.kind == "f" and not np.isfinite([extents.low, extents.high]).all():
        raise ValueError("images must be finite, but they hold NaN or infinite pixels")
    warning = check_default(extents, lambda: stack, stack.dtype) if default else None
    top = float(np.iinfo(stack.dtype).max) if _counts_grey_levels(stack.dtype) else None
    warning = check_grid(extents, lambda: stack, *imager.ranges, top) or warning
    if warning:
        log.warning("Warning: %s", warning)
    return extents
