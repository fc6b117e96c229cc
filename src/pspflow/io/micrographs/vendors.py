"""Sizes of a pixel as makers of microscopes write them into private tags of a TIFF."""

import re
from collections.abc import Callable, Iterator

import tifffile

from pspflow.io.micrographs.lengths import Edges, density_edges, edges_um

FEI_TAGS = (34680, 34682)
PHENOM_TAG = 34683
ZEISS_TAG = 34118
TESCAN_TAG = 50431
OLYMPUS_TAG = 33560
GATAN_TAGS = (65010, 65009, 65004, 65003)
"""Edge down and across, and their units."""
PRIVATE = 32768
"""The first code of private tags."""


def vendor_claims(page: tifffile.TiffPage) -> dict[str, Edges]:
    """Find the edges of a pixel in the private tags of a page, by maker, as stored."""
    claims = {}
    for maker, (read, tags) in READERS.items():
        held = not tags or any(tag in page.tags for tag in tags)
        edges = read(page) if held else None
        if edges is not None:
            claims[f"{maker} metadata"] = edges
    return claims


def _fei(page: tifffile.TiffPage) -> Edges | None:
    """Metres, in the section of the scan or of the beam that made the image."""
    for tag in FEI_TAGS:
        sections = page.tags.valueof(tag)
        if not isinstance(sections, dict):
            continue
        beam = sections.get("Beam", {}).get("Scan", "EScan")
        for name in ("Scan", beam, "EScan", "IScan"):
            section = {**sections.get("Image", {}), **sections.get(name, {})}
            edges = edges_um(section.get("PixelHeight"), section.get("PixelWidth"), "m")
            field = edges_um(section.get("VerFieldsize"), section.get("HorFieldsize"), "m")
            pixels = edges_um(section.get("ResolutionY"), section.get("ResolutionX"), 1.0)
            if edges is None and field and pixels:
                edges = (field[0] / pixels[0], field[1] / pixels[1])
            if edges is not None:
                return edges
    return None


def _zeiss(page: tifffile.TiffPage) -> Edges | None:
    """One length with its unit: of the image, in old files of the screen."""
    entries = page.tags.valueof(ZEISS_TAG)
    if not isinstance(entries, dict):
        return None
    for name in ("ap_image_pixel_size", "ap_pixel_size"):
        _, *length = entries.get(name, ("",))
        if len(length) == 2:
            return edges_um(length[0], length[0], str(length[1]))
    return None


def _tescan(page: tifffile.TiffPage) -> Edges | None:
    """Metres."""
    return _assigned(_as_text(page.tags.valueof(TESCAN_TAG)), "PixelSizeY", "PixelSizeX", "m")


def _hitachi(page: tifffile.TiffPage) -> Edges | None:
    """Nanometres; most files have them beside the image instead, as a text."""
    for text in _texts(page):
        if "[SemImageFile]" in text:
            return _assigned(text, "PixelSize", "PixelSize", "nm")
    return None


def _jeol(page: tifffile.TiffPage) -> Edges | None:
    """Length of the scale bar and its pixels, as in the text beside an image."""
    for text in _texts(page):
        if "$SM_MICRON" not in text:
            continue
        bar = re.search(r"\$SM_MICRON_BAR\s+([\d.]+)", text)
        marker = re.search(r"\$SM_MICRON_MARKER\s+([\d.]+)\s*(\S+)", text)
        length = edges_um(marker[1], marker[1], marker[2]) if marker else None
        if bar and length:
            return density_edges(float(bar[1]), float(bar[1]), length[0])
    return None


def _phenom(page: tifffile.TiffPage) -> Edges | None:
    """XML, with a unit for each edge."""
    text = _as_text(page.tags.valueof(PHENOM_TAG))
    lengths = []
    for name in ("pixelHeight", "pixelWidth"):
        match = re.search(rf'<{name}\s+unit="([^"]+)"\s*>\s*([^<\s]+)', text)
        lengths.append(edges_um(match[2], match[2], match[1]) if match else None)
    down, across = lengths
    return (down[0], across[0]) if down and across else None


def _olympus(page: tifffile.TiffPage) -> Edges | None:
    """Metres."""
    entries = page.tags.valueof(OLYMPUS_TAG)
    if not isinstance(entries, dict):
        return None
    return edges_um(entries.get("pixelsizey"), entries.get("pixelsizex"), "m")


def _gatan(page: tifffile.TiffPage) -> Edges | None:
    """Numbers and units (DigitalMicrograph)."""
    down, across, *units = (page.tags.valueof(tag) for tag in GATAN_TAGS)
    names = {_as_text(unit) for unit in units}
    return edges_um(down, across, names.pop()) if len(names) == 1 else None


def _assigned(text: str, down: str, across: str, unit: str) -> Edges | None:
    """Read lengths from lines such as `PixelSizeX=1.5e-8`."""
    values = [re.search(rf"^\s*{name}\s*=\s*(\S+)", text, re.MULTILINE) for name in (down, across)]
    first, second = (match[1] if match else "" for match in values)
    return edges_um(first, second, unit)


def _texts(page: tifffile.TiffPage) -> Iterator[str]:
    """Yield the description and what private tags hold as text."""
    yield _as_text(page.description)
    for tag in page.tags:
        if tag.code >= PRIVATE:
            yield _as_text(tag.value)


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1").replace("\0", "\n")
    return value.replace("\r", "\n") if isinstance(value, str) else ""


READERS: dict[str, tuple[Callable[[tifffile.TiffPage], Edges | None], tuple[int, ...]]] = {
    "FEI": (_fei, FEI_TAGS),
    "Zeiss": (_zeiss, (ZEISS_TAG,)),
    "TESCAN": (_tescan, (TESCAN_TAG,)),
    "Hitachi": (_hitachi, ()),
    "JEOL": (_jeol, ()),
    "Phenom": (_phenom, (PHENOM_TAG,)),
    "Olympus": (_olympus, (OLYMPUS_TAG,)),
    "Gatan": (_gatan, GATAN_TAGS),
}
"""Reader of each maker, and the tags without which it finds nothing; none where any text counts."""
