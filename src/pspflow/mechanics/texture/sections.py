"""Sections through the ODF at constant φ2, as rolling textures are plotted."""

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import real, refuses_masks
from pspflow.mechanics.texture.gsh import check_texture, odf
from pspflow.mechanics.texture.orientations import Floats

SECTIONS_RAD = tuple(np.deg2rad([0, 45, 65]))
"""Cube and Goss lie at 0°, copper and brass at 45°, S at 65°."""
STEPS = 18


def section_angles(steps: int = STEPS) -> Floats:
    """Return the angles along both axes of a section: from 0 to 90° in so many equal steps.

    Parameters
    ----------
    steps
        At least 1; 18 are 5° each.

    Returns
    -------
    Radians, float64 of shape ``(steps + 1,)``.

    Raises
    ------
    ValueError
        If there are no steps.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    return np.linspace(0, np.pi / 2, steps + 1)


@refuses_masks
def odf_sections(
    coefficients: ArrayLike, phi2_rad: ArrayLike = SECTIONS_RAD, steps: int = STEPS
) -> Floats:
    """Evaluate the ODF of a texture on sections of constant φ2.

    Parameters
    ----------
    coefficients
        Shape ``(36,)``.
    phi2_rad
        φ2 of each section in radians, shape ``(sections,)``.
    steps
        As in `section_angles`.

    Returns
    -------
    Multiples of random, float64 of shape ``(sections, steps + 1, steps + 1)``: section, Φ, φ1. Cut
    at l = 12, as in `odf`.

    Raises
    ------
    ValueError
        As `check_texture` and `section_angles`, or if φ2 are not as above.
    """
    wanted = check_texture(coefficients)
    sections = real(phi2_rad, "phi2_rad")
    if sections.ndim != 1:
        raise ValueError(f"phi2_rad must be a list of angles, got shape {sections.shape}")
    angles = section_angles(steps)
    phi2, phi, phi1 = np.meshgrid(sections, angles, angles, indexing="ij")
    orientations = np.stack([phi1, phi, phi2], axis=-1)
    return odf(wanted, orientations.reshape(-1, 3)).reshape(phi.shape)
