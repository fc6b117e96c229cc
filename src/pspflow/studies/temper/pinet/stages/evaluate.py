"""Stage: PI-Net's persistence images are compared with the exact ones, and both are timed."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import write_table
from pspflow.logs import log_table, progress
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import chip_batches, cut_chips
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, GridTable, MicrographStore, PersistenceStore, Weights
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.stage import AUTO, Device, Seed, Threads, Whole, stage
from pspflow.studies.temper.pinet.errors import surrogate_errors
from pspflow.studies.temper.pinet.network import GreyPINet, load_pinet
from pspflow.training.memory import keep_freed_memory

BATCH = 64
TIMED_CHIPS = 192


@stage
def evaluate(
    *,
    weights: Weights,
    micrographs: MicrographStore,
    chips: ChipTable,
    persistence: PersistenceStore,
    grid: GridTable,
    predictions: Path,
    errors: Path,
    speed: Path,
    chips_per_specimen: Whole = 100,
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Compare PI-Net's images of training and test chips with the exact ones, and time both.

    Parameters
    ----------
    predictions
        Zarr store to write: predicted images, and the positions of their chips in the table.
    errors
        Parquet table to write: mean absolute errors by split, domain and homology dimension.
    speed
        Parquet table to write: seconds per 1,000 chips of PI-Net and of the exact images, which
        always use one thread.
    chips_per_specimen
        Most chips of one specimen and domain that are used.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    rows, store = read_chips(chips), Micrographs(micrographs)
    exact = pi.images_of(persistence, chips)
    net = load_pinet(weights, device)
    used = np.flatnonzero(rows["split"].isin(["train", "test"]).to_numpy())
    drawn = used[few_chips(rows.iloc[used], chips_per_specimen, generator(seed, "pinet errors"))]
    few = rows.iloc[drawn]
    predicted = np.empty((len(few), *exact.shape[1:]), dtype=np.float32)
    work = chip_batches(store, few, BATCH)
    for at, pixels in progress(work, len(few), "PI-Net", "chip", lambda item: len(item[1])):
        predicted[at] = net.predict(pixels)
    train = rows["split"].to_numpy() == "train"
    domains = rows["domain"].to_numpy()
    means = {name: exact[train & (domains == name)].mean(axis=0) for name in dict.fromkeys(domains)}
    table = surrogate_errors(predicted, exact[drawn], few, exact[train].mean(axis=0), means)
    log_table(table)
    write_table(errors, table, origin)
    pixels = cut_chips(store, few.iloc[:TIMED_CHIPS])
    write_table(speed, _speeds(net, pixels, pi.read_imaging(grid), threads), origin)
    with new_store(predictions, origin) as group:
        put_array(group, pi.IMAGES, predicted, pi.DIMS, "1")
        put_array(group, "position", drawn, ("chip",), "1")


def _speeds(net: GreyPINet, pixels: np.ndarray, imaging: Imaging, threads: int) -> pd.DataFrame:
    """Time PI-Net and the exact images on the same chips; a first batch is not counted."""
    ways: dict[str, tuple[int, Callable[[np.ndarray], np.ndarray]]] = {
        "PI-Net": (threads, net.predict),
        f"{imaging.backend} images": (1, lambda chips: pi.compute(chips, imaging)),
    }
    rows = []
    for name, (used, way) in ways.items():
        way(pixels[:BATCH])
        started = time.perf_counter()
        for first in range(0, len(pixels), BATCH):
            way(pixels[first : first + BATCH])
        rows.append((name, used, (time.perf_counter() - started) / len(pixels) * 1000))
    return pd.DataFrame(rows, columns=["way", "threads", "seconds_per_1000_chips"])
