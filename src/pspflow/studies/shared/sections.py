"""Figures and sections as the last stage of a chapter writes them."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.io.artefacts import Provenance
from pspflow.io.pages import read_figure, save_drawing, save_figure, save_picture
from pspflow.io.sections import write_section
from pspflow.report.section import Figure, Section

if TYPE_CHECKING:
    from matplotlib import figure as drawn


class FigureSheet:
    """Figures of a chapter: each is saved in the chapter's folder, and kept for its section.

    Parameters
    ----------
    folder
        Where the files go.
    chapter
        Name of the chapter; names of figures in pages begin with it.
    origin
        Provenance of the figures.
    """

    def __init__(self, folder: Path, chapter: str, origin: Provenance) -> None:
        self.folder, self.chapter, self.origin = folder, chapter, origin

    def save(self, name: str, figure: "drawn.Figure", caption: str) -> Figure:
        """Save a figure as `NAME.png` and `NAME.svg`, and return it for the section."""
        from pspflow.report.style import lighten  # noqa: PLC0415 - pictures need no matplotlib

        path = self.folder / f"{name}.png"
        save_figure(path, figure, self.origin)
        lighten(figure)
        save_drawing(path.with_suffix(".svg"), figure, self.origin)
        return Figure(name=f"{self.chapter}_{name}", png=read_figure(path), caption=caption)

    @refuses_masks
    def save_picture(self, name: str, pixels: np.ndarray, caption: str) -> Figure:
        """Save grey pixels, (y, x) uint8, as `NAME.png`, pixel for pixel, and return the figure."""
        path = self.folder / f"{name}.png"
        save_picture(path, pixels, self.origin)
        return Figure(name=f"{self.chapter}_{name}", png=read_figure(path), caption=caption)


def save_section(path: Path, section: Section, origin: Provenance) -> None:
    """Write a chapter's section."""
    write_section(path, section.model_dump_json(), origin)
