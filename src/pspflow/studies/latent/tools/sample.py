"""Command: new images by a trained network of the latent study."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.io.artefacts import Provenance, fingerprint, replacing
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.sheet import write_sheet
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.latent.evaluation.samplers import fit_density, independent_latents
from pspflow.studies.latent.networks.trained import TrainedAutoencoder, load_network
from pspflow.studies.shared.output_folders import check_output_folder
from pspflow.studies.stage import AUTO, DeviceName, Seed, Threads, Whole
from pspflow.training.devices import recorded, using

SHEET, IMAGES = FILES = ("samples.csv", "images")
WEIGHTS: Final = "weights.safetensors"
MADE: Final = "made.zarr"


def sample(
    *,
    model: Path,
    out: Path,
    count: Whole = 100,
    made: Path | None = None,
    independent: bool = False,
    seed: Seed = 0,
    threads: Threads = 1,
    device: DeviceName = AUTO,
) -> None:
    """Make new images with a trained autoencoder or adversarial network.

    Parameters
    ----------
    model
        Folder of the network, results/RUN/latent/networks/DATASET/MODEL.
    out
        Folder to make: images/*.tif, and samples.csv.
    count
        Images to make.
    made
        Of an autoencoder: store with latents of training images, to which a density is fitted;
        where it is not named, made.zarr of the run's chapter evaluation.
    independent
        Draw every latent number by itself, as we read the report, instead of from the density.

    Raises
    ------
    InputError
        If files cannot be used or do not belong together, or the folder holds something else.
    """
    out = out.resolve()
    check_output_folder(out, FILES, "earlier samples")
    if count < 1:
        raise InputError(f"--count is {count}; give at least 1.")
    weights = model / WEIGHTS
    if not weights.is_file():
        raise InputError(
            f"{model}: no {WEIGHTS} lies there; let --model name the folder of a network, "
            "results/RUN/latent/networks/DATASET/MODEL."
        )
    inputs = {"weights": weights}
    with using(device, threads) as place:
        network = load_network(weights, place)
        rng = generator(seed, "samples for people", network.model)
        if isinstance(network, TrainedAutoencoder):
            store = made or _store_of(model)
            latents = known_latents(store, weights, network.model)
            inputs["made"] = store
            drawn = (
                independent_latents(latents, count, rng)
                if independent
                else fit_density(latents).sample(count, rng)
            )
        else:
            if made is not None or independent:
                raise InputError(
                    f"{model}: this network makes images of noise; leave --made and --independent "
                    "out."
                )
            drawn = rng.standard_normal((count, network.latent_size), np.float32)
        pixels = network.decode(drawn)
        origin = Provenance.of("latent sample", inputs, seed=seed)
        options = {"count": count, "independent": independent}
        origin = replace(origin, options=options, device=recorded(place))
    names = [f"{IMAGES}/{number:05d}.tif" for number in range(1, count + 1)]
    with replacing(out) as staged:
        (staged / IMAGES).mkdir(parents=True)
        for name, each in zip(names, pixels, strict=True):
            write_tiff(staged / name, each, None, origin.as_json())
        write_sheet(staged / SHEET, pd.DataFrame({"image": names, "model": network.model}))
    log.info("%d images of %d x %d pixels: %s", count, *network.shape, out)


def known_latents(store: Path, weights: Path, model: str) -> np.ndarray:
    """Read the latents of training images under these weights, (n, d) float32.

    Raises
    ------
    InputError
        If the store has none, or those of other weights.
    """
    group = open_store(store)
    name = f"latents/{model}"
    recorded_print = provenance_of(group)["inputs"].get(f"weights {model}")
    if name not in group or recorded_print != fingerprint(weights):
        raise InputError(
            f"{store}: it has no latents of {weights}; give the store that the stage apply made "
            "with these weights."
        )
    return read_values(group, name)


def _store_of(model: Path) -> Path:
    """Locate what the stage apply made with the network of a run.

    Raises
    ------
    InputError
        If there is none.
    """
    folder = model.resolve()
    store = (folder / "../../../evaluation" / folder.parent.name / MADE).resolve()
    if not store.is_dir():
        raise InputError(
            f"{store}: there is no such store, from whose latents an autoencoder samples; run the "
            "chapter evaluation, or name another store by --made."
        )
    return store
