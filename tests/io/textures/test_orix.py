"""Another reader of maps finds the same orientations in the same files."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.io.textures import read_orientations

pytest.importorskip("orix")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["ang", "ctf"])
def test_maps(ang_text, ctf_text, write, kind):
    """Angles, positions, symmetry and what is not indexed."""
    from orix import io

    if kind == "ang":
        path = write(ang_text(ci=[-1] + 11 * [0.8], phase=[-1] + 11 * [0]), "map.ang")
    else:
        path = write(ctf_text(phase=[0] + 11 * [1]), "map.ctf")
    other = io.load(str(path))
    read = read_orientations(path)
    indexed = other.is_indexed
    angles = other.rotations.to_euler().reshape(-1, 3)[indexed]
    between = Rotation.from_euler("ZXZ", angles) * Rotation.from_euler("ZXZ", read.angles_rad).inv()
    assert between.magnitude().max() < 1e-12
    places = np.column_stack([other.x, other.y])[indexed]
    np.testing.assert_allclose(read.positions, places)
    assert other.phases[int(other.phase_id[indexed][0])].point_group.laue.name == read.symmetry
