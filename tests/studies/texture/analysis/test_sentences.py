"""Sentences say what the numbers say, and nothing that only rounding says."""

from dataclasses import replace

import numpy as np
import pytest

from pspflow.io.textures import Orientations
from pspflow.mechanics.texture.distances import Asymmetry
from pspflow.studies.texture.analysis import analyse_texture
from pspflow.studies.texture.analysis.sentences import results_of, warnings_of


@pytest.fixture(scope="module")
def goss():
    """Analyse a Goss crystal."""
    angles = np.tile([0, np.pi / 4, 0], (16, 1))
    found = analyse_texture(angles, None, np.random.default_rng(0))
    return Orientations(angles, np.full(16, 1 / 16), "table"), found


def test_a_symmetric_crystal(goss):
    """Half turns leave Goss as it is: no asymmetry, no change by symmetrising, an infinite r."""
    texture, found = goss
    *_, symmetry = warnings_of(texture, found)
    assert symmetry.startswith("No deviation from orthorhombic symmetry is seen")
    said = results_of(found)
    assert "Strong components, within 15°: Goss 100.0 % (43.7 times random)." in said
    assert "Symmetrising does not change the anisotropy parameters." in said
    (first, _) = [each for each in said if each.startswith("The r-values")]
    assert first.endswith("and ∞ (∞: the thickness does not change).")


def test_what_limits_the_numbers_comes_first(goss):
    """Doubts, then what did not converge, then what is left out, errors and asymmetry."""
    texture, found = goss
    sheet = found.as_given._replace(failures=("At 5° to the rolling direction, no equilibrium.",))
    sheet.tension.r_value[:] = np.nan
    doubtful = replace(
        texture, doubts=("something",), left_out={"not indexed": 4, "of weight zero": 1000}
    )
    changed = replace(found, as_given=sheet, asymmetry=Asymmetry(0.2, 0.1))
    doubt, failure, left_out, error, asymmetry = warnings_of(doubtful, changed)
    assert doubt == "To check: something."
    assert failure == ("Texture as measured: At 5° to the rolling direction, no equilibrium.")
    assert left_out == (
        "16 of 1,020 points are used; left out: 4 not indexed, 1,000 of weight zero."
    )
    assert error.startswith("If each of the 16 points were an independent grain")
    assert asymmetry.startswith("The texture is not orthorhombic: grains must turn by 11.5°")
    assert not any("of the texture as measured are" in each for each in results_of(changed))
