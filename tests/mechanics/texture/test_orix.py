"""Conventions compared with those of an independent package; skipped where it is missing."""

import numpy as np
import pytest

from pspflow.mechanics.texture.pole_figures import pole_figure
from pspflow.mechanics.texture.sampling import random_orientations
from pspflow.mechanics.texture.symmetry import disorientation_angles

pytest.importorskip("orix", reason="orix (GPL-3, for tests alone) is not installed")

SOME = random_orientations(12, np.random.default_rng(0))


def test_disorientations():
    """Angles between cubic crystals agree."""
    from orix.quaternion import Orientation
    from orix.quaternion.symmetry import O

    theirs = Orientation.from_euler(SOME, symmetry=O).get_distance_matrix()
    np.testing.assert_allclose(disorientation_angles(SOME, SOME), theirs, atol=1e-6)


def test_poles():
    """The poles of an orientation lie where Bunge's convention puts them."""
    from orix.quaternion import Orientation
    from orix.vector import Vector3d

    # orix's orientations turn from specimen to crystal
    poles = ~Orientation.from_euler(SOME) * Vector3d([1, 1, 1]).unit
    for one, pole in zip(SOME, np.atleast_2d(poles.data), strict=True):
        density = pole_figure([one], (1, 1, 1), [pole, -pole], None, np.deg2rad(3))
        assert density.min() > 100
