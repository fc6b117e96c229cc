"""What the tests of the chapter share: one small study, run through every stage."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.io.weights import save_weights
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.models.steel.pixelcnn import PixelCNN
from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.steel.images.options import (
    COOLING_RATE,
    Condition,
    SteelImagesOptions,
    SteelSimulationOptions,
)
from pspflow.studies.steel.inverse.options import InverseOptions
from pspflow.studies.steel.inverse.stages.coverage import coverage
from pspflow.studies.steel.inverse.stages.grid import grid
from pspflow.studies.steel.inverse.stages.likelihood import likelihood
from pspflow.studies.steel.inverse.stages.section import section
from pspflow.studies.steel.inverse.stages.wish import wish
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.prior.conditions import TrainedCondition
from pspflow.studies.steel.prior.trained import model_arguments

ORIGIN = Provenance("test", {}, None, {})
SIZE, PIXEL_SIZE_UM = 16, 0.5
RATES = (1.0, 3.0, 10.0, 30.0)
SPLITS = ("train", "train", "train", "validation", "test")
OPTIONS = InverseOptions(
    wishes=4,
    chips_per_wish=4,
    grid=4,
    chips_per_grid_point=10,
    tested_micrographs=5,
    resamples=100,
)
MEASURING = MeasureOptions(conditions=(Condition(column=COOLING_RATE, log=True),))
SIMULATED = SteelImagesOptions(simulated=SteelSimulationOptions(height_px=64, width_px=64))
SHEET = SteelImagesOptions.model_construct(source="micrographs")


def measured():
    """Make measures of chips of five micrographs of each rate; every micrograph has 4 chips."""
    rng = np.random.default_rng(0)
    region = {"row_start": 0, "row_stop": 2 * SIZE, "column_start": 0, "column_stop": 2 * SIZE}
    windows = grid_windows(region, SIZE, SIZE // 2)
    chips, measures = [], []
    for rate in RATES:
        for number, split in enumerate(SPLITS):
            image = {"micrograph": f"{rate}-{number}", "specimen": "s", "domain": f"rate_{rate:g}"}
            rows = chip_rows(windows, SIZE, image, split)
            shared, own = rng.normal(size=(1, 2)), rng.normal(size=(len(rows), 2))
            scatter = 0.05 * shared + 0.05 * own
            path = 6 - 0.8 * np.log(rate) + 3 * scatter[:, 1]
            values = {
                COOLING_RATE: rate,
                "ferrite_fraction": 0.72 - 0.03 * np.log(rate) + 0.5 * scatter[:, 0],
                "mean_free_path_px": path,
                "mean_free_path_um": PIXEL_SIZE_UM * path,
                "failure": "",
                "one_peak": False,
            }
            chips.append(rows)
            same = ["chip_id", "micrograph", "specimen", "domain", "split"]
            measures.append(rows[same].assign(**values))
    return pd.concat(chips, ignore_index=True), pd.concat(measures, ignore_index=True)


def write_networks(folder, measures):
    """Write networks as the chapters before do; they are not trained."""
    torch.manual_seed(0)
    sizes = {"channels": [4, 4, 4], "residual_blocks": 0, "bottleneck": 4, "code_dim": 4}
    network = {**sizes, "codes": 8}
    model = {"code_model": "vq", "network": network}
    save_weights(folder / "codes", VQVAE(**network).state_dict(), model, ORIGIN)
    properties = (
        Condition(column="ferrite_fraction"),
        Condition(column="mean_free_path_px", log=True),
    )
    for name, columns in (("process", MEASURING.conditions), ("properties", properties)):
        known = [TrainedCondition.of(c, measures[c.column].to_numpy()) for c in columns]
        net = {"codes": 8, "channels": 4, "layers": 2}
        cnn = PixelCNN(conditions=len(known), **net)
        save_weights(folder / name, cnn.state_dict(), model_arguments(net, known, (2, 2)), ORIGIN)


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """Run every stage once, on simulated test micrographs and on those of the sheet."""
    folder = tmp_path_factory.mktemp("inverse")
    chips, measures = measured()
    paths = {name: folder / f"{name}.parquet" for name in ("chips", "measures", "grid", "wishes")}
    write_table(paths["chips"], chips, ORIGIN)
    write_table(paths["measures"], measures, ORIGIN)
    write_networks(folder, measures)
    known = {"measures": paths["measures"], "measuring": MEASURING}
    drawn = {"codes": folder / "codes", "options": OPTIONS, "device": "cpu"}
    grid(**known, **drawn, prior=folder / "process", grid=paths["grid"])
    wish(
        **known,
        **drawn,
        grid=paths["grid"],
        prior=folder / "properties",
        wishes=paths["wishes"],
    )
    run = folder / "run"
    file = run / "inverse" / "vq" / "likelihood.safetensors"
    file.parent.mkdir(parents=True)
    likelihood(**known, chips=paths["chips"], grid=paths["grid"], likelihood=file)
    for name, images in (("tested", SIMULATED), ("sheet", SHEET)):
        coverage(
            **known,
            chips=paths["chips"],
            likelihood=file,
            tested=folder / f"{name}.parquet",
            densities=folder / f"{name}_densities.parquet",
            options=OPTIONS,
            images=images,
        )
    section(
        measures=paths["measures"],
        wishes={"vq": paths["wishes"]},
        tested={"vq": folder / "tested.parquet"},
        densities={"vq": folder / "tested_densities.parquet"},
        figures=folder / "figures",
        section=folder / "section.json",
        options=OPTIONS,
        measuring=MEASURING,
        simulated=True,
    )
    return SimpleNamespace(folder=folder, run=run, file=file, measures=measures, chips=chips)
