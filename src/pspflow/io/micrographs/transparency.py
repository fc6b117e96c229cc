"""What lies beside the grey or the colour of a pixel: transparency, gaps, further channels."""

from pathlib import Path

import numpy as np

from pspflow.errors import InputError


def refuse_transparent(path: Path, alpha: np.ndarray, full: float) -> None:
    """Refuse a picture of which a part is transparent: no grey level is known there.

    Parameters
    ----------
    path
        The file, for the sentence.
    alpha
        (rows, columns), any number; what is not `full` or more is transparent.
    full
        Value of an opaque pixel.

    Raises
    ------
    InputError
        If a pixel is transparent.
    """
    _refuse(path, ~(alpha >= full), "transparent; save the image without transparency")


def refuse_missing(path: Path, missing: np.ndarray) -> None:
    """Refuse a picture with pixels (rows, columns) bool that the file declares to be missing."""
    _refuse(path, missing, "declared as missing (no data); crop the image to measured pixels")


def refuse_channels(path: Path, count: int) -> None:
    """Refuse a file of several pictures of one place, such as those of two detectors."""
    raise InputError(
        f"{path}: the file holds {count} channels; save the one you need as a separate grey image."
    )


def _refuse(path: Path, unknown: np.ndarray, words: str) -> None:
    percent = 100 * float(np.mean(unknown))
    if percent:
        share = f"{percent:.0f}" if percent >= 1 else "less than 1"
        raise InputError(f"{path}: {share} % of the pixels are {words}.")
