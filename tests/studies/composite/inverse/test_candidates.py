"""From latents to structures."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.studies.composite.inverse.candidates import propose, renumbered
from pspflow.studies.composite.networks.decoding import cut, noise_source
from pspflow.studies.composite.structures.properties import C11, NORMAL

LATENTS = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))


def test_the_network_chooses_among_draws_of_noise(untrained):
    """Of the structures from 8 draws of noise, the one predicted to be nearest is taken."""
    network = untrained("mixture_statistics", NORMAL)
    for wanted in (np.full((3, 6), 30.0), np.full((3, 6), 100.0)):
        found = propose(network, LATENTS, wanted, 8, 5)
        for place, latent in enumerate(LATENTS):
            noise = noise_source(network, 5, "noise of a candidate", place)
            given = cut(network.decode(latent.expand(8, -1), noise))
            predicted, _ = network.predict(given)
            nearest = np.abs(predicted / wanted[place] - 1).mean(axis=1).argmin()
            np.testing.assert_array_equal(found.phases[place], given[nearest])
            np.testing.assert_allclose(found.predicted_gpa[place], predicted[nearest])


def test_proposals_are_structures_of_the_decoded_fraction(untrained):
    """Phase ids of both phases, at the volume fraction of the soft structure."""
    network = untrained("gaussian", C11)
    found = propose(network, LATENTS, np.full((3, 1), 30.0), 16, 0)
    assert (found.phases.dtype, found.phases.shape) == (np.uint8, (3, 9, 9, 9))
    soft = network.decode(LATENTS).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found.phases.mean(axis=(1, 2, 3)), soft, atol=0.5 / 9**3 + 1e-6)
    assert found.predicted_gpa.shape == (3, 1)


@pytest.mark.parametrize("model", ["gaussian", "gaussian_statistics"])
def test_seeds_matter_where_noise_is_filtered(untrained, model):
    """A seed gives one structure; another seed another one, but for the published decoders."""
    network = untrained(model, C11)
    wanted = np.full((3, 1), 30.0)
    one, same, other = (propose(network, LATENTS, wanted, 2, seed).phases for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    # a latent's structure does not depend on the latents after it
    fewer = propose(network, LATENTS[:2], wanted[:2], 2, 0).phases
    np.testing.assert_array_equal(fewer, one[:2])
    assert (one == other).all() == (model == "gaussian")


def test_components_are_numbered_by_their_fraction():
    """For each model and prior, 0 has the least of the stiff phase; rows keep their values."""
    rows = pd.DataFrame(
        [
            (model, prior, component, instance)
            for model, prior in (("m", "joint"), ("m", "refitted"), ("a", "joint"))
            for component in range(2)
            for instance in range(2)
        ],
        columns=["model", "prior", "component", "instance"],
    )
    rows["volume_fraction"] = [0.6, 0.5, 0.3, 0.7, 0.2, 0.3, 0.4, 0.1, 0.9, 0.1, 0.3, 0.3]
    found, order = renumbered(rows)
    keys = ["model", "prior", "component", "instance"]
    pd.testing.assert_frame_equal(found[keys], rows[keys])
    assert order.tolist() == [2, 3, 0, 1, 4, 5, 6, 7, 10, 11, 8, 9]
    np.testing.assert_array_equal(found["volume_fraction"], rows["volume_fraction"][order])
