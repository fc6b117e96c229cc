"""Facts about an image that are known before its pixels are decoded."""

from dataclasses import dataclass
from typing import Literal

Depth = Literal["uint8", "uint16", "float32"]


@dataclass(frozen=True)
class Header:
    """Size and kind of one image."""

    height_px: int
    width_px: int
    depth: Depth
    """Type of a pixel after decoding."""
    colour: bool
    """Whether the file holds colour (or transparency) that reading turns into luminance."""
    pixel_size_um: float | None = None
    """Edge of a pixel, where the file gives it for a micrograph and not for a print."""
