"""What several test modules of the composite study share."""

import numpy as np
import pytest
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.weights import save_weights
from pspflow.studies.composite.networks import make_network

SIZES = {"latent": 4, "width": 4, "decoder_width": 2, "dense": 16}


@pytest.fixture
def untrained():
    """Return what makes an untrained network of edge 9; with a path, its weights are saved there.

    Its priors tell properties apart, as trained ones do.
    """

    def make(model, properties, path=None):
        torch.manual_seed(len(model))
        arguments = {"model": model, "edge": 9, "properties": list(properties), "log": True}
        arguments |= {"components": 2 if model.startswith("mixture") else 1, **SIZES}
        network = make_network(arguments).eval()
        values = 10 + 50 * np.random.default_rng(0).random((64, len(properties)))
        network.scale.fit(torch.from_numpy(values.astype(np.float32)))
        if network.refitted is not None:
            for prior in (network.autoencoder.prior, network.refitted):
                torch.nn.init.normal_(prior.means.weight)
                torch.nn.init.normal_(prior.means.bias)
            if network.refitted.components > 1:
                torch.nn.init.normal_(network.refitted.weights.weight)
        if path:
            ranges = {name: [10.0, 60.0] for name in properties}
            material = {"young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3], "ranges": ranges}
            stored = {**arguments, "material": material}
            save_weights(path, network.state_dict(), stored, Provenance("test", {}, 0, {}))
        return network

    return make
