"""Figures of evidence pages: the same pictures, small enough to be kept in a repository."""

import math
from io import BytesIO

from PIL import Image

MOST_BYTES = 200_000
WIDEST_PX = 1400
NARROWEST_PX = 300
STEP = 0.85
COLOURS = 256


def small_png(png: bytes, most_bytes: int = MOST_BYTES) -> bytes:
    """Make a PNG small: at most `WIDEST_PX` wide, 256 colours, and narrower until it fits.

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
        size = (round(width), round(width * picture.height / picture.width))
        reduced = picture.resize(size, Image.Resampling.LANCZOS).quantize(COLOURS)
        stream = BytesIO()
        reduced.save(stream, "PNG", optimize=True)
        if stream.tell() <= most_bytes:
            return stream.getvalue()
        # bytes go with the area: steps that could not be enough are left out
        area = most_bytes / stream.tell()
        width *= STEP ** max(1, math.floor(math.log(area) / (2 * math.log(STEP))))
    raise ValueError(f"the picture exceeds {most_bytes} bytes even {NARROWEST_PX} pixels wide")
