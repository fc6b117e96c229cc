"""Command: simulated microstructures as images."""

import numpy as np
import pandas as pd
import pytest
import tifffile

from pspflow.errors import InputError
from pspflow.options import validated
from pspflow.simulate import count_grains
from pspflow.studies import registry
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.datasets.simulated import simulated
from pspflow.studies.latent.tools.simulate import simulate

OPTIONS = validated(
    DatasetsOptions, {"grain_growth": {"edge_sites": 12, "time": 1.0, "image_px": [24, 24]}}
)


def test_images_labels_and_sheet_belong_together(tmp_path):
    """They are those of the dataset; a second run replaces them."""
    for _ in range(2):
        simulate("grain_growth", out=tmp_path / "made", count=10, options=OPTIONS)
    sheet = pd.read_csv(tmp_path / "made/images.csv")
    labels = np.load(tmp_path / "made/labels.npy")
    assert labels.shape == (10, 12, 12)
    assert sheet["grains"].tolist() == count_grains(labels, periodic=True).tolist()
    images = [tifffile.imread(tmp_path / "made" / name) for name in sheet["image"]]
    pieces = simulated("grain_growth", OPTIONS, range(10), 0, 1)
    np.testing.assert_array_equal(images, np.concatenate([each.images for each in pieces]))


def test_variants_of_a_micrograph(tmp_path):
    """Crops come from all of it; without labels."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)
    tifffile.imwrite(tmp_path / "m.tif", noise)
    given = {"image": tmp_path / "m.tif", "size_px": [36, 36], "hole_px": 4}
    options = validated(DatasetsOptions, {"inpainted": given})
    simulate("inpainted", out=tmp_path / "made", count=2, options=options)
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["images", "images.csv"]
    large = validated(DatasetsOptions, {"inpainted": {**given, "size_px": [41, 36]}})
    with pytest.raises(InputError, match="fewer than a crop of 41 x 36"):
        simulate("inpainted", out=tmp_path / "other", count=2, options=large)


def test_what_cannot_be_made_is_refused(tmp_path):
    """In one sentence; nothing is written or replaced."""
    with pytest.raises(InputError, match="--count is 0"):
        simulate("weld", out=tmp_path / "made", count=0)
    with pytest.raises(InputError, match=r"--options\.inpainted\.image"):
        simulate("inpainted", out=tmp_path / "made")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds notes.txt and is not earlier images"):
        simulate("weld", out=tmp_path)


def test_stage_and_command_of_one_name_are_two():
    """The study's command is for people, the chapter's stage for rules."""
    (tool,) = (each for each in registry.tools("latent") if each.name == "simulate")
    (stage,) = (each for each in registry.stages("latent", "datasets") if each.name == "simulate")
    assert tool.place != stage.place
