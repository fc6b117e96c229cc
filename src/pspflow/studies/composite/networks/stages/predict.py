"""Stage: a trained network predicts the properties of structures."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.networks.network import Network, load_network
from pspflow.studies.composite.paths import SplitTable, StructureStore
from pspflow.studies.composite.structures.rows import read_split
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import Weights
from pspflow.studies.stage import AUTO, Device, Index, Threads, stage


@stage
def predict(
    *,
    weights: Weights,
    run: Index = 0,
    structures: StructureStore,
    splits: SplitTable,
    predictions: Path,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Predict the properties of every structure by a trained network.

    Parameters
    ----------
    run
        Random split that the network was trained on.
    predictions
        Parquet table to write: properties of every structure, and their standard deviations.
    """
    torch.set_num_threads(threads)
    rows = read_split(splits, run)[["structure", "split"]]
    voxels = read_values(open_store(structures), PHASE)
    network, _ = load_network(weights, device)
    write_table(predictions, rows.join(_predicted(network, voxels)), origin)


def _predicted(network: Network, voxels: np.ndarray) -> pd.DataFrame:
    """Tabulate what a network predicts of structures: each property and its deviation `NAME_sd`."""
    means, spreads = network.predict(voxels)
    columns: dict[str, np.ndarray] = {}
    for place, name in enumerate(network.properties):
        columns |= {name: means[:, place], f"{name}_sd": spreads[:, place]}
    return pd.DataFrame(columns)
