"""Networks and the scale of their properties."""

import numpy as np
import pytest
import torch
import xarray as xr

from pspflow.models.vae_regression import VAERegression, VoxelRegressor
from pspflow.studies.composite.networks.network import Network, PropertyScale
from pspflow.studies.composite.networks.recipes import RECIPES, label_of

SIZES = {"components": 2, "latent": 4, "width": 2, "decoder_width": 1, "dense": 8}


@pytest.mark.parametrize("name", list(RECIPES))
def test_a_recipe_makes_a_network_of_its_model(name):
    """Its sizes reach those arguments that the model has; it decodes where the recipe says so."""
    recipe = RECIPES[name]
    properties = ["c11_gpa"] if recipe.regression else []
    network = Network(name, 9, properties, log=False, **SIZES)
    assert isinstance(network.net, VAERegression if recipe.autoencoder else VoxelRegressor)
    if recipe.autoencoder:
        assert network.autoencoder.latent == 4
    else:
        with pytest.raises(TypeError, match="no latent space"):
            network.autoencoder.decode(torch.zeros(1, 4))
    assert (network.refitted is not None) == (recipe.autoencoder and recipe.regression)


def test_another_model_keeps_its_own_name_in_figures():
    """Labels are those of the recipes."""
    assert label_of("mixture_statistics") == "mixture + statistics"
    assert label_of("mks") == "mks"


@pytest.mark.parametrize("log", [False, True])
def test_scale_goes_both_ways(log):
    """Standardised values come back, and their deviations to first order."""
    known = torch.rand(50, 2) * 30 + 5
    scale = PropertyScale(2, log=log)
    scale.fit(known)
    values = scale(known)
    torch.testing.assert_close(values.mean(dim=0), torch.zeros(2), atol=1e-5, rtol=0)
    back, widths = scale.inverse(values, torch.full_like(values, 1e-3))
    torch.testing.assert_close(back, known)
    ahead, _ = scale.inverse(values + 1e-3, values)
    torch.testing.assert_close(ahead - back, widths, rtol=2e-2, atol=1e-4)


@pytest.mark.parametrize("method", ["predict", "encode"])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda phases: np.ma.masked_array(phases, phases == 0), "must have no mask"),
        (lambda phases: 255 * phases, r"255 is among them: write \(phases == stiff\)"),
        (lambda phases: phases / 2, "0.5 is among them"),
        (lambda phases: phases[:, :8], r"shape \(n, 9, 9, 9\), got \(3, 8, 9, 9\)"),
        (lambda phases: phases[0], r"got \(9, 9, 9\)"),
    ],
)
def test_structures_that_a_network_cannot_take(untrained, method, given, words):
    """Nothing is predicted from numbers that are no phase ids, nor from masked voxels."""
    network = untrained("mixture_statistics", ("c11_gpa",))
    phases = np.random.default_rng(0).integers(0, 2, (3, 9, 9, 9), np.uint8)
    with pytest.raises(ValueError, match=words):
        getattr(network, method)(given(phases))


def test_names_of_axes_say_which_is_which(untrained):
    """An array of xarray in the order z, y, x is predicted as it is."""
    network = untrained("cnn", ("c11_gpa",))
    phases = np.random.default_rng(0).integers(0, 2, (3, 9, 9, 9), np.uint8)
    named = xr.DataArray(phases.transpose(0, 3, 2, 1), dims=("structure", "z", "y", "x"))
    np.testing.assert_array_equal(network.predict(named)[0], network.predict(phases)[0])
    assert (network.predict(named.to_numpy())[0] != network.predict(phases)[0]).any()
