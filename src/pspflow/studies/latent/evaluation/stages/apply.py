"""Stage: networks of a dataset reconstruct images, sample latent space, and lead between images."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.logs import log, progress
from pspflow.seeds import generator
from pspflow.studies.latent.datasets.image_sets import IMAGE_DIMS, open_images
from pspflow.studies.latent.evaluation.made_images import INDEPENDENT, NOISE, PCA, PRINTED
from pspflow.studies.latent.evaluation.making import (
    Made,
    Wanted,
    drawn_pairs,
    made_by_coder,
    made_by_components,
    made_by_generator,
)
from pspflow.studies.latent.evaluation.options import MakingOptions
from pspflow.studies.latent.evaluation.pca import fit_components
from pspflow.studies.latent.names import DatasetName
from pspflow.studies.latent.networks.snapshots import snapshot_files
from pspflow.studies.latent.networks.trained import (
    TrainedAutoencoder,
    TrainedGenerator,
    load_network,
)
from pspflow.studies.latent.paths import ImageStores, ImageTables, NamedSnapshots
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage

GREY = "grey level"


@stage
def apply(
    *,
    dataset: DatasetName,
    images: ImageStores,
    tables: ImageTables,
    weights: NamedWeights,
    snapshots: NamedSnapshots,
    made: Path,
    options: MakingOptions = MakingOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Make reconstructions, samples, samples by epoch, and strips between images with networks.

    Beside autoencoders stand principal components of images, of the same latent size.

    Parameters
    ----------
    dataset
        Dataset of the images, which all networks were trained on.
    made
        Zarr store to write: `test_rows` and `strip_rows` (rows of the dataset's table), and
        `reconstructions/MODEL`, `samples/MODEL/SAMPLER`, `epochs/MODEL`,
        `epoch_reconstructions/MODEL`, `strips/MODEL` of images, and `latents/MODEL` of training
        images.

    Raises
    ------
    InputError
        If a network has no snapshots, or its images have another size.
    """
    if set(weights) != set(snapshots):
        raise InputError(
            f"--weights names {', '.join(weights)}, and --snapshots {', '.join(snapshots)}; "
            "give both of each network."
        )
    found = open_images(images, tables)
    test = generator(seed, "order", dataset).permutation(
        found.rows("test", options.reconstructed, seed)
    )
    pairs = drawn_pairs(
        len(test), options.interpolations, generator(seed, "strips between", dataset)
    )
    wanted = Wanted(
        found.images(found.rows("train", options.fitted, seed)),
        found.images(test),
        pairs,
        options.generated,
        options.steps,
        seed,
    )
    sizes: dict[str, int] = {}
    with new_store(made, origin) as group:
        put_array(group, "test_rows", test, ("reconstruction",), "1")
        for name in progress(weights, len(weights), "networks", "network"):
            network = _loaded(weights[name], dataset, name, device)
            if network.shape != found.shape:
                raise InputError(
                    f"{weights[name]}: this network makes images of {network.shape} pixels, and "
                    f"the dataset has {found.shape}; give the one that was trained on it."
                )
            later = {
                epoch: _loaded(path, dataset, name, device)
                for epoch, path in _epochs(snapshots[name])
            }
            if isinstance(network, TrainedAutoencoder):
                sizes[name] = network.latent_size
                coders = cast("dict[int, TrainedAutoencoder]", later)
                _put(group, name, made_by_coder(name, network, coders, wanted))
            else:
                _put(group, name, made_by_generator(name, network, later, wanted))
            log.info("%s: done", name)
        if sizes:
            put_array(group, "strip_rows", test[pairs], ("strip", "end"), "1")
            size = sizes.get(PRINTED, next(iter(sizes.values())))
            components = fit_components(wanted.train, size)
            _put(group, PCA, made_by_components(PCA, components, wanted))
            group[f"reconstructions/{PCA}"].attrs["components"] = components.latent_size
            group[f"reconstructions/{PCA}"].attrs["latent_size"] = size
            log.info("%s: %d components of %d", PCA, components.latent_size, size)


def _loaded(
    path: Path, dataset: DatasetName, model: str, device: Device
) -> TrainedAutoencoder | TrainedGenerator:
    """Load a network.

    Raises
    ------
    InputError
        If it is another one, or was trained on another dataset.
    """
    network = load_network(path, device)
    if (network.dataset, network.model) != (dataset, model):
        raise InputError(
            f"{path}: this is {network.model}, trained on {network.dataset}, and named as {model} "
            f"of {dataset}; give the weights and snapshots of that network."
        )
    return network


def _epochs(folder: Path) -> list[tuple[int, Path]]:
    """List the epochs of snapshots, and their files.

    Raises
    ------
    InputError
        If there is none.
    """
    files = snapshot_files(folder)
    if not files:
        raise InputError(
            f"{folder}: no EPOCH.safetensors lies there; give the folder snapshots of a network."
        )
    return list(files.items())


def _put(group: zarr.Group, name: str, made: Made) -> None:
    put = partial(put_array, group)
    for sampler, samples in made.samples.items():
        put(f"samples/{name}/{sampler}", samples, ("sample", *IMAGE_DIMS[1:]), GREY)
    if made.reconstructions is not None:
        dims = ("reconstruction", *IMAGE_DIMS[1:])
        put(f"reconstructions/{name}", made.reconstructions, dims, GREY)
    if made.latents is not None:
        put(f"latents/{name}", made.latents, ("training_image", "number"), "1")
    if made.strips is not None:
        put(f"strips/{name}", made.strips, ("strip", "step", *IMAGE_DIMS[1:]), GREY)
        way = "great circle" if NOISE in made.samples else "straight line"
        group[f"strips/{name}"].attrs["way"] = way
    sampler = NOISE if NOISE in made.samples else INDEPENDENT
    by_epoch = {"epochs": ("sample", made.epochs)}
    by_epoch["epoch_reconstructions"] = ("reconstruction", made.epoch_reconstructions)
    for kind, (axis, epochs) in by_epoch.items():
        if epochs:
            _put_epochs(group, f"{kind}/{name}", axis, epochs)
    if made.epochs:
        group[f"epochs/{name}"].attrs["sampler"] = sampler


def _put_epochs(group: zarr.Group, name: str, axis: str, epochs: Mapping[int, np.ndarray]) -> None:
    values = np.stack(list(epochs.values()))
    put_array(group, name, values, ("epoch", axis, *IMAGE_DIMS[1:]), GREY)
    group[name].attrs["epochs"] = list(epochs)
