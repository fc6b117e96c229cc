"""Convergence, and what is asked of a texture."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pspflow.mechanics import (
    PlasticityConvergenceError,
    anisotropy_parameters,
    anisotropy_parameters_of_textures,
    yield_stress_and_r_value,
)
from pspflow.mechanics.plasticity import compiled
from pspflow.mechanics.plasticity.tension import exponents_to, in_plane_directions, tension


@pytest.mark.parametrize("spread_deg", [0, 0.1, 1, 5, 15])
@pytest.mark.parametrize("m", [0.05, 0.01])
def test_sharp_textures_converge(oracles, spread_deg, m):
    """Components of any sharpness, cube too, where the kinks of the work would stall a solver."""
    rng = np.random.default_rng(1)
    turns = Rotation.from_rotvec(rng.normal(size=(20, 3)) * np.radians(spread_deg))
    for centre in (Rotation.identity(), *Rotation.random(2, rng=rng)):
        anisotropy_parameters(oracles.euler(centre * turns), rate_sensitivity=m)


def test_a_tighter_tolerance_changes_little(few):
    """The default tolerance leaves errors of 1e-4 in strain and 1e-6 in stress."""
    loose, tight = anisotropy_parameters(few), anisotropy_parameters(few, tolerance=1e-8)
    np.testing.assert_allclose(loose[:18], tight[:18], atol=1e-6)
    np.testing.assert_allclose(loose[18:], tight[18:], atol=1e-4)


def test_no_convergence_is_raised(few):
    """With too few steps: which direction, how far off, and what to do."""
    with pytest.raises(PlasticityConvergenceError, match=r"rate_sensitivity or tolerance") as error:
        anisotropy_parameters(few, max_steps=6)
    assert error.value.direction == (1, 0, 0)
    assert error.value.steps == 6
    assert error.value.residual > 1e-4
    assert "along (1.000, 0.000, 0.000) found no equilibrium in 6 steps" in str(error.value)


def test_many_textures(few):
    """The same as one by one, whatever the threads; progress is told for each."""
    textures = [few[:2], few[3:9], few, few[:1]]
    weights = [None, np.arange(1.0, 7) / 21, None, [1.0]]
    told = []
    found = anisotropy_parameters_of_textures(
        textures, weights, threads=2, progress=lambda done, total: told.append((done, total))
    )
    one_by_one = [anisotropy_parameters(*pair) for pair in zip(textures, weights, strict=True)]
    np.testing.assert_array_equal(found.parameters, one_by_one)
    assert found.failures == {}
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    stack = anisotropy_parameters_of_textures(np.stack([few, few[::-1]]))
    np.testing.assert_array_equal(stack.parameters[0], one_by_one[2])


def test_failed_textures_are_recorded(few):
    """One that does not converge has no numbers, and does not stop the others."""
    cube = np.zeros((1, 3))
    found = anisotropy_parameters_of_textures([few, cube, few], max_steps=11)
    assert set(found.failures) == {0, 2}
    assert isinstance(found.failures[2], PlasticityConvergenceError)
    assert np.isnan(found.parameters[[0, 2]]).all()
    assert np.isfinite(found.parameters[1]).all()


def test_bad_lists_of_textures_are_refused(few):
    """Each fault is named, with the texture's number where it is one texture's."""
    for call, message in [
        (lambda: anisotropy_parameters_of_textures([]), "at least one texture"),
        (lambda: anisotropy_parameters_of_textures([few], [None, None]), "each of the 1 textures"),
        (lambda: anisotropy_parameters_of_textures([few], threads=0), "threads must be at least 1"),
        (lambda: anisotropy_parameters_of_textures([few, few * 99]), "texture 1: .* in radians"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


def test_rotating_the_sheet_shifts_the_curves(oracles, few):
    """Yield stress and r-value over the angle, and those among the 54 parameters."""
    angles = np.radians([0, 15, 45, 75])
    curves = yield_stress_and_r_value(few, None, angles)
    turned = oracles.euler(
        Rotation.from_euler("Z", 30, degrees=True) * Rotation.from_euler("ZXZ", few)
    )
    shifted = yield_stress_and_r_value(turned, None, angles + np.radians(30))
    np.testing.assert_allclose(shifted.yield_stress, curves.yield_stress, rtol=1e-6)
    np.testing.assert_allclose(shifted.r_value, curves.r_value, rtol=1e-3)
    parameters = anisotropy_parameters(few)
    at = np.array([0, 1, 3, 5])
    np.testing.assert_allclose(
        curves.yield_stress / curves.yield_stress[0], parameters[at], rtol=1e-9
    )
    ratio = parameters[18 + 2 * at] / parameters[19 + 2 * at]
    np.testing.assert_allclose(curves.r_value, ratio, rtol=1e-9)


def test_r_values_of_known_textures(even):
    """Random: 1. Cube: 1 along X. Goss: 1 along X, and along Y it widens, but does not thin."""
    assert abs(yield_stress_and_r_value(even, None, [0.3]).r_value[0] - 1) < 0.05
    assert abs(yield_stress_and_r_value(np.zeros((1, 3)), None, [0.0]).r_value[0] - 1) < 1e-3
    goss = yield_stress_and_r_value([[0, np.pi / 4, 0]], None, [0.0, np.pi / 2])
    assert abs(goss.r_value[0] - 1) < 1e-3
    assert abs(goss.r_value[1]) > 1e6


@pytest.mark.parametrize(
    ("orientations", "weights", "message"),
    [
        (np.zeros(3), None, r"shape \(n, 3\).*got shape \(3,\)"),
        ([[0, 45, 90], [10, 20, 30]], None, "in radians, from -2π to 2π, but an angle is 90"),
        ([[0, 0, 0], [0, np.nan, 0]], None, "row 1 is .*have no orientation"),
        (np.zeros((2, 3)), [1, 1], "sum to 1, got 2: divide them by their sum"),
        (np.zeros((2, 3)), [0.4, 0.4], "sum to 1, got 0.8"),
    ],
)
@pytest.mark.parametrize(
    "model",
    [
        anisotropy_parameters,
        lambda *texture: yield_stress_and_r_value(*texture, [0.0]),
        lambda *texture: anisotropy_parameters_of_textures(*([each] for each in texture)),
    ],
)
def test_what_is_no_texture_is_refused(model, orientations, weights, message):
    """Degrees, points without orientation and weights that do not sum to 1: as in `texture`."""
    with pytest.raises(ValueError, match=message):
        model(orientations, weights)


@pytest.mark.parametrize("m", [0, -0.05, 0.03, 0.001, 2, np.nan])
def test_bad_rate_sensitivities_are_refused(few, m):
    """The exponent is a whole number from 1 to 100."""
    with pytest.raises(ValueError, match="1 divided by a whole number"):
        anisotropy_parameters(few, rate_sensitivity=m)


def test_bad_angles_and_slip_are_refused(few):
    """Degrees in the plane, and slip systems that nobody defined."""
    with pytest.raises(ValueError, match="angles_rad must be in radians"):
        yield_stress_and_r_value(few, None, [0, 45])
    with pytest.raises(ValueError, match="finite numbers in one row"):
        yield_stress_and_r_value(few, None, [[0.0]])
    with pytest.raises(ValueError, match="slip must be one of fcc, bcc or a SlipSystems"):
        anisotropy_parameters(few, slip="hcp")


def test_the_exponent_grows_to_its_value():
    """From 1, for any whole exponent."""
    for last in range(1, 101):
        exponents = exponents_to(1 / last)
        assert exponents[0] == 1
        assert exponents[-1] == last
        assert (np.diff(exponents) > 0).all()


def test_a_linear_material_is_solved_at_once(few):
    """With m = 1 only the damping of the steps delays the end."""
    response = tension(few, None, in_plane_directions([0.2]), rate_sensitivity=1, max_steps=5)
    assert np.isfinite(response.stress).all()


def test_machine_code_is_kept_by_every_source_of_it():
    """A module with compiled functions that the digest misses would leave old code in use."""
    folder = compiled.Path(compiled.__file__).parent
    holding = {p.name for p in folder.glob("*.py") if "@compiled\n" in p.read_text()}
    assert holding <= set(compiled.PARTS)
    assert all((folder / name).is_file() for name in compiled.PARTS)


def test_code_is_compiled_where_none_can_be_kept(monkeypatch):
    """A folder that cannot be written costs time, and nothing else."""
    njit = compiled.numba.njit

    def refusing(**how):
        if how.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**how)

    monkeypatch.setattr(compiled.numba, "njit", refusing)

    @compiled.kept
    def twice(number: float) -> float:
        return 2 * number

    assert twice(1.5) == 3
    assert len(compiled.fingerprint()) == 64
