"""The user's micrograph that variants are made of."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pspflow.errors import InputError


def read_grey(path: Path) -> NDArray[np.uint8]:
    """Read an 8-bit grey micrograph.

    Returns
    -------
    ndarray
        (rows, columns) uint8.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, or it has colour or another depth.
    """
    from pspflow.io.micrographs import read_header, read_micrograph  # noqa: PLC0415 - slow to load

    if not path.is_file():
        raise InputError(f"{path}: there is no such micrograph; correct inpainted.image.")
    header = read_header(path)
    if header.colour or header.depth != "uint8":
        kind = "colour or transparency" if header.colour else f"pixels of {header.depth}"
        raise InputError(f"{path}: the micrograph has {kind}; save it as 8-bit grey.")
    return read_micrograph(path)
