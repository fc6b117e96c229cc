"""Drawings of grain boundaries: dark lines on white."""

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks


@refuses_masks
def boundary_image(
    labels: NDArray[np.integer],
    image_px: tuple[int, int],
    line_sites: float,
    *,
    periodic: bool,
    margin_sites: int = 0,
    averaging: int = 1,
) -> NDArray[np.uint8]:
    """Draw the interfaces between unlike sites that share an edge.

    A pixel is dark where its centre lies within half a line's width of an interface, ends and
    corners of lines being square, and white elsewhere. Averaging makes grey ones. The report's
    listings draw black lines between sites of one colour, and keep JPEG files in grey; the grey of
    their grains is not stated.

    Parameters
    ----------
    labels
        Spins (n, y, x).
    image_px
        Rows and columns of the drawing.
    line_sites
        Width of the lines, in sites.
    periodic
        Whether sites at opposite edges are neighbours: their interfaces are drawn at both, and
        lines go on across the edges.
    margin_sites
        Sites at either end of x that the drawing leaves out; an interface there is drawn as far as
        its line reaches inwards.
    averaging
        Edge of the square blocks of the drawing that one pixel of the image averages.

    Returns
    -------
    ndarray of uint8, shape (n, rows / averaging, columns / averaging)
        0 on boundaries, 255 in grains.

    Raises
    ------
    ValueError
        If the averaging does not divide the drawing, or the margins leave no site.
    """
    spins = np.asarray(labels)
    images, rows, columns = spins.shape
    inner = columns - 2 * margin_sites
    if inner < 1 or margin_sites < 0 or not line_sites > 0:
        raise ValueError(
            f"margin_sites is {margin_sites} and line_sites {line_sites} for {columns} columns of "
            "sites; margins must leave a site, and lines have a width."
        )
    if averaging < 1 or any(size % averaging for size in image_px):
        raise ValueError(f"averaging of {averaging} does not divide image_px, {tuple(image_px)}.")
    y = (np.arange(image_px[0]) + 0.5) * rows / image_px[0]
    x = (np.arange(image_px[1]) + 0.5) * inner / image_px[1] + margin_sites
    if periodic:
        beyond = int(np.ceil(line_sites / 2)) + 1
        spins = np.pad(spins, ((0, 0), (beyond, beyond), (beyond, beyond)), mode="wrap")
        y, x = y + beyond, x + beyond
    dark = np.zeros((images, *image_px), bool)
    for axis, across, along in ((2, x, y), (1, y, x)):
        interfaces = np.diff(spins, axis=axis) != 0
        # the first lies behind the first site
        near = _any_near(interfaces, axis, across - 1, line_sites / 2, 0.0)
        dark |= _any_near(near, 3 - axis, along, line_sites / 2, 1.0)
    image = np.where(dark, np.uint8(0), np.uint8(255))
    if averaging == 1:
        return image
    blocks = image.reshape(images, image_px[0] // averaging, averaging, -1, averaging)
    mean = blocks.mean(axis=(2, 4), dtype=np.float32)
    return np.round(mean).astype(np.uint8)


def _any_near(
    marks: NDArray[np.bool_], axis: int, at: NDArray[np.float64], reach: float, extent: float
) -> NDArray[np.bool_]:
    """Return whether a mark lies within reach of each place along an axis.

    Mark k covers k to k + extent.
    """
    first = np.ceil(at - reach - extent).astype(int)
    last = np.floor(at + reach).astype(int)
    count = marks.shape[axis]
    shape = [1, 1, 1]
    shape[axis] = len(at)
    found = np.zeros((*marks.shape[:axis], len(at), *marks.shape[axis + 1 :]), bool)
    for step in range(int((last - first).max()) + 1):
        index = first + step
        valid = (index >= 0) & (index < count) & (index <= last)
        found |= marks.take(index.clip(0, count - 1), axis) & valid.reshape(shape)
    return found
