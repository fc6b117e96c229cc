"""Writing orientations for other programs: text that MTEX reads, and this package."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks

HEADER = (
    '% crystal symmetry: "m-3m"\n'
    '% specimen symmetry: "1"\n'
    "% Bunge-Euler angles in degrees, weights of sum 1\n"
    "% phi1 Phi phi2 weight\n"
)


@refuses_masks
def write_orientations(path: Path | str, orientations: ArrayLike, weights: ArrayLike) -> None:
    """Write weighted orientations of cubic crystals as text, the angles in degrees.

    MTEX reads it with `orientation.load(path, CS, 'ColumnNames', {'phi1', 'Phi', 'phi2',
    'weights'})`, this package with `read_orientations`. The caller makes it atomic.

    Parameters
    ----------
    path
        Text file to write.
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    weights
        Volume fractions, shape ``(n,)``.
    """
    rows = np.column_stack([np.degrees(np.asarray(orientations)), np.asarray(weights)])
    with Path(path).open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(HEADER)
        np.savetxt(stream, rows, fmt=["%.6f"] * 3 + ["%.9g"])
