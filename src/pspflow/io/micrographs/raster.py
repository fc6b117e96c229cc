"""PNG, JPEG and BMP, read with Pillow (and imagecodecs for 16-bit colour)."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image

from pspflow.errors import InputError
from pspflow.io.micrographs import orientation, png
from pspflow.io.micrographs.header import MAX_PIXELS, Depth, Header, described, is_preview
from pspflow.io.micrographs.lengths import (
    MICROMETRES_PER_CENTIMETRE,
    MICROMETRES_PER_INCH,
    Edges,
    beside_prints,
    density_edges,
)
from pspflow.io.micrographs.luminance import luminance
from pspflow.io.micrographs.transparency import refuse_transparent

DEPTHS: dict[str, Depth] = {
    "1": "uint8",
    "L": "uint8",
    "I;16": "uint16",
    "I;16B": "uint16",
    "I": "uint16",
}
EXIF_RESOLUTION = (283, 282, 296)
"""Tags of the pixels per unit down and across, and of the unit."""
EXIF_UNITS_UM = {2: MICROMETRES_PER_INCH, 3: MICROMETRES_PER_CENTIMETRE}


def read_header(path: Path) -> Header:
    """Read size and kind; see `pspflow.io.micrographs.read_header`."""
    with _opened(path) as image:
        width, height = image.size
        depth = "uint16" if _deep_colour(image) else DEPTHS.get(image.mode, "uint8")
        return described(
            height,
            width,
            depth,
            colour=image.mode not in DEPTHS,
            orientation=_orientation(path, image),
            claims=_claims(path, image),
        )


def read_pixels(path: Path) -> np.ndarray:
    """Decode (rows, columns) as uint8 or uint16."""
    with _opened(path) as image:
        return orientation.turned(_decoded(path, image), _orientation(path, image))


def _decoded(path: Path, image: Image.Image) -> np.ndarray:
    """Decode (rows, columns) as stored, and refuse what is transparent."""
    if _deep_colour(image):
        # a transparent colour comes as a sample of its own
        samples = imagecodecs.png_decode(path.read_bytes())
    elif image.mode in DEPTHS:
        rawmode = _rawmode(image)
        grey = np.asarray(image.convert("L") if image.mode == "1" else image)
        if "transparency" in image.info:
            level = png.transparent_grey(image.info["transparency"], rawmode)
            refuse_transparent(path, grey != level, full=1)
        return grey.astype(DEPTHS[image.mode], copy=False)
    elif image.mode == "LA":
        samples = np.asarray(image)
    else:
        # palettes and inks (CMYK) become red, green and blue first
        samples = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    if samples.shape[-1] in (2, 4):
        refuse_transparent(path, samples[..., -1], np.iinfo(samples.dtype).max)
    return luminance(samples)


def _deep_colour(image: Image.Image) -> bool:
    """Detect 16-bit colour, which Pillow would cut to 8 bits, before the pixels are decoded."""
    return image.format == "PNG" and image.mode not in DEPTHS and _rawmode(image).endswith(";16B")


def _rawmode(image: Image.Image) -> str:
    """Return how Pillow unpacks the pixels; empty once they are decoded."""
    tiles = getattr(image, "tile", [])
    return str(tiles[0][3]) if tiles else ""


def _orientation(path: Path, image: Image.Image) -> int:
    return orientation.valid(_exif(path, image).get(orientation.TAG))


def _exif(path: Path, image: Image.Image) -> Mapping[int, Any]:
    """Read the tags of a camera; damaged ones count for nothing, as in every viewer."""
    small = image.width * image.height <= MAX_PIXELS
    if image.format == "PNG" and _rawmode(image) and small and png.ends_with_tags(path):
        image.load()  # which reads what stands behind the pixels
    try:
        # not the PNG's own method, which would always decode the pixels
        return Image.Image.getexif(image)
    except Exception:  # of any kind, as tags are damaged in many ways
        return {}


def _claims(path: Path, image: Image.Image) -> dict[str, Edges]:
    """Find the edges of a pixel, where they are not those of a print."""
    unit_um: float | None = MICROMETRES_PER_INCH
    across, down = image.info.get("dpi", (0, 0))
    if image.format in ("JPEG", "MPO") and not image.info.get("jfif_unit"):
        # Pillow gives what the camera says across as if it were said of both edges
        exif = _exif(path, image)
        down, across, unit = (exif.get(tag, 0) for tag in EXIF_RESOLUTION)
        unit_um = EXIF_UNITS_UM.get(unit)
    edges = density_edges(float(down), float(across), unit_um) if unit_um else None
    edges = beside_prints(edges)
    return {} if edges is None else {"resolution": edges}


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            # our own size limit applies: see MAX_PIXELS
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                _check_single(path, image)
                yield image
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{path}: the image has too many pixels to be decoded safely; "
            "crop or reduce it before adding it to the sheet."
        ) from error
    except Exception as error:  # damaged bytes make decoders raise errors of any kind
        raise InputError(f"{path}: the image is damaged or truncated; export it again.") from error


def _check_single(path: Path, image: Image.Image) -> None:
    """Refuse animations and pairs of views, but not a photograph with its preview."""
    count = getattr(image, "n_frames", 1)
    if image.format == "MPO":
        full = image.size
        count = 1 + sum(not is_preview(size, full) for size in _further_sizes(image, count))
    if count > 1:
        raise InputError(
            f"{path}: the file holds {count} images; save the one you need as a separate file."
        )


def _further_sizes(image: Image.Image, count: int) -> list[tuple[int, int]]:
    """Return width and height of the pictures that follow the first one in a JPEG."""
    sizes = []
    for number in range(1, count):
        with suppress(Exception):  # a list of pictures that software has cut off is common
            image.seek(number)
            sizes.append(image.size)
    image.seek(0)
    return sizes
