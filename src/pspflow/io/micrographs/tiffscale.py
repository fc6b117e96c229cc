"""The size of a pixel in a TIFF: what the maker, OME, ImageJ and the resolution tags say."""

import re
from xml.etree import ElementTree

import tifffile
from tifffile import RESUNIT

from pspflow.io.micrographs.lengths import (
    MICROMETRES_PER_CENTIMETRE,
    MICROMETRES_PER_INCH,
    Edges,
    beside_prints,
    density_edges,
    edges_um,
    unit_um,
)
from pspflow.io.micrographs.vendors import vendor_claims

MAKE, ACROSS, DOWN = 271, 282, 283
"""Codes of the tags for the maker and for the pixels per unit."""
RESOLUTION_UNITS_UM = {
    RESUNIT.INCH: MICROMETRES_PER_INCH,
    RESUNIT.CENTIMETER: MICROMETRES_PER_CENTIMETRE,
    RESUNIT.MILLIMETER: 1e3,
    RESUNIT.MICROMETER: 1.0,
}
PRINT_UNITS = ("inch", "cm")
"""Units in which ImageJ keeps the resolution of a print."""


def scale_claims(page: tifffile.TiffPage) -> dict[str, Edges]:
    """Find the edges of a pixel as stored, by the place that gives them, most reliable first."""
    found = {
        **vendor_claims(page),
        "OME metadata": _ome(page) if page.is_ome else None,
        "ImageJ metadata": _imagej(page),
    }
    if found["ImageJ metadata"] is None:
        found["resolution tags"] = _resolution(page)
    return {place: edges for place, edges in found.items() if edges is not None}


def _resolution(page: tifffile.TiffPage) -> Edges | None:
    unit_um = RESOLUTION_UNITS_UM.get(page.resolutionunit)
    if unit_um is None:
        return None
    across, down = page.get_resolution()
    edges = density_edges(down, across, unit_um)
    if page.tags.valueof(MAKE) != "JEOL Ltd." or "<TemReporter" not in page.description:
        return beside_prints(edges)
    # on these microscopes the resolution is the camera's, not the specimen's
    magnification = _jeol_magnification(page.description)
    return edges_um(*edges, 1 / magnification) if edges and magnification else None


def _jeol_magnification(description: str) -> float | None:
    """Return the magnification between specimen and camera; None for diffraction and scanning."""
    try:
        report = ElementTree.fromstring(description.strip(" \r\n\t\x01\0"))
        mode = report.findtext(".//EosMode"), report.findtext(".//ImageFormingSystem/ModeString")
        value = float(report.findtext(".//ImageFormingSystem/SelectorValue", ""))
    except (ElementTree.ParseError, ValueError):
        return None
    return value if mode == ("eosTEM", "MAG") and value > 0 else None


def _imagej(page: tifffile.TiffPage) -> Edges | None:
    """Count the resolution in the description's unit, whatever the tag of the unit says."""
    if not (page.is_imagej and ACROSS in page.tags and DOWN in page.tags):
        return None
    lines = re.findall(r"^(\w+)=(.*)$", page.imagej_description, re.MULTILINE)
    told = {name: value.strip() for name, value in lines}
    units = [told.get("yunit", told.get("unit", "")), told.get("unit", "")]
    down_um, across_um = (unit_um(unit) for unit in units)
    across, down = page.get_resolution()
    edges = density_edges(down, across, 1.0)
    if edges is None or down_um is None or across_um is None:
        return None
    edges = (edges[0] * down_um, edges[1] * across_um)
    return beside_prints(edges) if units[1] in PRINT_UNITS else edges


def _ome(page: tifffile.TiffPage) -> Edges | None:
    """Read the sizes of this page; None where images of several sizes could be meant."""
    try:
        root = ElementTree.fromstring(page.description)
    except ElementTree.ParseError:
        return None
    images = [element for element in root.iter() if element.tag.endswith("}Pixels")]
    here = [image for image in images if _lies_here(image, root, page.parent.filename)]
    sizes = {_ome_edges(image) for image in here or images}
    return sizes.pop() if len(sizes) == 1 else None


def _lies_here(image: ElementTree.Element, root: ElementTree.Element, filename: str) -> bool:
    """Say whether an image of a set has its first page in this file."""
    for data in image:
        if not data.tag.endswith("}TiffData") or data.get("IFD", "0") != "0":
            continue
        files = [element for element in data if element.tag.endswith("}UUID")]
        if not files or any(
            file.text == root.get("UUID") or file.get("FileName") == filename for file in files
        ):
            return True
    return False


def _ome_edges(image: ElementTree.Element) -> Edges | None:
    lengths = []
    for axis in ("Y", "X"):
        size = image.get(f"PhysicalSize{axis}")
        lengths.append(edges_um(size, size, image.get(f"PhysicalSize{axis}Unit", "µm")))
    down, across = lengths
    return None if down is None or across is None else (down[0], across[0])
