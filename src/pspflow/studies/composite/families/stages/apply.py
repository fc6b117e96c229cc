"""Stage: a network trained on one family predicts test structures of every family."""

from pathlib import Path

import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.families.names import family_of
from pspflow.studies.composite.families.transfer import errors as measured
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.networks.recipes import NetworkName
from pspflow.studies.composite.paths import NamedSplits, NamedStiffness, NamedStructures
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.properties import C11
from pspflow.studies.composite.structures.rows import read_split, rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import Weights
from pspflow.studies.stage import AUTO, Device, Index, Threads, stage


@stage
def apply(
    *,
    network: NetworkName,
    name: SetName = "all",
    run: Index = 0,
    weights: Weights,
    structures: NamedStructures,
    stiffness: NamedStiffness,
    splits: NamedSplits,
    errors: Path,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Predict C11 of the test structures of every family by a network trained on one.

    Parameters
    ----------
    network
        Name of the network.
    name
        Set that it was trained on.
    run
        Random split that it was trained on; of other sets, the one of the same number.
    errors
        Parquet table to write: one row per family that is tested.
    """
    torch.set_num_threads(threads)
    trained, _ = load_network(weights, device)
    rows = []
    for tested, store in structures.items():
        split = read_split(splits[tested], run)
        tests = split.index[split["split"] == "test"].to_numpy()
        voxels = read_values(open_store(store), PHASE)[tests]
        known = rows_of(stiffness[tested], split["structure"][tests].to_numpy(), splits[tested])
        predicted, _ = trained.predict(voxels)
        found = measured(known[C11[0]].to_numpy(), predicted[:, trained.properties.index(C11[0])])
        where = {"trained_on": family_of(name), "tested_on": family_of(tested), "run": run}
        rows.append({"network": network, **where, "structures": len(tests), **found})
    write_table(errors, pd.DataFrame(rows), origin)
