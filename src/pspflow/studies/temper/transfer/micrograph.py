"""A whole micrograph of a user: read at a model's scale, and transferred window by window."""

import math
from pathlib import Path

import numpy as np
import torch

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.io.micrographs import read_header, read_micrograph
from pspflow.logs import log
from pspflow.microstructure import rescale
from pspflow.microstructure.blend import blend
from pspflow.models.multiflow import LEVELS, MultiDomainFlow, from_levels, to_grey, to_levels

SAME_SCALE = 0.01
"""Largest difference of two pixel sizes that count as one, over the model's."""
CLIPPED_PERCENT = 1.0
"""Percentage of pixels outside the model's grey levels above which a warning is logged; the model's
range clips 0.1 % of its own images."""
PIXELS_AT_ONCE = {"cpu": 1 << 14, "cuda": 1 << 20}
"""Pixels of the windows that go through the flows together; this limits the memory."""
EIGHT_BITS = (0.0, 255.0)


@refuses_masks
def transfer_micrograph(
    flow: MultiDomainFlow, pixels: np.ndarray, source: str, target: str
) -> np.ndarray:
    """Transfer a micrograph window by window; overlapping windows are faded into each other.

    Parameters
    ----------
    flow
        Trained flows; see `pspflow.studies.temper.flows.trained.load_flow`.
    pixels
        (rows, columns) uint8 at the model's pixel size and grey levels, no edge below
        `flow.size_px`.
    source, target
        Domain of the image, and the one to transfer it to.

    Returns
    -------
    ndarray
        (rows, columns) uint8, rounded once, after blending.

    Raises
    ------
    ValueError
        If the image is smaller than a window.
    KeyError
        If the flow has no such domain.

    A warning says which share of the pixels cannot come back: those that an earlier flow clamps,
    and those that become darker than black or lighter than white.
    """
    _warn_of_clamped(flow, pixels, source)
    device = next(flow.parameters()).device

    def change(windows: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            images = flow(from_levels(torch.from_numpy(windows).to(device)), source, target)
        return images[:, 0].float().cpu().numpy()

    batch = max(1, PIXELS_AT_ONCE[device.type] // flow.size_px**2)
    made = torch.from_numpy(blend(pixels, flow.size_px, change, batch, "transfer"))[None, None]
    _warn_of_clipped(to_grey(made).numpy())
    return to_levels(made)[0].numpy()


def _warn_of_clamped(flow: MultiDomainFlow, pixels: np.ndarray, source: str) -> None:
    """Say how many pixels a flow that was trained without tails takes as less extreme."""
    ends = flow[source].clamped_from
    if ends is None:
        return
    low, high = ends
    percent = 100 * float(np.mean((pixels < low) | (pixels > high)))
    if percent:
        log.warning(
            "%.2g %% of the pixels are outside the grey levels %.0f to %.0f that this model tells "
            "apart in domain %r, and do not come back; train the flows again for tails beyond",
            percent,
            max(low, 0),
            min(high, LEVELS - 1),
            source,
        )


def _warn_of_clipped(grey: np.ndarray) -> None:
    """Say how many pixels the 8 bits of the output cannot hold."""
    percent = 100 * float(np.mean((grey < -0.5) | (grey > LEVELS - 0.5)))
    if percent:
        log.warning(
            "%.2g %% of the pixels became darker than 0 or lighter than 255: clipped; transferred "
            "back, they do not give the image again",
            percent,
        )


def pixel_size_of(image: Path, given: float | None, expected: float | None) -> float | None:
    """Find the size of a pixel of an image, and refuse one that is not the model's or not square.

    Parameters
    ----------
    image
        The micrograph.
    given
        Size in micrometres that overrules what the file says.
    expected
        Size of the model's pixels; None where it is unknown.

    Raises
    ------
    InputError
        If the size is unknown or differs from the model's, or if a pixel is not square.
    """
    if given is not None and not 0 < given < math.inf:
        raise InputError(f"--pixel-size-um is {given:g}; give a positive number of micrometres.")
    header = read_header(image)
    stated, doubt = header.pixel_size_um, header.scale_doubt
    remedy = "give the size with --pixel-size-um"
    if header.pixel_edges_um is not None:
        down, across = header.pixel_edges_um
        doubt = f"by the file a pixel is {down:.4g} µm high and {across:.4g} µm wide, not square"
        remedy = f"resample the image to square pixels, or {remedy} if the file is wrong"
    if given is not None and stated is not None and not _same(stated, given):
        log.warning("%s: the file says %g µm per pixel; the flag's %g counts", image, stated, given)
    if given is not None and doubt:
        log.warning("%s: %s; the flag's %g counts", image, doubt, given)
    size_um = stated if given is None else given
    # a distorted picture is no input, even of a model whose scale is not known
    if size_um is None and doubt and (expected is not None or header.pixel_edges_um is not None):
        raise InputError(f"{image}: {doubt}; {remedy}.")
    if expected is None:
        log.warning("The model does not know its pixel size: the image's scale was not checked")
    elif size_um is None:
        raise InputError(
            f"{image}: the file does not say how large a pixel is, and the model's are "
            f"{expected:g} µm; give the image's with --pixel-size-um."
        )
    elif not _same(size_um, expected):
        raise InputError(
            f"{image}: a pixel is {size_um:g} µm, one of the model's {expected:g} µm; resample the "
            "image to that size, or name a model trained at the image's."
        )
    return size_um


def _same(size_um: float, expected: float) -> bool:
    return abs(size_um - expected) <= SAME_SCALE * expected


def read_grey(image: Path, grey_range: tuple[float, float], size_px: int) -> np.ndarray:
    """Read an image as the study does: (rows, columns) uint8, with mapped grey levels.

    Parameters
    ----------
    image
        The micrograph.
    grey_range
        Grey levels of the model's images that became 0 and 255.
    size_px
        Edge of the model's chips, which the image must hold.

    Raises
    ------
    InputError
        If the image is too small or too deep.
    """
    header = read_header(image)
    if min(header.height_px, header.width_px) < size_px:
        raise InputError(
            f"{image}: the image is {header.height_px} x {header.width_px} pixels, smaller than a "
            f"chip of {size_px}; give a larger one, or name a model of smaller chips."
        )
    low, high = grey_range
    shallow = (low, high) == EIGHT_BITS
    if header.depth != "uint8" and shallow:
        raise InputError(
            f"{image}: pixels are {header.depth}, while the model was trained on 8 bits; convert "
            "the image to 8 bits as its micrographs were."
        )
    pixels = read_micrograph(image)
    if header.colour:
        log.info("%s holds colour: read as luminance", image)
    if header.depth == "uint8":
        if not shallow:
            log.warning("%s: 8 bits are taken as mapped from levels %g to %g", image, low, high)
        return pixels
    percent = 100 * float(np.mean((pixels < low) | (pixels > high)))
    if percent > CLIPPED_PERCENT:
        log.warning(
            "%s: %.0f %% of pixels are outside %g to %g: clipped", image, percent, low, high
        )
    return rescale.to_uint8(pixels, low, high)
