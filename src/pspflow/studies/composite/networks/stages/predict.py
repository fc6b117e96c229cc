"""Stage: trained networks predict the properties of structures."""

import numpy as np
import pandas as pd
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.networks.network import Network, load_network
from pspflow.studies.composite.paths import SplitTable, StructureStore
from pspflow.studies.composite.structures.rows import read_split
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import NamedWeights, WrittenTables
from pspflow.studies.stage import AUTO, Device, Index, Threads, stage


@stage
def predict(
    *,
    weights: NamedWeights,
    run: Index = 0,
    structures: StructureStore,
    splits: SplitTable,
    predictions: WrittenTables,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Predict the properties of every structure by the trained networks of one split.

    Parameters
    ----------
    run
        Random split that the networks were trained on.
    predictions
        By the names of the weights, Parquet tables to write: properties of every structure, and
        their standard deviations.

    Raises
    ------
    InputError
        If the names are not those of the weights.
    """
    if set(predictions) != set(weights):
        raise InputError("--predictions names other networks than --weights; give one of each.")
    torch.set_num_threads(threads)
    rows = read_split(splits, run)[["structure", "split"]]
    voxels = read_values(open_store(structures), PHASE)
    for name, path in weights.items():
        network, _ = load_network(path, device)
        write_table(predictions[name], rows.join(_predicted(network, voxels)), origin)


def _predicted(network: Network, voxels: np.ndarray) -> pd.DataFrame:
    """Tabulate what a network predicts of structures: each property and its deviation `NAME_sd`."""
    means, spreads = network.predict(voxels)
    columns: dict[str, np.ndarray] = {}
    for place, name in enumerate(network.properties):
        columns |= {name: means[:, place], f"{name}_sd": spreads[:, place]}
    return pd.DataFrame(columns)
