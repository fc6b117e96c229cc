"""Stage: the components of a prior are compared with the morphologies."""

from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.inverse.separation import real_fractions, resembled
from pspflow.studies.composite.networks.ablation import autocorrelations
from pspflow.studies.composite.networks.network import Network, load_network
from pspflow.studies.composite.networks.options import Prior
from pspflow.studies.composite.paths import (
    CandidateStore,
    CandidateTable,
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.rows import structures_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Index, Threads, stage


@stage
def separate(
    *,
    name: SetName = "pair",
    run: Index = 0,
    weights: NamedWeights,
    candidates: CandidateTable,
    proposed: CandidateStore,
    structures: StructureStore,
    table: StructureTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    assignments: Path,
    forms: Path,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Find which component of a prior has which test structure, and what the components decode.

    Parameters
    ----------
    name, run
        Set and run of the networks, whose priors are mixtures and whose target is C11.
    assignments
        Parquet table to write: one row per model, prior and test structure, with the component
        that is likeliest given its encoded mean and its C11.
    forms
        Parquet table to write: one row per candidate of these models, with the morphology that it
        resembles by its autocorrelations along the axes, and the least and the largest volume
        fraction that the morphologies need for the wanted C11, NaN where one cannot reach it.
    """
    torch.set_num_threads(threads)
    voxels = read_values(open_store(structures), PHASE)
    tests, training = (
        structures_of(table, stiffness, splits, split, run) for split in ("test", "train")
    )
    found = [_assigned(load_network(path, device)[0], tests, voxels) for path in weights.values()]
    rows = pd.concat(found, ignore_index=True)
    rows.insert(0, "set", name)
    rows.insert(1, "run", run)

    made = read_table(candidates)
    mixtures = made["model"].isin(list(weights)).to_numpy()
    ids = read_values(open_store(proposed), PHASE)[mixtures]
    learned = voxels[training["position"]]
    training["volume_fraction"] = learned.mean(axis=(1, 2, 3), dtype=np.float64)
    made = made[mixtures].reset_index(drop=True)
    fractions = real_fractions(training, made["wanted_c11_gpa"].to_numpy())
    made["resembles"] = resembled(
        autocorrelations(ids), autocorrelations(learned), training["morphology"].to_numpy()
    )
    made["real_low_fraction"] = fractions.min(axis=1)  # NaN where any is
    made["real_high_fraction"] = fractions.max(axis=1)
    columns = ["set", "run", "model", "prior", "component", "instance", "wanted_c11_gpa"]
    columns += ["volume_fraction", "resembles", "real_low_fraction", "real_high_fraction"]

    write_table(assignments, rows, origin)
    write_table(forms, made[columns], origin)


def _assigned(network: Network, tests: pd.DataFrame, voxels: np.ndarray) -> pd.DataFrame:
    """Tabulate the likeliest component of each test structure, by each prior of a network."""
    means = torch.from_numpy(network.encode(voxels[tests["position"]])[0]).to(network.device)
    values = tests[list(network.properties)].to_numpy()
    parts = []
    for prior in get_args(Prior):
        shares = network.prior(values, prior).responsibilities(means).double().cpu().numpy()
        part = tests[["structure", "morphology"]].copy()
        part.insert(0, "model", network.model)
        part.insert(1, "prior", prior)
        part["component"] = shares.argmax(axis=1)
        part["responsibility"] = shares.max(axis=1)
        parts.append(part)
    return pd.concat(parts)
