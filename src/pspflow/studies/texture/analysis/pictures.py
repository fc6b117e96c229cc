"""The figures of an analysis."""

import numpy as np
from matplotlib.figure import Figure

from pspflow.io.textures import Orientations
from pspflow.studies.texture.analysis.map_picture import map_figure
from pspflow.studies.texture.analysis.measured import Analysis
from pspflow.studies.texture.analysis.plastic import ANGLES_DEG
from pspflow.studies.texture.drawing import (
    ALL_DEG,
    in_plane_figure,
    odf_figure,
    orthorhombic,
    pole_figures_figure,
    poles_of,
)

SPREADS_DEG = {10_000: 5.0, 1000: 7.5, 0: 10.0}
"""Half width of the kernel in pole figures, by the number of points from which on it serves."""
MICRONS = ("ang", "ctf")
"""Formats whose positions are in µm."""


def spread_deg(found: Analysis) -> float:
    """Return the half width by which pole figures are smoothed: less for more points."""
    points = found.effective_points
    return next(width for least, width in SPREADS_DEG.items() if points >= least)


def figures_of(texture: Orientations, found: Analysis) -> dict[str, Figure]:
    """Draw all figures, by the names of their files; no map where points lie on no grid."""
    width = np.deg2rad(spread_deg(found))
    measured = poles_of(texture.angles_rad, texture.weights, width)
    poles = {"as measured": measured, "symmetrised": [orthorhombic(each) for each in measured]}
    sheets = {"as measured": found.as_given.tension, "symmetrised": found.symmetric.tension}
    figures = {
        "pole_figures": pole_figures_figure(poles),
        "odf_usual_sections": odf_figure(found.coefficients),
        "odf_all_sections": odf_figure(found.coefficients, ALL_DEG),
        "in_plane": in_plane_figure(ANGLES_DEG, sheets),
    }
    if texture.positions is not None:
        unit = "µm" if texture.source in MICRONS else ""
        label = "Taylor factor (tension along X)"
        drawn = map_figure(texture.positions, found.taylor_factors, label, unit)
        if drawn is not None:
            figures["taylor_map"] = drawn
    return figures
