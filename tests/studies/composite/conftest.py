"""What several test modules of the composite study share."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks.network import make_network
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.sets import phase_table, write_structures

ORIGIN = Provenance("test", {}, 0, {})
PAIR_COUNT, PAIR_EDGE = 20, 9
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
            save_weights(path, network.state_dict(), stored, ORIGIN)
        return network

    return make


@pytest.fixture(scope="session")
def pair_set(tmp_path_factory):
    """Write a set of two morphologies whose stiffness is made up; return its folder."""
    folder = tmp_path_factory.mktemp("pair")
    rng = np.random.default_rng(0)
    fractions = rng.uniform(0.3, 0.7, PAIR_COUNT)
    widths = {"1-3-3": (1, 3, 3), "3-1-1": (3, 1, 1)}
    kinds = [list(widths)[i % 2] for i in range(PAIR_COUNT)]
    made = [
        simulate_composite(PAIR_EDGE, widths[kind], share, rng)
        for kind, share in zip(kinds, fractions, strict=True)
    ]
    write_structures(folder / "structures.zarr", made, PAIR_COUNT, PAIR_EDGE, ORIGIN)
    names = [f"s{i}" for i in range(PAIR_COUNT)]
    frame = {"structure": names, "specimen": names, "morphology": kinds}
    solved = {name: 80 * fractions * (1 + np.arange(PAIR_COUNT) % 2) for name in NORMAL}
    splits = [["train", "validation", "test"][i // 2 % 3] for i in range(PAIR_COUNT)]
    tables = {
        "structures": pd.DataFrame({**frame, "volume_fraction": fractions}),
        "phases": phase_table((2.4, 120), (0.3, 0.3)),
        "stiffness": pd.DataFrame({"structure": names, **solved}),
        "splits": pd.DataFrame({"run": 0, "structure": names, "split": splits}),
    }
    for name, table in tables.items():
        write_table(folder / f"{name}.parquet", table, ORIGIN)
    return folder
