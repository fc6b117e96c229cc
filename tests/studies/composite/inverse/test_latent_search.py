"""Search of a latent space by annealing."""

import numpy as np
import pytest

from pspflow.seeds import generator
from pspflow.studies.composite.inverse.latent_search import Region, Start, sampler, search
from pspflow.studies.composite.structures.properties import C11

LATENTS = np.random.default_rng(0).normal([0, 1, 0, -1], [1, 2, 0.5, 1], (40, 4))


class Dial:
    """Stand in for both networks: a structure is its latent, and C11 a bowl over it."""

    model, device = "mixture_statistics", "cpu"

    def decode(self, latents, rng):
        """Return soft structures whose fraction falls with the latent's distance from 1."""
        miss = float(((latents[0] - 1) ** 2).sum())
        return np.full((1, 9, 9, 9), 1 / (1 + miss / 10), np.float32)

    def predict(self, phases):
        """Return a C11 that is proportional to the fraction."""
        return 100 * phases.mean(axis=(1, 2, 3))[:, None], None


class Watched(Dial):
    """Note what is asked for."""

    def __init__(self):
        self.tried = []

    def decode(self, latents, rng):
        """Decode, and remember."""
        self.tried.append(latents[0].double().numpy())
        return super().decode(latents, rng)


@pytest.mark.parametrize("inferred", [True, False])
def test_searches_improve_and_stay_within_their_bounds(inferred):
    """A search never ends worse than it began, counts its proposals, and keeps to its bounds."""
    region = Region.of(LATENTS)
    latent = np.array([0.0, 3.0, 0.0, -1.0]) if inferred else region.draw(generator(0))
    start = Start(0, 90.0, inferred, 0, latent)
    network = Dial()
    found = search(network, network, start, region, 60, 0, generator(1))
    assert found.evaluations == 61
    assert abs(found.predicted_gpa - 90) < abs(
        network.predict(sampler(network, 0, start)(latent))[0] - 90
    )
    assert (found.best >= np.minimum(region.low, latent) - 1e-9).all()
    assert (found.best <= np.maximum(region.high, latent) + 1e-9).all()
    same = search(network, network, start, region, 60, 0, generator(1))
    np.testing.assert_array_equal(same.best, found.best)
    none = search(network, network, start, region, 1, 0, generator(1))
    assert none.evaluations == 2


def test_first_steps_from_inferred_latents_are_short():
    """A search from an inferred latent looks around it; one from a random latent looks farther."""
    region = Region.of(LATENTS)
    steps = {}
    for inferred in (True, False):
        network = Watched()
        start = Start(0, 90.0, inferred, 0, region.mean)
        search(network, network, start, region, 8, 0, generator(1))
        moves = np.abs(np.diff(network.tried[:-1], axis=0)) / region.spread
        steps[inferred] = np.median(moves)
    assert steps[True] < 0.6
    assert steps[True] < steps[False] / 2


def test_a_latent_dimension_without_spread():
    """A dimension that the encoder does not use still has a width to search."""
    region = Region.of(np.zeros((5, 3)))
    assert (region.high > region.low).all()
    assert np.isfinite(region.draw(generator(0))).all()


def test_the_noise_of_a_search_stays(untrained):
    """The same latent gives the same structure within a search, and another one in the next."""
    network = untrained("mixture_statistics", C11)
    start = Start(0, 25.0, False, 0, LATENTS[0])
    structure = sampler(network, 0, start)
    one = structure(LATENTS[0])
    structure(LATENTS[1])
    np.testing.assert_array_equal(structure(LATENTS[0]), one)
    assert (sampler(network, 0, start._replace(number=1))(LATENTS[0]) != one).any()
