"""What test modules of localization share."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.mechanics import local_stress, strain_field
from pspflow.options import validated
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.localization.names import parts_of
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.localization.stages.train import train

EDGE, COUNT, FIELDS = 9, 24, 20
TRAININGS = ("strain/cpnet3/run0", "strain/cpnet3/run1", "strain/fno/run0", "stress/fno/run0")
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
            "budget_gmac": 1.0,
            "epochs": 6,
            "fno": {"width": 4, "modes": 3, "blocks": 2},
            "resamples": 50,
        },
    )


@pytest.fixture(scope="session")
def composite(tmp_path_factory):
    """Make a small set of structures, local fields of all but four at its start, and a split."""
    folder = tmp_path_factory.mktemp("composite")
    rng = np.random.default_rng(0)
    sigmas = [(1, 2, 3), (3, 1, 1)]
    phases = np.stack(
        [simulate_composite(EDGE, sigmas[i % 2], rng.uniform(0.3, 0.7), rng) for i in range(COUNT)]
    )
    macro = [1e-3, 0, 0, 0, 0, 0]
    moduli = ([2.4, 120], [0.3, 0.3])
    strains = [strain_field(p, *moduli, macro) for p in phases[-FIELDS:]]
    stresses = [
        local_stress(p, *moduli, strain)
        for p, strain in zip(phases[-FIELDS:], strains, strict=True)
    ]
    names = [f"s{i:02}" for i in range(COUNT)]
    dims = ("structure", "x", "y", "z")
    with new_store(folder / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", phases, dims, "1")
    with new_store(folder / "fields.zarr", ORIGIN) as group:
        for name, unit, fields in (("strain_11", "1", strains), ("stress_11", "GPa", stresses)):
            along_x = np.stack([field[0] for field in fields]).astype(np.float32)
            put_array(group, name, along_x, dims, unit)
            group[name].attrs["macro_strain_11"] = 1e-3
        group.attrs["structures"] = names[-FIELDS:]
    rows = {"structure": names, "specimen": names, "morphology": ["1-2-3", "3-1-1"] * 12}
    write_table(folder / "structures.parquet", pd.DataFrame(rows), ORIGIN)
    table = {"phase": [0, 1], "young_gpa": moduli[0], "poisson": moduli[1]}
    write_table(folder / "phases.parquet", pd.DataFrame(table), ORIGIN)
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
    names = {"structures": "structures.zarr", "fields": "fields.zarr"}
    names |= {"table": "structures.parquet", "splits": "splits.parquet"}
    return {name: composite / file for name, file in names.items()}


@pytest.fixture(scope="session")
def trained_into(composite, inputs, options):
    """Return what trains a network into a folder of its own, and returns the folder."""

    def make(training, where):
        field, localizer, run = parts_of(training)
        target = composite / where
        train(
            localizer=localizer,
            field=field,
            run=run,
            weights=target / "weights.safetensors",
            history=target / "history.parquet",
            options=options,
            **inputs,
        )
        return target

    return make


@pytest.fixture(scope="session")
def trained(trained_into):
    """Train a network of each kind, one of them twice, and one for stress."""
    return {name: trained_into(name, name) for name in TRAININGS}
