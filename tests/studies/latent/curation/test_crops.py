"""From a simulated database to crops: every step, and what is missing is said and not fatal."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.imagesets import Micrographs
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table
from pspflow.seeds import generator
from pspflow.studies.latent.curation.catalogue import read_sizes
from pspflow.studies.latent.curation.options import (
    CatalogueOptions,
    Columns,
    CroppingOptions,
    CurationOptions,
    RowOptions,
    ScaleOptions,
    SimulatedDatabaseOptions,
)
from pspflow.studies.latent.curation.rows import KEPT, TWICE, judge_rows
from pspflow.studies.latent.curation.splits import split_groups
from pspflow.studies.latent.curation.stages.catalogue import catalogue
from pspflow.studies.latent.curation.stages.crops import crops
from pspflow.studies.latent.curation.stages.micrographs import micrographs
from pspflow.studies.latent.curation.stages.section import section
from pspflow.studies.latent.curation.stages.simulate import simulate
from pspflow.studies.latent.datasets.image_sets import open_images

SHARES = {"train": 0.6, "validation": 0.2, "test": 0.2}


@pytest.fixture(scope="module")
def curated(tmp_path_factory):
    """Make a database, and curate it."""
    folder = tmp_path_factory.mktemp("curated")
    options = SimulatedDatabaseOptions(
        samples=6, micrographs_per_sample=2, height_px=100, width_px=130
    )
    images, table = folder / "images", folder / "metadata.csv"
    simulate(table=table, images=images, options=options, seed=3)
    rows = folder / "micrographs.parquet"
    catalogue(table=table, images=images, micrographs=rows)
    store = folder / "micrographs.zarr"
    micrographs(table=rows, images=images, micrographs=store)
    cut = {"images": folder / "images.zarr", "crops": folder / "images.parquet"}
    crops(dataset="uhcs_48x64", table=rows, micrographs=store, **cut, seed=3)
    return folder


def test_gaps_are_counted_and_not_fatal(curated):
    """A missing magnification, file, sample or content each drops one row."""
    found = read_table(curated / "micrographs.parquet")
    dropped = found.loc[found["reason"] != KEPT, "reason"].tolist()
    assert dropped == [
        "no magnification",
        "the image file is missing",
        "microconstituent is pearlite",
    ]
    assert len(found) == 16
    stored = Micrographs(curated / "micrographs.zarr").names
    blank = set(found.loc[found["reason"] == KEPT, "micrograph"]) - set(stored)
    assert blank == {"micrograph15"}


def test_micrographs_are_brought_to_the_common_scale(curated):
    """Without the bar, in the size that the table plans."""
    found = read_table(curated / "micrographs.parquet").set_index("micrograph")
    store = Micrographs(curated / "micrographs.zarr")
    for name in store.names:
        row = found.loc[name]
        assert store[name].shape == (row["scaled_height_px"], row["scaled_width_px"])
        assert row["scaled_height_px"] == int(
            100 * row["common_magnification"] / row["magnification"]
        )


def test_crops_lie_where_the_table_says(curated):
    """Each crop of the store, cut out anew."""
    images = open_images([curated / "images.zarr"], [curated / "images.parquet"])
    store = Micrographs(curated / "micrographs.zarr")
    pixels = images.images(np.arange(len(images.table)))
    for row, crop in zip(images.table.itertuples(), pixels, strict=True):
        window = store[row.micrograph][row.row : row.row + 48, row.column : row.column + 64]
        np.testing.assert_array_equal(window, crop)
    assert images.table["image_id"].is_unique


def test_a_sample_is_in_one_split(curated):
    """And every split has one."""
    table = read_table(curated / "images.parquet")
    assert (table.groupby("group")["split"].agg(lambda splits: len(set(splits))) == 1).all()
    assert set(table["split"]) == set(SHARES)


def test_crops_of_low_contrast_are_left_out_where_that_is_wanted(curated):
    """Those that would be marked, and no others."""
    inputs = {"table": curated / "micrographs.parquet", "micrographs": curated / "micrographs.zarr"}
    tables = {}
    for choice in ("mark", "reject"):
        made = {"images": curated / f"{choice}.zarr", "crops": curated / f"{choice}.parquet"}
        options = CroppingOptions(min_contrast=0.42, low_contrast=choice)
        crops(dataset="uhcs_48x64", **inputs, **made, options=options, seed=3)
        tables[choice] = read_table(made["crops"])
    marked = tables["mark"]["low_contrast"]
    assert 0 < marked.sum() < len(marked)
    kept = set(tables["mark"].loc[~marked, "image_id"])
    assert kept == set(tables["reject"]["image_id"])


def test_the_section_says_that_the_database_is_simulated(curated):
    """No number of it is compared with the report's."""
    options = CurationOptions(use=("uhcs_48x64",))
    section(
        table=curated / "micrographs.parquet",
        micrographs=curated / "micrographs.zarr",
        images={"uhcs_48x64": curated / "images.zarr"},
        crops={"uhcs_48x64": curated / "images.parquet"},
        figures=curated / "figures",
        section=curated / "section.json",
        options=options,
    )
    text = (curated / "section.json").read_text()
    assert '"verdict":"reached"' not in text
    assert "a simulated database" in text
    assert len(list((curated / "figures").glob("*.png"))) == 3


def test_too_much_enlargement_is_a_reason(curated):
    """With its own words, and the median stays that of all."""
    options = CatalogueOptions(scale=ScaleOptions(max_upscale=1.0))
    made = curated / "unenlarged.parquet"
    catalogue(
        table=curated / "metadata.csv",
        images=curated / "images",
        micrographs=made,
        options=options,
    )
    found, before = read_table(made), read_table(curated / "micrographs.parquet")
    gone = (before["reason"] == KEPT) & (before["upscale"] > 1)
    assert set(found.loc[gone, "reason"]) == {"would be enlarged too much"}
    assert (found["common_magnification"] == before["common_magnification"]).all()


@pytest.mark.parametrize(
    ("options", "folder", "words"),
    [
        (CatalogueOptions(rows=RowOptions(microconstituent="ferrite")), "images", "'ferrite'"),
        (CatalogueOptions(), "elsewhere", "of 14, the image file is missing.*curation.database.im"),
    ],
)
def test_what_leaves_no_micrograph_is_one_sentence(curated, tmp_path, options, folder, words):
    """With its remedy, and nothing is written."""
    with pytest.raises(InputError, match=words):
        catalogue(
            table=curated / "metadata.csv",
            images=curated / folder,
            micrographs=tmp_path / "m.parquet",
            options=options,
        )
    assert not list(tmp_path.iterdir())


def test_splits_come_near_to_their_shares():
    """By crops, with samples of very different sizes; and three samples are enough."""
    rng = generator(0, "samples")
    groups = np.array([f"s{i}" for i in range(32) for _ in range(3)])
    counts = rng.integers(1, 3000, len(groups))
    found = split_groups(groups, counts, SHARES, generator(0, "splits"))
    totals = pd.Series(counts).groupby(pd.Series(groups).map(found)).sum() / counts.sum()
    for name, share in SHARES.items():
        assert totals[name] == pytest.approx(share, abs=0.02)
    few = split_groups(np.array(["a", "b", "c"]), np.array([9, 1, 1]), SHARES, rng)
    assert sorted(few.values()) == sorted(SHARES)
    with pytest.raises(InputError, match="2 samples"):
        split_groups(np.array(["a", "b"]), np.array([1, 1]), SHARES, rng)


def test_a_dataset_of_crops_is_used_once():
    """Twice the same name would write one folder twice."""
    with pytest.raises(ValueError, match="names a dataset twice"):
        CurationOptions(use=("uhcs_48x64", "uhcs_48x64"))


def test_one_file_that_is_named_in_two_ways_is_one_image(curated):
    """By its absolute path in another row too; else its crops could be in training and in test."""
    cells = read_sheet(curated / "metadata.csv", ("path",), "micrograph").iloc[:2].copy()
    cells["path"] = [cells["path"].iloc[0], str(curated / "images" / cells["path"].iloc[0])]
    found = judge_rows(cells, Columns(), RowOptions())
    sized = read_sizes(found, curated / "images", ScaleOptions())
    assert sized["reason"].tolist() == [KEPT, TWICE]
