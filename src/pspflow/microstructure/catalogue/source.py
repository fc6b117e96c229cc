"""What is known of the image file of one row of a sheet."""

from dataclasses import dataclass, field

import numpy as np

from pspflow.microstructure.catalogue.levels import Levels


@dataclass(frozen=True)
class Source:
    """The image file of one row: size before cropping, depth, content hash, colour."""

    height_px: int
    width_px: int
    depth: str
    digest: str
    """Hash of the file, used in the micrograph's name."""
    pixels_digest: str
    """Hash of the decoded pixels, which finds the same picture in another format."""
    colour: bool = False
    pixel_size_um: float | None = None
    """Edge of a square pixel as the file gives it, if it does."""
    pixel_edges_um: tuple[float, float] | None = None
    """Edges down and across, where the file says that a pixel is not square."""
    scale_doubt: str = ""
    """What is wrong with the size that the file gives, as a clause."""
    levels: Levels | None = None
    """Grey levels of the crop; None where they were not counted."""
    thumbnail: np.ndarray | None = field(default=None, compare=False, repr=False)
    """The crop reduced, (cells, cells) float32; None where it was not made."""
