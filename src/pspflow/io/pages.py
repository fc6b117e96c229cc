"""Files for people: figures as PNG and SVG, with their provenance, and the report as HTML."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pspflow.arrays import refuses_masks
from pspflow.io.artefacts import Provenance, replacing

if TYPE_CHECKING:  # pages of pictures alone need no plotting library, which starts slowly
    from matplotlib.figure import Figure


def save_figure(path: Path, figure: "Figure", provenance: Provenance) -> None:
    """Write a figure as PNG; its provenance is the PNG's text field `pspflow`."""
    with replacing(path) as staged:
        # no software field: it would change with every matplotlib release
        figure.savefig(
            staged, dpi=300, metadata={"pspflow": provenance.as_json(), "Software": None}
        )


def save_drawing(path: Path, figure: "Figure", provenance: Provenance) -> None:
    """Write a figure as SVG; its provenance is the SVG's description.

    Letters are outlines, so that it looks alike without the font. Artists that are set to be
    rasterised have 300 dots an inch. Same figure, same bytes.
    """
    import matplotlib as mpl  # noqa: PLC0415 - pages of pictures alone need none

    record = {"Description": provenance.as_json(), "Date": None, "Creator": None}
    # ids inside follow from the salt and the content
    with replacing(path) as staged, mpl.rc_context({"svg.hashsalt": "pspflow"}):
        figure.savefig(staged, dpi=300, metadata=record)


@refuses_masks
def save_picture(path: Path, pixels: np.ndarray, provenance: Provenance) -> None:
    """Write grey pixels, (y, x) uint8, as PNG, with their provenance as `save_figure` does."""
    text = PngInfo()
    text.add_text("pspflow", provenance.as_json())
    with replacing(path) as staged:
        Image.fromarray(pixels).save(staged, "PNG", pnginfo=text)


def read_figure(path: Path) -> bytes:
    """Read a figure as it is stored."""
    return path.read_bytes()


def save_page(path: Path, html: str) -> None:
    """Write a page as UTF-8."""
    with replacing(path) as staged:
        staged.write_text(html, encoding="utf-8")
