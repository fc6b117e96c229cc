"""The compiled loop of melting and solidification: random sites around a moving pool.

All is in one module because numba's cache of machine code watches only the file of the cached
function, not the files of the functions that it calls.
"""

import math

import numpy as np

from pspflow.topology.compiled import compiled


@compiled
def sweep_pass(  # noqa: PLR0912, PLR0915 - a call would be compiled twice
    padded: np.ndarray,
    first_row: int,
    spans: np.ndarray,
    mobility: np.ndarray,
    per_site: float,
    candidates: np.ndarray,
    start: float,
    step: float,
    sweeps: int,
    highest: int,
    temperature: float,
    rng: np.random.Generator,
) -> None:
    """Move the pool along one pass, and visit sites around it at every step.

    Parameters
    ----------
    padded
        Lattice (y + 2, x + 2) int32 between edges of spin 0, changed in place.
    first_row
        Row of the lattice that the first row of `spans` and `mobility` belongs to.
    spans
        (rows, 4): back and front of the zone, and of the pool, in the pool's frame.
    mobility
        (rows, n): probability of a trial, at distances along the pool's frame from the zone's
        backmost place.
    per_site
        Columns of `mobility` per site.
    candidates
        (n, 2) int32: rows of `spans`, and columns in the pool's frame, of the sites that can
        change while the pool lies between two sites; see `Imprint`.
    start, step
        x of the pool at the first sweep, and how far it moves from sweep to sweep; its sign is the
        direction.
    sweeps
        Number of sweeps; each visits as many random candidates as there are.
    highest
        Spins are drawn from 1 to this.
    temperature
        kT.
    rng
        Of all draws.
    """
    columns = padded.shape[1] - 2
    count = candidates.shape[0]
    direction = 1 if step >= 0 else -1
    origin = math.inf
    for line in range(spans.shape[0]):
        origin = min(origin, spans[line, 0])
    near = np.empty(8, np.int32)
    choice = np.empty(8, np.int32)
    for sweep in range(sweeps):
        x = start + step * sweep
        whole = math.floor(x * direction)
        shift = x * direction - whole
        for _ in range(count):
            drawn = int(rng.random() * count)
            column = (whole + candidates[drawn, 1]) * direction
            if column < 0 or column >= columns:
                continue
            line = candidates[drawn, 0]
            u = candidates[drawn, 1] - shift
            if not spans[line, 0] < u < spans[line, 1]:
                continue
            i, j = first_row + line + 1, column + 1
            if spans[line, 2] < u < spans[line, 3]:
                padded[i, j] = 1 + int(rng.random() * highest)
                continue
            own = padded[i, j]
            near[0] = padded[i - 1, j - 1]
            near[1] = padded[i - 1, j]
            near[2] = padded[i - 1, j + 1]
            near[3] = padded[i, j - 1]
            near[4] = padded[i, j + 1]
            near[5] = padded[i + 1, j - 1]
            near[6] = padded[i + 1, j]
            near[7] = padded[i + 1, j + 1]
            alike, choices = 0, 0
            for k in range(8):
                value = near[k]
                if value == own:
                    alike += 1
                elif value != 0:
                    fresh = True
                    for m in range(choices):
                        fresh = fresh and choice[m] != value
                    if fresh:
                        choice[choices] = value
                        choices += 1
            if choices == 0:
                continue
            if rng.random() >= mobility[line, int((u - origin) * per_site + 0.5)]:
                continue
            new = choice[int(rng.random() * choices)]
            gained = 0
            for k in range(8):
                gained += near[k] == new
            rise = alike - gained
            if rise <= 0 or (temperature > 0 and rng.random() < math.exp(-rise / temperature)):
                padded[i, j] = new
