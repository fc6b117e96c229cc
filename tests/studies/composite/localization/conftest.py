"""What test modules of localization share."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.mechanics import strain_field
from pspflow.options import validated
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.localization.stages.train import train

EDGE, COUNT, FIELDS = 9, 24, 20
ORIGIN = Provenance("test", {}, None, {})


@pytest.fixture(scope="session")
def structure():
    """Return a structure of edge 9."""
    return simulate_composite(9, (1, 2, 1), 0.4, np.random.default_rng(0))


@pytest.fixture(scope="session")
def options():
    """Return options of a small evaluation and small trainings."""
    return validated(
        LocalizationOptions,
        {
            "cpnet": {"epochs": 2, "windows": 32},
            "fno": {"width": 4, "modes": 3, "blocks": 2, "epochs": 6},
            "resamples": 50,
        },
    )


@pytest.fixture(scope="session")
def composite(tmp_path_factory):
    """Make a small set of structures, strain fields of all but four at its start, and a split."""
    folder = tmp_path_factory.mktemp("composite")
    rng = np.random.default_rng(0)
    sigmas = [(1, 2, 3), (3, 1, 1)]
    phases = np.stack(
        [simulate_composite(EDGE, sigmas[i % 2], rng.uniform(0.3, 0.7), rng) for i in range(COUNT)]
    )
    macro = [1e-3, 0, 0, 0, 0, 0]
    strains = [strain_field(p, [2.4, 120], [0.3, 0.3], macro)[0] for p in phases[-FIELDS:]]
    names = [f"s{i:02}" for i in range(COUNT)]
    dims = ("structure", "x", "y", "z")
    with new_store(folder / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", phases, dims, "1")
    with new_store(folder / "strain.zarr", ORIGIN) as group:
        put_array(group, "strain_11", np.stack(strains).astype(np.float32), dims, "1")
        group["strain_11"].attrs["macro_strain_11"] = 1e-3
        group.attrs["structures"] = names[-FIELDS:]
    rows = {"structure": names, "specimen": names, "morphology": ["1-2-3", "3-1-1"] * 12}
    write_table(folder / "structures.parquet", pd.DataFrame(rows), ORIGIN)
    moduli = {"phase": [0, 1], "young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]}
    write_table(folder / "phases.parquet", pd.DataFrame(moduli), ORIGIN)
    split = ["train"] * 16 + ["validation"] * 4 + ["test"] * 4
    drawn = [
        pd.DataFrame({"run": run, "structure": names, "split": split[::step]})
        for run, step in ((0, 1), (1, -1))
    ]
    write_table(folder / "splits.parquet", pd.concat(drawn), ORIGIN)
    return folder


@pytest.fixture(scope="session")
def inputs(composite):
    """Name what training and evaluation read."""
    names = {"structures": "structures.zarr", "strain": "strain.zarr"}
    names |= {"table": "structures.parquet", "splits": "splits.parquet"}
    return {name: composite / file for name, file in names.items()}


@pytest.fixture(scope="session")
def trained_into(composite, inputs, options):
    """Return what trains a network into a folder of its own, and returns the folder."""

    def make(localizer, where):
        target = composite / where
        train(
            localizer=localizer,
            weights=target / "weights.safetensors",
            history=target / "history.parquet",
            options=options,
            **inputs,
        )
        return target

    return make


@pytest.fixture(scope="session")
def trained(trained_into):
    """Train a network of each kind."""
    return {model: trained_into(model, model) for model in ("cpnet3", "fno")}
