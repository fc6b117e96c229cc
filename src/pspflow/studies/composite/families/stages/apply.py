"""Stage: networks trained on one family each predict test structures of every family."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.families.names import family_of
from pspflow.studies.composite.families.transfer import errors as measured
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.paths import NamedSplits, NamedStiffness, NamedStructures
from pspflow.studies.composite.structures.properties import C11
from pspflow.studies.composite.structures.rows import read_split, rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Index, Threads, stage


@stage
def apply(
    *,
    weights: NamedWeights,
    run: Index = 0,
    structures: NamedStructures,
    stiffness: NamedStiffness,
    splits: NamedSplits,
    errors: Path,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Predict C11 of the test structures of every family by networks trained on one each.

    Parameters
    ----------
    weights
        By SET/NETWORK: the set that it was trained on, and its name.
    run
        Random split that they were trained on; of other sets, the one of the same number.
    errors
        Parquet table to write: one row per network and family that is tested.
    """
    torch.set_num_threads(threads)
    tests = {
        tested: _tests(store, stiffness[tested], splits[tested], run)
        for tested, store in structures.items()
    }
    rows = []
    for place, path in weights.items():
        name, _, network = place.partition("/")
        trained, _ = load_network(path, device)
        column = trained.properties.index(C11[0])
        for tested, (voxels, known) in tests.items():
            found = measured(known, trained.predict(voxels)[0][:, column])
            where = {"trained_on": family_of(name), "tested_on": family_of(tested), "run": run}
            rows.append({"network": network, **where, "structures": len(known), **found})
    write_table(errors, pd.DataFrame(rows), origin)


def _tests(
    structures: Path, stiffness: Path, splits: Path, run: int
) -> tuple[np.ndarray, np.ndarray]:
    """Read the test structures of a split: phase ids, and C11 in GPa."""
    split = read_split(splits, run)
    here = split.index[split["split"] == "test"].to_numpy()
    known = rows_of(stiffness, split["structure"][here].to_numpy(), splits)
    return read_values(open_store(structures), PHASE)[here], known[C11[0]].to_numpy()
