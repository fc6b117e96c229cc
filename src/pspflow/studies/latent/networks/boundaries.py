"""Images of grain boundaries as distances to the boundary, and back by watershed.

In an image of lines, a pixel that is slightly off costs as much as one that is not there, so that a
squared error teaches a network to fade lines. A distance changes little where a line moves, and
what a watershed draws between the basins of distances are closed lines, by construction: this says
nothing of the network.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from scipy.ndimage import binary_dilation, distance_transform_edt, label

from pspflow.arrays import refuses_masks

WHITE: Final = 255
FITTED: Final = 16
"""Most images that levels and widths are read from."""
WIDTHS: Final = range(1, 10)
DEPTHS: Final = (4, 8, 12, 16, 24, 32, 48, 64)
"""Levels of the distance, of 255, by which two basins must be divided to be two grains."""


@dataclass(frozen=True)
class Boundaries:
    """How images of boundaries become images of distances, and back."""

    dark: int
    """Grey level of lines."""
    light: int
    """Grey level of grains."""
    width_px: int
    """Width of a line."""
    reach_px: float
    """Distance that has the level 255; larger ones have it too."""
    depth: int = DEPTHS[0]
    """Levels by which the distance must fall between two grains."""

    @classmethod
    @refuses_masks
    def of(cls, images: np.ndarray) -> "Boundaries":
        """Read levels and width of the lines from images (n, y, x) uint8.

        Raises
        ------
        ValueError
            If the images have one grey level only.
        """
        some = images[:: -(-len(images) // FITTED)]
        low, high = np.quantile(some, (0.01, 0.99))
        if low == high:
            raise ValueError("the images have no lines: all pixels have one grey level")
        lines = some < (low + high) / 2
        dark, light = int(np.median(some[lines])), int(np.median(some[~lines]))
        reach = max(1.0, float(np.quantile(_distances(lines), 0.999)))
        bare = cls(dark, light, 1, reach)
        ridges = [bare.ridges(each) for each in bare.distances(some)]
        share = lines.mean()
        gaps = [abs(np.mean([_widened(each, w) for each in ridges]) - share) for w in WIDTHS]
        return cls(dark, light, WIDTHS[int(np.argmin(gaps))], reach)

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> "Boundaries":
        """Make it of the result of `values`."""
        return cls(**values)

    def values(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return asdict(self)

    @refuses_masks
    def distances(self, images: np.ndarray) -> np.ndarray:
        """Map images of boundaries (n, y, x) uint8 to distances, the same shape, uint8."""
        lines = images < (self.dark + self.light) / 2
        levels = _distances(lines) * (WHITE / self.reach_px)
        made: np.ndarray = np.minimum(levels, WHITE).round().astype(np.uint8)
        return made

    @refuses_masks
    def drawn(self, distances: np.ndarray) -> np.ndarray:
        """Draw the lines between the basins of distances (n, y, x) uint8, as wide as the data's."""
        made = np.full(distances.shape, self.light, np.uint8)
        for image, each in zip(made, distances, strict=True):
            image[_widened(self.ridges(each), self.width_px)] = self.dark
        return made

    @refuses_masks
    def with_depth(
        self, images: np.ndarray, decoded: np.ndarray, depths: Sequence[int] = DEPTHS
    ) -> "Boundaries":
        """Choose the depth with which decoded distances have as many dark pixels as the images.

        Parameters
        ----------
        images
            (n, y, x) uint8, images of boundaries.
        decoded
            (n, y, x) uint8, what a network made of their distances.
        depths
            Depths to choose from.
        """
        share = (images < (self.dark + self.light) / 2).mean()
        drawn = {depth: replace(self, depth=depth) for depth in depths}
        gaps = {
            depth: abs((each.drawn(decoded) == self.dark).mean() - share)
            for depth, each in drawn.items()
        }
        return drawn[min(gaps, key=lambda depth: gaps[depth])]

    @refuses_masks
    def ridges(self, distances: np.ndarray) -> np.ndarray:
        """Find the pixels between basins of distances (y, x) uint8: (y, x) bool, one pixel wide."""
        # only those who draw boundaries pay for the import
        from skimage.morphology import h_maxima  # noqa: PLC0415
        from skimage.segmentation import watershed  # noqa: PLC0415

        grains = h_maxima(distances, self.depth)
        numbered, _ = label(grains, np.ones((3, 3)))
        basins = watershed(-distances.astype(np.int16), numbered, watershed_line=True)
        made: np.ndarray = basins == 0
        return made


def _distances(lines: np.ndarray) -> np.ndarray:
    """Return the distance of every pixel from the nearest line, in pixels, (n, y, x) float64."""
    made = np.zeros(lines.shape)
    for each, line in zip(made, lines, strict=True):
        each[...] = distance_transform_edt(~line) if line.any() else max(line.shape)
    return made


def _widened(ridges: np.ndarray, width: int) -> np.ndarray:
    made: np.ndarray = binary_dilation(ridges, np.ones((width, width)))
    return made
