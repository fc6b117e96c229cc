"""Figures of evidence pages: the same pictures, small enough to be kept in a repository."""

import math
from io import BytesIO

from PIL import Image

MOST_BYTES = 200_000
WIDEST_PX = 1400
NARROWEST_PX = 300
STEP = 0.85
COLOURS = 256
FEWER_COLOURS = (64, 16)
"""Of a picture so tall that it does not fit at `NARROWEST_PX` either."""


def small_png(png: bytes, most_bytes: int = MOST_BYTES) -> bytes:
    """Make a PNG small: at most `WIDEST_PX` wide, 256 colours, and narrower until it fits.

    A tall one of noise, which does not fit at `NARROWEST_PX`, has fewer colours.

    Parameters
    ----------
    png
        The picture.
    most_bytes
        Size that the result does not exceed.

    Raises
    ------
    ValueError
        If it does not fit even at `NARROWEST_PX`.
    """
    picture = Image.open(BytesIO(png)).convert("RGB")
    width = float(min(picture.width, WIDEST_PX))
    while width >= NARROWEST_PX:
        made = _written(picture, width, COLOURS)
        if len(made) <= most_bytes:
            return made
        # bytes go with the area: steps that could not be enough are left out
        area = most_bytes / len(made)
        width *= STEP ** max(1, math.floor(math.log(area) / (2 * math.log(STEP))))
    for colours in FEWER_COLOURS:
        made = _written(picture, NARROWEST_PX, colours)
        if len(made) <= most_bytes:
            return made
    raise ValueError(f"the picture exceeds {most_bytes} bytes even {NARROWEST_PX} pixels wide")


def _written(picture: Image.Image, width: float, colours: int) -> bytes:
    size = (round(width), round(width * picture.height / picture.width))
    stream = BytesIO()
    reduced = picture.resize(size, Image.Resampling.LANCZOS).quantize(colours)
    reduced.save(stream, "PNG", optimize=True)
    return stream.getvalue()
