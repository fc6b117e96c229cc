"""Reach, completion and retrieval: what is known to be there is found, the rest refused."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.mechanics.texture import coefficient_distance, nearest_texture
from pspflow.seeds import generator
from pspflow.studies.texture.design.completion import completed
from pspflow.studies.texture.design.designs import propose
from pspflow.studies.texture.design.models import nearest_distances
from pspflow.studies.texture.design.options import ANGLES_DEG
from pspflow.studies.texture.design.proposals import design_textures
from pspflow.studies.texture.design.quantities import values_of
from pspflow.studies.texture.design.reach import check_reach, reachable
from pspflow.studies.texture.design.realisation import in_hull, realised
from pspflow.studies.texture.design.targets import target_of_wish, targets_of_textures
from pspflow.studies.texture.loop.round_trips import parameters_of
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.truth import ground_truth

TRUTH = ground_truth(PlasticityOptions())


def rng():
    """Return a new random generator."""
    return generator(0, "test of designs")


@pytest.fixture(scope="module")
def found(models):
    """Return designs for the parameters of an observed texture of the pool."""
    place = 7
    (target,) = targets_of_textures(models.observed[[place]], ["known"], models.parameters[[place]])
    return int(models.observed[place]), design_textures([target], models, TRUTH, 8, 2)


def test_retrieval_meets_a_texture_of_the_pool_exactly(found):
    """What an observed texture has is found among the observed with no error, and retrieved."""
    texture, made = found
    rows = made.table.set_index(["origin", "rank"])
    assert rows.loc[("observed", 1), "texture"] == texture
    assert rows.loc[("observed", 1), "checked_error_percent"] == 0
    assert rows.loc[("retrieved", 1), "texture"] == texture
    assert rows.loc[("retrieved", 1), "checked_error_percent"] == 0


def test_designs_are_ranked_by_what_is_checked(found, models):
    """The best of each kind is first; textures and table have one order."""
    _, made = found
    table = made.table
    for _, part in table.groupby("origin"):
        assert part["checked_error_percent"].is_monotonic_increasing
        assert part["rank"].tolist() == list(range(1, len(part) + 1))
    for texture, row in zip(made.textures, table.itertuples(), strict=True):
        assert texture.origin == row.origin
        assert texture.predicted_error_percent == row.predicted_error_percent
    designs = table["origin"] == "design"
    assert designs.sum() == 2
    assert (table.loc[~designs, "observed_distance"] >= 0).all()
    known = nearest_distances(models.observed_coefficients, models.observed_coefficients)
    np.testing.assert_array_equal(known, 0)


POSSIBLE = {
    "one": ({90: 1.2}, {}),
    "sheet": ({0: 1.5, 45: 1.0, 90: 1.4}, {45: 1.02}),
    "isotropic": (dict.fromkeys(ANGLES_DEG, 1.0), dict.fromkeys(ANGLES_DEG, 1.0)),
}


@pytest.mark.parametrize("wish", POSSIBLE)
def test_a_wish_is_completed_with_what_is_wanted_in_it(posterior, wish):
    """Every set holds the wish; the rest differs, and is what textures of the pool have."""
    target = target_of_wish("wish", *POSSIBLE[wish])
    reach = reachable(target, posterior, rng())
    check_reach(target, reach)
    np.testing.assert_allclose(reach.numbers, target.numbers, rtol=0.05)
    parameters = parameters_of(completed(target, posterior, 30, rng()))
    assert np.isfinite(parameters).all()
    np.testing.assert_allclose(
        values_of(target.names, parameters), np.tile(target.numbers, (30, 1)), rtol=1e-6
    )
    pool = parameters_of(posterior.mean())
    assert (parameters[:, 1:].std(axis=0) > 0).sum() > 20
    spread = pool.std(axis=0) + 1e-9
    assert (np.abs(parameters - pool.mean(axis=0)) < 6 * spread + 0.05).mean() > 0.98


def test_completion_narrows_with_the_wish(posterior):
    """The more is wanted, the less is left open."""
    some, more = (
        parameters_of(completed(target_of_wish("wish", *POSSIBLE[name]), posterior, 60, rng()))
        for name in ("one", "sheet")
    )
    assert more[:, 1:].std(axis=0).mean() < some[:, 1:].std(axis=0).mean()


IMPOSSIBLE = {
    "r-value": ({0: 50, 45: 50, 90: 50}, {}, "(wanted 50)"),
    "r-value below": ({0: 0.01, 45: 0.01, 90: 0.01}, {}, "(wanted 0.01)"),
    "stress": ({}, {45: 0.4}, "stress_xy_45 0."),
    "stress above": ({}, {90: 3.0}, "stress_yz_0 1."),
}


@pytest.mark.parametrize("wish", IMPOSSIBLE)
def test_what_no_texture_reaches_is_refused(models, posterior, wish):
    """One sentence names the nearest that is reachable."""
    *wanted, sentence = IMPOSSIBLE[wish]
    target = target_of_wish("far", *wanted)
    with pytest.raises(InputError, match="Target far: no texture comes near") as raised:
        propose(target, models, posterior, 4, 1, 0)
    assert sentence in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_what_textures_of_the_pool_have_is_reachable(models, posterior):
    """The predictions for any texture of the pool, as a whole or in part, are within reach."""
    pool = parameters_of(posterior.mean())
    for texture in (0, 50, 120):
        (target,) = targets_of_textures(np.array([texture]), ["pool"], pool[[texture]])
        reach = reachable(target, posterior, rng())
        assert reach.texture == texture
        assert reach.error_percent < 1e-6
        assert reach.texture_error_percent < 1e-6


def test_designs_are_textures(models):
    """What lies outside the hull is moved to the nearest texture; orientations exist for it."""
    inside = models.pool.coefficients[100]
    assert in_hull(inside).distance == 0
    np.testing.assert_array_equal(in_hull(inside).coefficients, inside)
    sharp = models.pool.coefficients[models.pool.coefficients[:, 0].argmax()]
    moved = in_hull(3 * sharp)
    assert moved.distance == pytest.approx(nearest_texture(3 * sharp).distance)
    assert coefficient_distance(3 * sharp, moved.coefficients) == pytest.approx(moved.distance)
    made = realised(moved.coefficients)
    assert made.moved == pytest.approx(coefficient_distance(moved.coefficients, made.coefficients))
    assert made.moved < moved.distance
    assert nearest_texture(made.coefficients).inside
    assert realised(inside).moved < 1e-3
