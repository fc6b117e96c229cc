"""Training that survives a kill."""

import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import load_weights
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.topology import persistence_images
from pspflow.training.data import EpochBatches

ORIGIN = Provenance("test", {}, None, {})
OPTIONS = '{"channels": [4, 4], "max_epochs": 6, "batch_size": 8}'


def test_order_depends_on_seed_and_epoch_alone():
    """Every epoch holds every item once, in an order that can be found again."""
    batches = EpochBatches(20, 6, seed=3)
    orders = []
    for epoch in (0, 1, 0):
        batches.set_epoch(epoch)
        orders.append([at for batch in batches for at in batch])
    assert sorted(orders[0]) == list(range(20))
    assert orders[0] == orders[2] != orders[1]
    assert len(list(EpochBatches(20, 6, None))) == len(batches) == 4


@pytest.fixture
def image_set(tmp_path):
    """Make chips of noise with their persistence images, two thirds to train on."""
    rng = np.random.default_rng(0)
    pieces = []
    with new_store(tmp_path / "micrographs.zarr", ORIGIN) as store:
        for name, split in (("a", "train"), ("b", "train"), ("c", "validation")):
            pixels = (rng.random((96, 96)) * rng.integers(50, 250)).astype(np.uint8)
            image = {"micrograph": name, "specimen": name, "domain": "t5", "image": name}
            entry = pd.Series({**image, "pixel_size_um": np.nan})
            put_micrograph(store, entry, pixels)
            region = {"row_start": 0, "row_stop": 96, "column_start": 0, "column_stop": 96}
            rows = chip_rows(grid_windows(region, 32, 16), 32, image, split)
            cuts = [pixels[r.row : r.row + 32, r.column : r.column + 32] for r in rows.itertuples()]
            pieces.append((rows, persistence_images(np.stack(cuts)).astype(np.float32)))
    chips = pd.concat([rows for rows, _ in pieces])
    write_table(tmp_path / "chips.parquet", chips, ORIGIN)
    with new_store(tmp_path / "persistence.zarr", ORIGIN) as group:
        group.attrs["chips"] = fingerprint(tmp_path / "chips.parquet")
        images = np.concatenate([images for _, images in pieces])
        dims = ("chip", "homology", "birth", "persistence")
        put_array(group, "persistence_image", images, dims, "grey level")
    return tmp_path


def command(folder, name):
    """Return the command that trains."""
    return [
        *(sys.executable, "-m", "pspflow", "temper", "train-pinet", "--head", "pooled"),
        *("--micrographs", f"{folder}/micrographs.zarr", "--chips", f"{folder}/chips.parquet"),
        *("--persistence", f"{folder}/persistence.zarr", "--options", OPTIONS),
        *("--weights", f"{folder}/{name}/w.safetensors"),
        *("--history", f"{folder}/{name}/h.parquet"),
    ]


def test_a_killed_training_ends_in_the_same_weights(image_set):
    """SIGKILL after some epoch and a second start give what an unbroken run gives, bit by bit."""
    assert subprocess.run(command(image_set, "whole"), check=False).returncode == 0
    broken = subprocess.Popen(command(image_set, "broken"), stderr=subprocess.PIPE, text=True)
    for line in broken.stderr:
        if "epoch 3 of 6" in line:
            break
    broken.send_signal(signal.SIGKILL)
    broken.wait()
    assert not (image_set / "broken/w.safetensors").exists()
    again = subprocess.run(
        command(image_set, "broken"), stderr=subprocess.PIPE, text=True, check=True
    )
    assert "Going on from" in again.stderr
    (one, _), (two, _) = (
        load_weights(image_set / name / "w.safetensors") for name in ("whole", "broken")
    )
    for name in one:
        assert torch.equal(one[name], two[name]), name
    first, second = (read_table(image_set / name / "h.parquet") for name in ("whole", "broken"))
    pd.testing.assert_frame_equal(first, second)
    assert not (image_set / "broken/resume").exists()
