"""Stage: a trained autoencoder encodes structures."""

from pathlib import Path

import pandas as pd
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.paths import SplitTable, StructureStore
from pspflow.studies.composite.structures.rows import read_split
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.paths import Weights
from pspflow.studies.stage import AUTO, Device, Index, Threads, stage


@stage
def encode(
    *,
    weights: Weights,
    run: Index = 0,
    structures: StructureStore,
    splits: SplitTable,
    latents: Path,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Encode every structure by a trained autoencoder.

    Parameters
    ----------
    run
        Random split that the network was trained on.
    latents
        Parquet table to write: means of q(z | x) of every structure.
    """
    torch.set_num_threads(threads)
    rows = read_split(splits, run)[["structure", "split"]]
    voxels = read_values(open_store(structures), PHASE)
    means, _ = load_network(weights, device)[0].encode(voxels)
    columns = [f"z{place}" for place in range(means.shape[1])]
    write_table(latents, rows.join(pd.DataFrame(means, columns=columns)), origin)
