"""The GAN is trained and draws chips, on a small image set whose domains differ in brightness."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import put_micrograph, read_chips
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, write_table
from pspflow.io.weights import load_weights
from pspflow.microstructure.chips import chip_rows, grid_windows
from pspflow.report.section import Section
from pspflow.studies.temper.flows.score import GAP
from pspflow.studies.temper.gan.options import GanOptions
from pspflow.studies.temper.gan.stages import train as train_stage
from pspflow.studies.temper.gan.stages.section import section as section_stage
from pspflow.studies.temper.transfer.draws import held_out
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.stages.draw import draw as draw_stage
from pspflow.studies.temper.transfer.synthetic import Synthetic

ORIGIN = Provenance("test", {}, None, {})
EDGE = 16
DOMAINS = {"raw": 60, "aged": 150}
SPLITS = {"a": "train", "b": "train", "c": "validation", "d": "test", "e": "test"}
OPTIONS = GanOptions(
    width=4,
    noise=4,
    discriminator=(4, 4),
    epochs=3,
    steps_per_epoch=60,
    batch_size=8,
    learning_rate=5e-3,
    average=0.9,
)
DRAWN = TransferOptions(chips_per_specimen=5)


def build(folder):
    """Write micrographs, chips and their catalogue; labels make images brighter."""
    rng = np.random.default_rng(0)
    rows, entries = [], []
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        store.attrs["grey_range"] = [0.0, 255.0]
        for domain, mean in DOMAINS.items():
            for number, (specimen, split) in enumerate(SPLITS.items()):
                level = mean + 10 * number
                pixels = rng.normal(level, 6, (48, 48)).clip(0, 255).astype(np.uint8)
                name = f"{specimen} {domain}"
                image = {"micrograph": name, "specimen": specimen, "domain": domain, "image": name}
                put_micrograph(store, pd.Series({**image, "pixel_size_um": 0.1}), pixels)
                region = {"row_start": 0, "row_stop": 48, "column_start": 0, "column_stop": 48}
                windows = grid_windows(region, EDGE, 8)
                rows.append(chip_rows(windows, EDGE, image, split))
                entries.append({**image, "label": "feed", "feed": float(number)})
    write_table(folder / "chips.parquet", pd.concat(rows), ORIGIN)
    write_table(folder / "catalogue.parquet", pd.DataFrame(entries), ORIGIN)
    return folder


@pytest.fixture(scope="module")
def image_set(tmp_path_factory):
    """Give one image set to all tests."""
    return build(tmp_path_factory.mktemp("set"))


def train(folder, out, **changes):
    """Train; return the weights and the history."""
    given = {"replicate": 0, "options": OPTIONS, **changes}
    files = {name: folder / name for name in ("catalogue.parquet", "chips.parquet")}
    train_stage.train(
        catalogue=files["catalogue.parquet"],
        micrographs=folder / "micrographs.zarr",
        chips=files["chips.parquet"],
        weights=out / "weights.safetensors",
        history=out / "history.parquet",
        **given,
    )
    return load_weights(out / "weights.safetensors")[0], read_table(out / "history.parquet")


@pytest.fixture(scope="module")
def trained(image_set, tmp_path_factory):
    """Train once for all tests."""
    out = tmp_path_factory.mktemp("trained")
    train(image_set, out)
    return out


def draw(folder, trained, out, seed=0):
    """Draw chips; return the store."""
    path = out / "synthetic.zarr"
    draw_stage(
        weights=trained / "weights.safetensors",
        catalogue=folder / "catalogue.parquet",
        chips=folder / "chips.parquet",
        synthetic=path,
        options=DRAWN,
        seed=seed,
    )
    return Synthetic(path, folder / "chips.parquet")


def test_a_short_training_learns_the_brightness_of_domains(image_set, trained, tmp_path):
    """Chips of the brighter domain are brighter, whatever they were made for."""
    made = draw(image_set, trained, tmp_path)
    raw, aged = made.transferred("aged", "raw"), made.transferred("raw", "aged")
    assert raw.dtype == np.uint8
    assert raw.mean() + 30 < aged.mean()
    history = read_table(trained / "history.parquet")
    assert history["epoch"].tolist() == [0, 1, 2]
    assert history["kept"].sum() == 1
    assert not history["kept"].iloc[0], "the first epochs are not kept, as those of flows"
    assert {"realism", "discriminator", "snr_db", GAP} <= set(history)


def test_chips_are_made_for_the_held_out_ones_of_the_transfer(image_set, trained, tmp_path):
    """As many, in their order, so that both are judged alike."""
    made = draw(image_set, trained, tmp_path)
    rows = read_chips(image_set / "chips.parquet")
    for name, at in held_out(rows, DRAWN.chips_per_specimen, 0).items():
        np.testing.assert_array_equal(made.sources(name), at)
        (other,) = set(DOMAINS) - {name}
        assert made.transferred(name, other).shape == (len(at), EDGE, EDGE)
        assert len(made.samples(name)) >= 9


def test_the_same_seed_gives_the_same_weights_and_chips(image_set, trained, tmp_path):
    """And another replicate others."""
    first, _ = load_weights(trained / "weights.safetensors")
    again, _ = train(image_set, tmp_path)
    assert all(torch.equal(first[name], again[name]) for name in first)
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    ours = draw(image_set, trained, tmp_path / "one").transferred("raw", "aged")
    theirs = draw(image_set, trained, tmp_path / "other").transferred("raw", "aged")
    np.testing.assert_array_equal(ours, theirs)
    other, _ = train(image_set, tmp_path, replicate=1)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_a_killed_training_goes_on_and_ends_the_same(image_set, trained, tmp_path, monkeypatch):
    """From the checkpoint of its last whole epoch."""
    whole = train_stage.GanTraining.begin_epoch

    def killed(self, epoch):
        if epoch == 2:
            raise KeyboardInterrupt
        return whole(self, epoch)

    monkeypatch.setattr(train_stage.GanTraining, "begin_epoch", killed)
    with pytest.raises(KeyboardInterrupt):
        train(image_set, tmp_path)
    begun = []
    monkeypatch.setattr(
        train_stage.GanTraining, "begin_epoch", lambda s, e: begun.append(e) or whole(s, e)
    )
    again, _ = train(image_set, tmp_path)
    assert begun == [2]
    first, _ = load_weights(trained / "weights.safetensors")
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_the_section_has_the_trainings(trained, tmp_path):
    """The epoch that was kept, and the figure."""
    section_stage(
        histories={"gan/seed0": trained / "history.parquet"},
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        options=OPTIONS,
    )
    content, _ = read_section(tmp_path / "section.json")
    made = Section.model_validate_json(content)
    (part,) = made.parts
    assert part.tables[0].cells[0][0] == "gan/seed0"
    assert "3 epochs" in part.text
    assert made.figures[0].png == (tmp_path / "figures/training.png").read_bytes()
