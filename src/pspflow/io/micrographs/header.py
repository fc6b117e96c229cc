"""Facts about an image that are known before its pixels are decoded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pspflow.io.micrographs.lengths import Edges, of_print, same
from pspflow.io.micrographs.orientation import lies_across

MAX_PIXELS = 2**28
"""Most pixels that a header may give: a larger number is more likely an error or an attack."""

Depth = Literal["uint8", "uint16", "float32"]


@dataclass(frozen=True)
class Header:
    """Size and kind of one image, as it is seen: turned by the orientation that the file names."""

    height_px: int
    width_px: int
    depth: Depth
    """Type of a pixel after decoding."""
    colour: bool
    """Whether the file holds colour (or transparency) that reading turns into luminance."""
    pixel_size_um: float | None = None
    """Edge of a square pixel, where the file gives it for a micrograph and not for a print."""
    pixel_edges_um: Edges | None = None
    """Edges down and across, only where the file says that a pixel is not square."""
    scale_doubt: str = ""
    """What is wrong with the size that the file gives, as a clause: two places contradict each
    other, or the resolution of a print is not that of square pixels."""


def described(
    height_px: int,
    width_px: int,
    depth: Depth,
    colour: bool,
    orientation: int,
    claims: Mapping[str, Edges],
) -> Header:
    """Describe an image as it is seen.

    Parameters
    ----------
    height_px, width_px
        Size as stored.
    depth, colour
        See `Header`.
    orientation
        1 to 8; see `pspflow.io.micrographs.orientation`.
    claims
        Edges of a pixel as stored, by the place in the file that gives them, the most reliable
        first. Where two differ, none is believed.
    """
    if lies_across(orientation):
        height_px, width_px = width_px, height_px
        claims = {place: (across, down) for place, (down, across) in claims.items()}
    claims = {place: edges for place, edges in claims.items() if not of_print(edges)} or claims
    if not claims:
        return Header(height_px, width_px, depth, colour)
    (first, edges), *others = claims.items()
    for place, other in others:
        if not all(same(one, two) for one, two in zip(edges, other, strict=True)):
            doubt = f"a pixel is {_words(edges)} by its {first}, but {_words(other)} by its {place}"
            return Header(height_px, width_px, depth, colour, scale_doubt=doubt)
    if same(*edges):
        return Header(height_px, width_px, depth, colour, pixel_size_um=edges[1])
    if of_print(edges):
        doubt = f"a pixel is not square by its {first}, but {_words(edges)}"
        return Header(height_px, width_px, depth, colour, scale_doubt=doubt)
    return Header(height_px, width_px, depth, colour, pixel_edges_um=edges)


def is_preview(size: tuple[int, int], full: tuple[int, int]) -> bool:
    """Say whether a further image of a file is a preview of the first: at most half its size."""
    return all(2 * edge <= whole for edge, whole in zip(size, full, strict=True))


def _words(edges: Edges) -> str:
    down, across = edges
    if same(down, across):
        return f"{across:.4g} µm"
    return f"{down:.4g} µm high and {across:.4g} µm wide"
