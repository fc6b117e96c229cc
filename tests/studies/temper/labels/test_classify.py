"""Stage: labels are predicted from real chips; every chip has its own features and label."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import read_table, write_table
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.studies.temper.labels.options import LabelOptions
from pspflow.studies.temper.labels.stages import classify as stage

ORIGIN = Provenance("test", {}, None, {})
LABELS = {"raw": "feed", "aged": "uts", "plain": ""}
OPTIONS = LabelOptions(folds=3, chips_per_specimen=3, resamples=100)


@pytest.fixture
def files(tmp_path):
    """Write micrographs of eight specimens, their chips, and images that hold the chips' row."""
    rng, tables, entries = np.random.default_rng(0), [], []
    paths = {name: tmp_path / name for name in ("catalogue", "micrographs", "chips", "persistence")}
    region = {"row_start": 0, "row_stop": 32, "column_start": 0, "column_stop": 32}
    with new_store(paths["micrographs"], ORIGIN) as store:
        for number in range(8):
            for domain, label in LABELS.items():
                image = {
                    "micrograph": f"{domain} {number}",
                    "specimen": f"s{number}",
                    "domain": domain,
                }
                values = {"feed": float(number), "uts": 200.0 - 3 * number % 8}
                known = {"label": label, "label_value": values.get(label, np.nan)}
                entries.append({**image, **values, **known})
                pixels = rng.integers(0, 60 + 20 * number, (32, 32)).astype(np.uint8)
                entry = pd.Series({**image, "image": "", "pixel_size_um": 0.1})
                put_micrograph(store, entry, pixels)
                windows = grid_windows(region, 16, 8)
                tables.append(chip_rows(windows, 16, image, "train" if number % 2 else "test"))
                tables[-1]["mean"] = [
                    pixels[row : row + 16, column : column + 16].mean() for row, column in windows
                ]
    rows = pd.concat(tables, ignore_index=True)
    write_table(paths["catalogue"], pd.DataFrame(entries), ORIGIN)
    write_table(paths["chips"], rows, ORIGIN)
    with new_store(paths["persistence"], ORIGIN) as group:
        group.attrs["chips"] = fingerprint(paths["chips"])
        images = np.arange(len(rows), dtype=np.float32)[:, None, None, None]
        dims = ("chip", "homology", "birth", "persistence")
        put_array(group, "persistence_image", images * np.ones((1, 2, 2, 2), np.float32), dims, "1")
    return paths


def test_every_chip_has_its_own_features_and_label(files, tmp_path, monkeypatch):
    """Images, grey levels and labels are those of the drawn chips, which all have a label."""
    seen = {}

    def measured(features, chips, folds, resamples, rng):
        seen.update(features=features, chips=chips, given=(folds, resamples))
        return pd.DataFrame({"domain": ["raw"]})

    monkeypatch.setattr(stage, "label_accuracy", measured)
    made = {"accuracy": tmp_path / "accuracy", "correlations": tmp_path / "correlations"}
    stage.classify(**files, **made, options=OPTIONS, seed=3)
    rows, chips = read_table(files["chips"]).set_index("chip_id"), seen["chips"]
    assert seen["given"] == (OPTIONS.folds, OPTIONS.resamples)
    assert set(chips["domain"]) == {"raw", "aged"}
    assert (chips.groupby(["specimen", "domain"], observed=True).size() == 3).all()
    places = rows.index.get_indexer(chips["chip_id"])
    images = seen["features"]["persistence images"]
    assert images.shape == (len(chips), 8)
    np.testing.assert_array_equal(images[:, 0], places)
    grey = seen["features"]["grey mean and deviation"]
    np.testing.assert_allclose(grey[:, 0], rows["mean"].iloc[places])
    known = read_table(files["catalogue"]).set_index("micrograph")["label_value"]
    values = known[chips["micrograph"].astype(str)]
    np.testing.assert_array_equal(chips["label_value"], values)
    found = read_table(made["correlations"])
    assert found[["first", "second", "specimens"]].to_numpy().tolist() == [["feed", "uts", 8]]
