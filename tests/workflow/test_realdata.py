"""Real micrographs of ultrahigh-carbon steel: three microconstituents as domains."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pspflow.io.tables import read_table
from pspflow.io.weights import load_weights

ROOT = Path(__file__).parents[2]
MICROGRAPHS = ROOT.parent / "shared/data/uhcs/micrographs"
IMAGES_EACH, ROWS, COLUMNS = 40, 6, 9  # 475 x 645 px, chips of 128 px at a stride of 64

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.workflow,
    pytest.mark.xdist_group("realdata"),
    pytest.mark.skipif(not MICROGRAPHS.is_dir(), reason="real micrographs are not here"),
]


def test_chips_per_class(realdata):
    """Every micrograph of every class is cut into its full grid of chips."""
    chips = pd.read_parquet(realdata / "temper/images/chips.parquet")
    counts = chips["domain"].value_counts().to_dict()
    each = IMAGES_EACH * ROWS * COLUMNS
    assert counts == {"network": each, "pearlite": each, "spheroidite": each}


def test_no_test_chip_shares_a_pixel_with_a_training_chip(realdata):
    """Painting the training chips leaves every test chip untouched, micrograph by micrograph."""
    chips = pd.read_parquet(realdata / "temper/images/chips.parquet")
    catalogue = pd.read_parquet(realdata / "temper/images/catalogue.parquet").set_index(
        "micrograph"
    )
    for name, rows in chips.groupby("micrograph"):
        entry = catalogue.loc[name]
        painted = np.zeros((entry["height_px"], entry["width_px"]), dtype=bool)
        for chip in rows[rows["split"] == "train"].itertuples():
            painted[chip.row : chip.row + 128, chip.column : chip.column + 128] = True
        for chip in rows[rows["split"] == "test"].itertuples():
            assert not painted[chip.row : chip.row + 128, chip.column : chip.column + 128].any()
    assert (chips["split"] == "test").sum() > 0


@pytest.mark.parametrize(
    ("chapter", "name"),
    [("images", "micrographs"), ("images", "chips"), ("persistence", "persistence")],
)
def test_figures_of_the_report_exist(realdata, chapter, name):
    """Each figure is a picture with content, and its chapter has a section."""
    assert (realdata / "temper" / chapter / "section.json").is_file()
    with Image.open(realdata / "temper" / chapter / f"figures/{name}.png") as image:
        assert image.width == 2100
        assert len(np.unique(np.asarray(image.convert("L")))) > 100


def test_the_steel_study_trains_on_them(realdata):
    """With a numeric condition for each class, and no pixel size: codes, then PixelCNN."""
    study = realdata / "steel"
    measures = read_table(study / "morphology/measures.parquet")
    conditions = measures.groupby("domain", observed=True)["made_up_rate_c_s"].unique()
    assert conditions.str[0].to_dict() == {"network": 1.0, "pearlite": 5.5, "spheroidite": 24.0}
    assert measures["mean_free_path_um"].isna().all()
    assert measures["mean_free_path_px"].notna().all()
    for chapter in ("codes/vq/all", "prior/vq/all/process"):
        history = read_table(study / chapter / "history.parquet")
        assert np.isfinite(history["validation_loss"]).all()
    _, model = load_weights(study / "prior/vq/all/process/weights.safetensors")
    assert "made_up_rate_c_s" in str(model)
