"""What the tests of the chapter share: a small study with networks of random weights."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.ndimage import gaussian_filter

from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import save_weights
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.models.steel.pixelcnn import PixelCNN
from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.shared import sections
from pspflow.studies.shared.images.options import ChipOptions
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.generation.stages.compare import compare
from pspflow.studies.steel.generation.stages.generate import generate
from pspflow.studies.steel.generation.stages.section import section
from pspflow.studies.steel.generation.stages.truth import truth
from pspflow.studies.steel.images.options import COOLING_RATE, Condition, SteelSimulationOptions
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.morphology.stages.measure import measure
from pspflow.studies.steel.prior.conditions import TrainedCondition
from pspflow.studies.steel.prior.trained import model_arguments

ORIGIN = Provenance("test", {}, None, {})
RATES = {"fast": 30.0, "slow": 1.0, "middle": 3.0}
SIZE, CODES, HELD_OUT, PIXEL_SIZE_UM = 32, 8, "middle", 0.5
SPLITS = ("train", "train", "validation", "test", "test")
OPTIONS = GenerationOptions(
    chips_per_condition=10,
    compared_chips=10,
    further=((2.0,), (20.0,)),
    truth_micrographs=2,
    resamples=100,
)
MEASURING = MeasureOptions(conditions=(Condition(column=COOLING_RATE, log=True),))
TRAININGS = ("vq/all", "vq/held_out")


def images_of(folder):
    """Write micrographs of grains that are finer at faster rates, and their chips."""
    region = {"row_start": 0, "row_stop": 64, "column_start": 0, "column_stop": 128}
    windows = grid_windows(region, SIZE, SIZE)
    tables, entries, rng = [], [], np.random.default_rng(0)
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        for domain, rate in RATES.items():
            for number, split in enumerate(SPLITS):
                name = f"{domain}{number}"
                image = {"micrograph": name, "specimen": domain, "domain": domain}
                noise = gaussian_filter(rng.normal(size=(64, 128)), 3 - np.log(rate) / 2)
                pixels = np.where(noise > -0.3 * noise.std(), 180, 60) + rng.integers(0, 9)
                entry = pd.Series({**image, "image": "", "pixel_size_um": PIXEL_SIZE_UM})
                put_micrograph(store, entry, pixels.astype(np.uint8))
                tables.append(chip_rows(windows, SIZE, image, split))
                entries.append({"row": len(entries) + 2, **image, COOLING_RATE: rate})
    write_table(folder / "chips.parquet", pd.concat(tables, ignore_index=True), ORIGIN)
    write_table(folder / "catalogue.parquet", pd.DataFrame(entries), ORIGIN)
    return {"micrographs": folder / "micrographs.zarr", "chips": folder / "chips.parquet"}


def networks_of(folder, number):
    """Write a model of codes and a PixelCNN, of random weights."""
    network = {"channels": [4, 4, 4], "residual_blocks": 1, "bottleneck": 2}
    network |= {"code_dim": 4, "codes": CODES}
    net = {"codes": CODES, "channels": 4, "layers": 2}
    condition = TrainedCondition(COOLING_RATE, True, 1.0, 1.0, 1.0, 30.0)
    paths = {"codes": folder / "codes.safetensors", "prior": folder / "prior.safetensors"}
    with torch.random.fork_rng():
        torch.manual_seed(number)
        coder, drawer = VQVAE(**network), PixelCNN(conditions=1, **net)
    folder.mkdir()
    save_weights(paths["codes"], coder.state_dict(), {"network": network}, ORIGIN)
    model = model_arguments(net, [condition], (SIZE // 8, SIZE // 8))
    save_weights(paths["prior"], drawer.state_dict(), model, ORIGIN)
    return paths


def coarse(path, figure, _):
    """Save a figure of few pixels, which takes less time."""
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=30)


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """Run all stages of the chapter once."""
    folder = tmp_path_factory.mktemp("generation")
    images = images_of(folder)
    known = {**images, "measures": folder / "measures.parquet"}
    measure(catalogue=folder / "catalogue.parquet", **known, options=MEASURING)
    shares = np.random.default_rng(1).dirichlet(np.ones(CODES), len(RATES)).ravel()
    frequencies = pd.DataFrame(
        {"domain": np.repeat(list(RATES), CODES), "code": np.tile(np.arange(CODES), len(RATES))}
    ).assign(frequency=shares)
    write_table(folder / "independent.parquet", frequencies, ORIGIN)
    both = {"options": OPTIONS, "measuring": MEASURING}
    networks = {}
    for number, name in enumerate(TRAININGS):
        home = folder / name.replace("/", "_")
        networks[name] = networks_of(home, number)
        held_out = name.endswith("held_out")
        generate(
            training=name,
            **networks[name],
            independent=None if held_out else folder / "independent.parquet",
            domain=HELD_OUT if held_out else None,
            **known,
            store=home / "generated.zarr",
            table=home / "generated.parquet",
            **both,
        )
    truth(
        store=folder / "truth.zarr",
        table=folder / "truth.parquet",
        simulated=SteelSimulationOptions(height_px=64, width_px=128),
        chips=ChipOptions(size_px=SIZE, stride_px=SIZE),
        **both,
    )
    homes = {name: folder / name.replace("/", "_") for name in TRAININGS}
    generated = {name: home / "generated.parquet" for name, home in homes.items()}
    stores = {name: home / "generated.zarr" for name, home in homes.items()}
    names = ("moments", "distances", "baseline", "copies")
    tables = {name: folder / f"{name}.parquet" for name in names}
    compare(
        generated=generated,
        stores=stores,
        truth=folder / "truth.parquet",
        **known,
        **tables,
        **both,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sections, "save_figure", coarse)
        section(
            generated=generated,
            stores={**stores, "truth": folder / "truth.zarr"},
            tables={**tables, "truth": folder / "truth.parquet"},
            **known,
            figures=folder / "figures",
            section=folder / "section.json",
            simulated=True,
            **both,
        )
    return SimpleNamespace(
        folder=folder,
        rates=RATES,
        held_out=HELD_OUT,
        codes=CODES,
        pixel_size_um=PIXEL_SIZE_UM,
        options=OPTIONS,
        measuring=MEASURING,
        known=known,
        networks=networks,
        generated=generated,
        stores=stores,
        measures=read_table(known["measures"]),
        **{name: read_table(path) for name, path in tables.items()},
    )
