"""What is wanted: read from tables and wishes, or refused in one sentence."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.mechanics import PARAMETER_NAMES, anisotropy_parameters
from pspflow.mechanics.texture import random_orientations, symmetrise
from pspflow.studies.texture.design.completion import with_wanted
from pspflow.studies.texture.design.quantities import values_of
from pspflow.studies.texture.design.targets import (
    Target,
    checked_target,
    read_targets,
    target_of_wish,
    targets_of_textures,
)


@pytest.fixture(scope="module")
def parameters():
    """Return the parameters of a texture."""
    return anisotropy_parameters(*symmetrise(random_orientations(4, np.random.default_rng(0))))


def test_a_table_of_targets(tmp_path, parameters):
    """Each row wants what its cells hold; an empty cell wants nothing."""
    path = tmp_path / "targets.csv"
    path.write_text(
        "target,stress_xy_45,strain1_yz_0\nsoft,0.97,\nboth,0.98,-0.4\n", encoding="utf-8"
    )
    soft, both = read_targets(path)
    assert soft == Target("soft", "yours", {"stress_xy_45": 0.97})
    assert both.wanted == {"stress_xy_45": 0.98, "strain1_yz_0": -0.4}
    assert not both.whole
    (whole,) = targets_of_textures(np.array([4]), ["mine"], parameters[None])
    assert whole.whole
    assert whole.texture == 4
    lines = [",".join(["target", *PARAMETER_NAMES])]
    lines.append(",".join(["mine", *(f"{value:.3f}" for value in parameters)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (read,) = read_targets(path)
    assert read.whole
    np.testing.assert_allclose(read.numbers, parameters, atol=5.1e-4)


FAULTS = {
    "unknown": ("target,stress_xy_46\na,1\n", "column 'stress_xy_46' is no anisotropy parameter"),
    "no name": ("target,stress_xy_45\n,1\n", "row 2: column 'target' holds ''"),
    "slash": ("target,stress_xy_45\na/b,1\n", "row 2: column 'target' holds 'a/b'"),
    "twice": ("target,stress_xy_45\na,1\na,1\n", "row 3: target 'a' is there twice; rename one"),
    "text": ("target,stress_xy_45\na,low\n", "row 2: column 'stress_xy_45' holds 'low'; give"),
    "comma": ('target,stress_xy_45\na,"0,97"\n', "column 'stress_xy_45' holds '0,97'; give"),
    "infinite": ("target,stress_xy_45\na,inf\n", "column 'stress_xy_45' holds 'inf'; give"),
    "negative": ("target,stress_xy_45\na,-1\n", "row 2: Target a: stress_xy_45 is -1; give a"),
    "nothing": ("target,stress_xy_45\na,\n", "row 2: Target a: nothing is wanted; give"),
    "reference": ("target,stress_xy_0\na,2\n", "Target a: stress_xy_0 is 2, but stresses are"),
    "only reference": ("target,stress_xy_0\na,1\n", "Target a: nothing is wanted; give"),
    "wider": (
        "target,strain1_xy_45,strain2_xy_45\na,0.5,0.2\n",
        "add up to 0.7, but tension makes a specimen narrower",
    ),
    "volume": (
        "target,strain1_xy_0,strain2_xy_0\na,-0.5,-0.2\n",
        "add up to -0.7, but volume is conserved only if they add up to -1 / stress_xy_0, -1",
    ),
    "no rows": ("target,stress_xy_45\n", "the sheet has a header but no rows"),
    "no target": ("name,stress_xy_45\na,1\n", "column 'target' is missing"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_tables_are_refused(tmp_path, fault):
    """One sentence with file, row, column and remedy."""
    text, sentence = FAULTS[fault]
    path = tmp_path / "targets.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_targets(path)
    assert sentence in str(raised.value)
    assert str(path) in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_wish_for_a_sheet():
    """Angles become r-values, and stresses in the plane; that at 90 degrees lies along Y."""
    target = target_of_wish("sheet", {90: 1.9, 0: 1.8}, {0: 1.0, 90: 1.01, 45: 0.97})
    assert target.wanted == {
        "r_value_0": 1.8,
        "r_value_90": 1.9,
        "stress_xy_45": 0.97,
        "stress_yz_0": 1.01,
    }
    with pytest.raises(InputError, match=r"at 0 degrees is 1\.1, but stresses are relative"):
        target_of_wish("sheet", {}, {0: 1.1})
    with pytest.raises(InputError, match="nothing is wanted"):
        target_of_wish("sheet", {}, {0: 1.0})


WRONG = {
    "unknown": ({"r_value_40": 1.0}, "'r_value_40' is neither an anisotropy parameter nor"),
    "negative": ({"r_value_0": -1.0}, "r_value_0 is -1; give a number above 0"),
    "both": (
        {"r_value_90": 1.0, "strain1_yz_0": -0.5},
        "r_value_90 and lateral strains of direction yz_0 are both wanted",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_faulty_wishes_are_refused(fault):
    """The same from Python."""
    wanted, sentence = WRONG[fault]
    with pytest.raises(InputError, match=sentence):
        checked_target(Target("mine", "yours", wanted))


WANTS = {
    "stress": {"stress_xy_45": 0.97},
    "first": {"strain1_zx_30": -0.4},
    "second": {"strain2_zx_30": -0.4},
    "both": {"strain1_zx_30": -0.4, "strain2_zx_30": -0.5},
    "all": {"stress_zx_30": 1.25, "strain1_zx_30": -0.3, "strain2_zx_30": -0.5},
    "sheet": {"r_value_0": 1.8, "r_value_45": 1.2, "r_value_90": 1.9, "stress_xy_45": 0.96},
}


@pytest.mark.parametrize("kind", WANTS)
def test_what_is_wanted_is_put_in_exactly(parameters, kind):
    """The rest of the parameters gives way: volume stays conserved."""
    target = checked_target(Target("mine", "yours", WANTS[kind]))
    found = with_wanted(target, parameters[None])
    np.testing.assert_allclose(values_of(target.names, found)[0], target.numbers, rtol=1e-9)
    np.testing.assert_allclose(found[:, 18::2] + found[:, 19::2], -1 / found[:, :18], rtol=1e-9)
    changed = np.flatnonzero(~np.isclose(found[0], parameters))
    assert len(changed) <= 3 * len(target.names)
