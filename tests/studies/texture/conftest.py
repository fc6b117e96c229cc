"""What tests of the texture study share: a texture, and files that hold it."""

from contextlib import suppress

import numpy as np
import pytest
from cyclopts import App

from pspflow.mechanics.texture import component_orientation, scattered_orientations

from .small_study import small_study  # noqa: F401 - a fixture

COLUMNS, ROWS = 20, 10
HEADER = """# TEM_PIXperUM          1.000000
# Phase 1
# MaterialName  \tAluminium
# Symmetry              {symmetry}
# GRID: {grid}
# XSTEP: 0.500000
# YSTEP: {step:.6f}
# NCOLS_ODD: 20
# NCOLS_EVEN: 20
# NROWS: 10
#
"""


@pytest.fixture(scope="session")
def angles():
    """Return Bunge–Euler angles (200, 3) in radians of brass and cube, not orthorhombic."""
    rng = np.random.default_rng(5)
    centres = np.repeat([component_orientation(name) for name in ("brass", "cube")], 100, axis=0)
    return scattered_orientations(centres, np.deg2rad(12), rng)


@pytest.fixture(scope="session")
def ang_text():
    """Return what writes a map as .ang."""

    def make(angles, *, ci=None, phase=1, symmetry=43, hexagonal=False, columns=10):
        grid, step = ("HexGrid", 0.433013) if hexagonal else ("SqrGrid", 0.5)
        quality = np.full(len(angles), 0.8) if ci is None else ci
        phases = np.broadcast_to(phase, len(angles))
        lines = [HEADER.format(symmetry=symmetry, grid=grid, step=step).rstrip()]
        for index, (turn, good, number) in enumerate(zip(angles, quality, phases, strict=True)):
            row, column = divmod(index, COLUMNS)
            x = 0.5 * column + (0.25 * (row % 2) if hexagonal else 0)
            cells = [*(f"{angle:.5f}" for angle in turn), f"{x:.5f}", f"{step * row:.5f}"]
            cells += ["100.0", f"{good:.3f}", str(number), "1", "1.2"]
            lines.append(" ".join(cells[:columns]))
        return "\n".join(lines) + "\n"

    return make


@pytest.fixture(scope="session")
def csv_text():
    """Return what writes columns as a table."""

    def make(names, values, separator=","):
        rows = (separator.join(f"{each:.6f}" for each in row) for row in np.asarray(values))
        return "\n".join([names, *rows]) + "\n"

    return make


@pytest.fixture(scope="session")
def run():
    """Return what runs a command in this process; what stops it is raised."""

    def make(command, *tokens):
        app = App()
        app.default(command)
        with suppress(SystemExit):
            app([str(token) for token in tokens], exit_on_error=False, print_error=False)

    return make
