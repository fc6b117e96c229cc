"""Stages of PI-Net: training it on exact persistence images, and holding it against them."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from lightning.pytorch import seed_everything
from torch import Tensor, nn

from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.pages import save_figure
from pspflow.io.tables import write_table
from pspflow.io.weights import load_weights, save_weights
from pspflow.logs import log, progress
from pspflow.microstructure.chips import few_chips
from pspflow.microstructure.loader import chip_batches, cut_chips
from pspflow.models.pinet import Head, PINet, grey_to_input, parameter_count
from pspflow.options import Names, Paths
from pspflow.seeds import generator
from pspflow.studies.temper import figures as draw
from pspflow.studies.temper import persistence as pi
from pspflow.studies.temper.evaluate import surrogate_errors
from pspflow.studies.temper.options import Imaging, PINetOptions
from pspflow.training.data import ChipTargets, loader
from pspflow.training.fit import fit
from pspflow.training.gather import ChipGather
from pspflow.training.memory import keep_freed_memory
from pspflow.training.regression import Regression

BATCH = 64
TIMED_CHIPS = 192


class GreyPINet(nn.Module):
    """PI-Net on chips as they are stored, `n x rows x columns` uint8."""

    def __init__(self, net: PINet) -> None:
        super().__init__()
        # 1.7 times as fast on a CPU; torch's own annotations forget this keyword
        self.net: PINet = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, chips: Tensor) -> Tensor:
        """Predict persistence images, `n x 2 x resolution x resolution`."""
        images: Tensor = self.net(grey_to_input(chips))
        return images


def train_pinet(
    *,
    head: Head,
    micrographs: Path,
    chips: Path,
    persistence: Path,
    weights: Path,
    history: Path,
    options: PINetOptions = PINetOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Train PI-Net until its loss on validation chips stops falling.

    A killed training goes on from its last epoch when it is started again.

    Parameters
    ----------
    head
        Reading of the paper's last layers.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    persistence
        Zarr store of the persistence images.
    weights
        Safetensors file to write: the weights of the best epoch.
    history
        Parquet table to write: losses by epoch.
    options
        Size of the network and length of its training.
    seed
        Seed of weights and data order.
    threads
        Threads of torch; another number gives other rounding.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    seed_everything(seed, verbose=False)
    rows, store = read_chips(chips), Micrographs(micrographs)
    images = pi.images_of(persistence, chips)
    data, targets = {}, {}
    for split in ("train", "validation"):
        here = np.flatnonzero(rows["split"].to_numpy() == split)
        few = few_chips(
            rows.iloc[here], options.chips_per_specimen, generator(seed, "pinet", split)
        )
        targets[split] = images[here[few]]
        gathered = ChipGather.of(store, rows.iloc[here[few]])
        data[split] = ChipTargets(gathered, targets[split])
    model = {"head": head, "channels": list(options.channels), "resolution": images.shape[-1]}
    net = GreyPINet(PINet(**model))
    mean = torch.from_numpy(targets["train"].mean(axis=0))
    spread = torch.from_numpy((targets["train"] - mean.numpy()).std(axis=(0, 2, 3)))[:, None, None]
    net.net.mean.copy_(mean)
    net.net.scale.copy_(spread)
    log.info("%d chips to train on, %d parameters", len(data["train"]), parameter_count(net))

    inputs = {"micrographs": micrographs, "chips": chips, "persistence": persistence}
    origin = Provenance.of(f"temper train-pinet {head}", inputs, options, seed)
    resume = origin.resume_folder(weights)
    losses = fit(
        Regression(net, spread, options.learning_rate, options.max_epochs),
        loader(data["train"], options.batch_size, seed),
        loader(data["validation"], BATCH, None),
        resume,
        options.max_epochs,
        options.patience,
    )
    write_table(history, losses, origin)
    save_weights(weights, net.net.state_dict(), model, origin)
    shutil.rmtree(resume.parent)


def evaluate_pinet(
    *,
    weights: Path,
    micrographs: Path,
    chips: Path,
    persistence: Path,
    grid: Path,
    predictions: Path,
    errors: Path,
    speed: Path,
    chips_per_specimen: int = 100,
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Hold PI-Net's images against the exact ones, and time both.

    Parameters
    ----------
    weights
        Weights of the network.
    micrographs
        Zarr store of the pixels.
    chips
        Table of the chips.
    persistence
        Zarr store of the exact persistence images.
    grid
        Table of what they were made with.
    predictions
        Zarr store to write: predicted images and their chips' positions in the table.
    errors
        Parquet table to write: mean absolute errors by split, domain and homology dimension.
    speed
        Parquet table to write: seconds per 1,000 chips of PI-Net and of the exact images.
    chips_per_specimen
        Most chips of one specimen and domain that are used.
    seed
        Seed of their draw.
    threads
        Threads of torch; the exact images always take one.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    rows, store = read_chips(chips), Micrographs(micrographs)
    exact = pi.images_of(persistence, chips)
    net = load_pinet(weights)
    used = np.flatnonzero(rows["split"].isin(["train", "test"]).to_numpy())
    drawn = used[few_chips(rows.iloc[used], chips_per_specimen, generator(seed, "pinet errors"))]
    few = rows.iloc[drawn]
    predicted = np.empty((len(few), *exact.shape[1:]), dtype=np.float32)
    work = chip_batches(store, few, BATCH)
    for at, pixels in progress(work, len(few), "PI-Net", "chip", lambda item: len(item[1])):
        predicted[at] = _predict(net, pixels)
    train = rows["split"].to_numpy() == "train"
    domains = rows["domain"].to_numpy()
    means = {name: exact[train & (domains == name)].mean(axis=0) for name in dict.fromkeys(domains)}
    table = surrogate_errors(predicted, exact[drawn], few, exact[train].mean(axis=0), means)
    for line in table.to_string(index=False).splitlines():
        log.info("%s", line)
    inputs = {
        "weights": weights,
        "micrographs": micrographs,
        "chips": chips,
        "persistence": persistence,
        "grid": grid,
    }
    imaging = pi.read_imaging(grid)
    origin = Provenance.of("temper evaluate-pinet", inputs, imaging, seed)
    write_table(errors, table, origin)
    write_table(
        speed, _speeds(net, cut_chips(store, few.iloc[:TIMED_CHIPS]), imaging, threads), origin
    )
    with new_store(predictions, origin) as group:
        put_array(group, pi.IMAGES, predicted, pi.DIMS, "1")
        put_array(group, "position", drawn, ("chip",), "1")


def pinet_figure(*, heads: Names, predictions: Paths, persistence: Path, figure: Path) -> None:
    """Draw predicted against exact pixels of persistence images, a row a head.

    Parameters
    ----------
    heads
        Names of the heads, in the order of their predictions.
    predictions
        Zarr stores of the predictions.
    persistence
        Zarr store of the exact persistence images.
    figure
        PNG to write.
    """
    exact = read_values(open_store(persistence), pi.IMAGES)
    pairs = {}
    for head, path in zip(heads, predictions, strict=True):
        store = open_store(path)
        pairs[head] = (exact[read_values(store, "position")], read_values(store, pi.IMAGES))
    inputs: Inputs = {"predictions": predictions, "persistence": persistence}
    save_figure(figure, draw.parity_figure(pairs), Provenance.of("temper pinet-figure", inputs))


def trained_pinet(weights: Path) -> PINet:
    """Rebuild a trained PI-Net on the CPU, in evaluation."""
    tensors, model = load_weights(weights)
    net = PINet(**model)
    net.load_state_dict(tensors)
    return net.eval()


def load_pinet(weights: Path) -> GreyPINet:
    """Load a trained PI-Net, ready to predict, onto the GPU where there is one."""
    return (
        GreyPINet(trained_pinet(weights)).eval().to("cuda" if torch.cuda.is_available() else "cpu")
    )


def _predict(net: GreyPINet, pixels: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return net(torch.from_numpy(pixels).to(net.net.mean.device)).cpu().numpy()


def _speeds(net: GreyPINet, pixels: np.ndarray, imaging: Imaging, threads: int) -> pd.DataFrame:
    """Time both ways on the same chips; a first batch is not counted."""
    ways: dict[str, tuple[int, Callable[[np.ndarray], np.ndarray]]] = {
        "PI-Net": (threads, lambda chips: _predict(net, chips)),
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
