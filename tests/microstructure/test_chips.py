"""Chips: places and names of windows, cut pixels, and rejected chips."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.exposure import is_low_contrast

from pspflow.errors import InputError
from pspflow.microstructure.chips import (
    CHIP_COLUMNS,
    chip_rows,
    contrast,
    cut,
    few_chips,
    grid_windows,
    random_windows,
    window_count,
)
from pspflow.microstructure.plan import Placement, Tally, plan_chips, too_small
from pspflow.microstructure.splits import image_regions, specimen_regions

SHARES = {"train": 0.5, "validation": 0.25, "test": 0.25}
GRID = Placement(size_px=10, stride_px=4, redundancy=1.0, min_contrast=0.0)
RANDOM = Placement(size_px=10, stride_px=None, redundancy=2.0, min_contrast=0.0)
both_ways = pytest.mark.parametrize("placement", [GRID, RANDOM])


@st.composite
def regions(draw):
    """Draw a region, the edge of a window and a stride."""
    row, column = draw(st.integers(0, 50)), draw(st.integers(0, 50))
    height, width = draw(st.integers(0, 60)), draw(st.integers(0, 60))
    corners = {
        "row_start": row,
        "row_stop": row + height,
        "column_start": column,
        "column_stop": column + width,
    }
    return corners, height, width, draw(st.integers(1, 20)), draw(st.integers(1, 30))


def check_inside(windows, region, size_px):
    """Check that windows lie in a region, each once."""
    assert windows.shape == (len(windows), 2)
    assert windows.dtype == np.int64
    assert len(np.unique(windows, axis=0)) == len(windows)
    assert (windows >= (region["row_start"], region["column_start"])).all()
    assert (windows + size_px <= (region["row_stop"], region["column_stop"])).all()


@given(regions())
def test_grid(case):
    """A grid has as many windows as fit, all inside the region, and starts at its corner."""
    region, height, width, size_px, stride_px = case
    windows = grid_windows(region, size_px, stride_px)
    down, across = ((edge - size_px) // stride_px + 1 for edge in (height, width))
    assert len(windows) == max(down, 0) * max(across, 0)
    check_inside(windows, region, size_px)
    if len(windows):
        assert windows[0].tolist() == [region["row_start"], region["column_start"]]


@given(regions(), st.decimals("0.05", "9", places=2), st.integers(0, 9))
def test_random_count(case, redundancy, seed):
    """There are floor(area / window area x redundancy) random windows: latent paper, equation 2."""
    region, height, width, size_px, _ = case
    rng = np.random.default_rng(seed)
    windows = random_windows(region, size_px, float(redundancy), rng)
    positions = max(height - size_px + 1, 0) * max(width - size_px + 1, 0)
    wanted = math.floor(Fraction(height * width, size_px**2) * Fraction(redundancy))
    assert len(windows) == min(wanted, positions)
    check_inside(windows, region, size_px)


def test_random_windows_are_uniform():
    """Every position is drawn about equally often."""
    region = {"row_start": 3, "row_stop": 9, "column_start": 0, "column_stop": 8}
    rng = np.random.default_rng(0)
    drawn = np.concatenate([random_windows(region, 4, 1.0, rng) for _ in range(3000)])
    _, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(counts) == 3 * 5
    assert counts.sum() == 3 * 3000
    np.testing.assert_allclose(counts, 600, rtol=0.15)


def test_windows_of_other_rows_than_columns():
    """Every whole place once where as many are wanted; a region of a window's size gives itself."""

    def drawn(rows, columns, redundancy):
        region = {"row_start": 0, "row_stop": rows, "column_start": 0, "column_stop": columns}
        return random_windows(region, (10, 12), redundancy, np.random.default_rng(0))

    windows = drawn(20, 30, 100.0)
    assert len(np.unique(windows, axis=0)) == len(windows) == 11 * 19
    assert windows.min() == 0
    assert windows.max(axis=0).tolist() == [10, 18]
    assert drawn(10, 12, 1.0).tolist() == [[0, 0]]
    assert len(drawn(9, 12, 1.0)) == 0


def test_windows_are_in_proportion_to_the_area():
    """Equation 2 of the latent paper, and none where a window does not fit."""
    assert window_count((484, 645), (48, 64), 1.5) == int(484 * 645 / (48 * 64) * 1.5)
    assert window_count((48, 64), (48, 64), 1.0) == 1
    assert window_count((47, 640), (48, 64), 9.0) == 0


def test_cut_equals_slicing():
    """A cut chip equals the plain slice, mirrored left to right where flipped, and is a copy."""
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40), dtype=np.uint8)
    windows = grid_windows(
        {"row_start": 0, "row_stop": 30, "column_start": 0, "column_stop": 40}, 9, 7
    )
    image = {"micrograph": "m", "specimen": "s", "domain": "t5"}
    chips = chip_rows(windows, 9, image, "train").assign(flip=np.arange(len(windows)) % 3 == 0)
    images = cut(pixels, chips, 9)
    assert images.dtype == np.uint8
    for chip, actual in zip(chips.itertuples(), images, strict=True):
        expected = pixels[chip.row : chip.row + 9, chip.column : chip.column + 9]
        np.testing.assert_array_equal(actual, np.fliplr(expected) if chip.flip else expected)
    images[:] = 0
    assert pixels.any()


@pytest.mark.parametrize("fraction", [0.05, 0.2, 0.5])
def test_contrast_decides_as_skimage(fraction):
    """Contrast below a fraction is what scikit-image calls low contrast."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(60, 16, 16)) * rng.uniform(0, 60, (60, 1, 1)) + 128
    images = np.clip(noise, 0, 255).astype(np.uint8)
    low = [is_low_contrast(image, fraction_threshold=fraction) for image in images]
    np.testing.assert_array_equal(contrast(images) < fraction, low)
    assert 0 < sum(low) < 60


def plan(catalogue, regions, placement, load=None, seed=0):
    """Plan all chips; return their table and the tally."""
    tally = Tally()
    pieces = plan_chips(catalogue, regions, placement, load or (lambda _: None), tally, seed)
    return pd.concat(pieces, ignore_index=True), tally


@both_ways
def test_no_pixel_serves_two_splits(catalogue, placement):
    """By region, no test or validation chip shares a pixel with a training chip."""
    tables = image_regions(catalogue, SHARES, np.random.default_rng(0))
    fitting = tables[
        np.minimum(
            tables["row_stop"] - tables["row_start"], tables["column_stop"] - tables["column_start"]
        )
        >= placement.size_px
    ]
    chips, _ = plan(catalogue, fitting, placement)
    for image in catalogue.itertuples():
        mask = np.zeros((3, image.height_px, image.width_px), dtype=bool)
        for chip in chips[chips["micrograph"] == image.micrograph].itertuples():
            layer = list(SHARES).index(chip.split)
            mask[layer, chip.row : chip.row + 10, chip.column : chip.column + 10] = True
        assert mask.any()
        assert mask.sum(axis=0).max() == 1


@both_ways
def test_plan(catalogue, placement):
    """Chips have their micrograph's specimen, domain and split, and a unique name."""
    tables = specimen_regions(catalogue, SHARES, np.random.default_rng(0))
    chips, tally = plan(catalogue, tables, placement)
    assert list(chips.columns) == CHIP_COLUMNS
    assert chips["chip_id"].is_unique
    assert (chips["size_px"] == 10).all()
    assert not chips["flip"].any()
    rows = chips.merge(catalogue, on="micrograph").merge(tables, on="micrograph")
    for name in ("specimen", "domain", "split"):
        assert (rows[f"{name}_x"] == rows[f"{name}_y"]).all()
    counts = tally.table()
    assert counts["chips"].sum() == len(chips)
    assert counts["regions"].sum() == len(tables)
    assert not counts["rejected_low_contrast"].any()
    for count in counts.itertuples():
        at = (chips["domain"] == count.domain) & (chips["split"] == count.split)
        assert count.chips == at.sum()


@both_ways
def test_chips_of_one_micrograph_do_not_depend_on_others(catalogue, placement):
    """Leaving out or reordering micrographs changes neither windows nor names of the rest."""
    tables = specimen_regions(catalogue, SHARES, np.random.default_rng(0))
    chips, _ = plan(catalogue, tables, placement)
    some = tables.iloc[[7, 2, 12]]
    fewer, _ = plan(catalogue, some, placement)
    for name in some["micrograph"]:
        before, after = (
            table[table["micrograph"] == name].reset_index(drop=True) for table in (chips, fewer)
        )
        pd.testing.assert_frame_equal(before, after)


def test_random_windows_of_every_region_are_its_own(catalogue):
    """Neither two micrographs of one size nor two splits share their windows."""
    square = catalogue.assign(height_px=90, width_px=90)
    whole = specimen_regions(square, SHARES, np.random.default_rng(0))
    splits = pd.concat([whole.assign(split=split) for split in ("train", "test")])
    chips, _ = plan(square, splits, RANDOM)
    windows = chips.groupby(["micrograph", "split"], observed=True)[["row", "column"]]
    drawn = {tuple(part.to_numpy().ravel()) for _, part in windows}
    assert len(drawn) == 2 * len(square)


def test_seed_moves_random_windows_only(catalogue):
    """Another seed draws other random windows; a grid has nothing random."""
    tables = specimen_regions(catalogue, SHARES, np.random.default_rng(0))
    for placement in (GRID, RANDOM):
        first, again, other = (plan(catalogue, tables, placement, seed=i)[0] for i in (1, 1, 2))
        pd.testing.assert_frame_equal(first, again)
        assert first.equals(other) == (placement is GRID)


@both_ways
def test_min_contrast(catalogue, placement):
    """Chips of lower contrast are left out and counted; scikit-image keeps the same ones."""
    tables = specimen_regions(catalogue, SHARES, np.random.default_rng(0))
    sizes = catalogue.set_index("micrograph")

    def load(name):
        height, width = sizes.loc[name, ["height_px", "width_px"]]
        noise = np.random.default_rng(0).normal(size=(height, width))
        return np.clip(noise * np.linspace(0, 60, width) + 128, 0, 255).astype(np.uint8)

    strict = Placement(10, placement.stride_px, placement.redundancy, 0.4)
    every, _ = plan(catalogue, tables, placement)
    kept, tally = plan(catalogue, tables, strict, load)
    low = [
        is_low_contrast(load(chip.micrograph)[chip.row :, chip.column :][:10, :10], 0.4)
        for chip in every.itertuples()
    ]
    assert list(kept["chip_id"]) == list(every["chip_id"][~np.array(low)])
    assert tally.table()["rejected_low_contrast"].sum() == sum(low) > 0


def test_nothing_left_is_refused(catalogue):
    """A minimum contrast that leaves a domain's split empty is refused, by domain and split."""
    tables = specimen_regions(catalogue, SHARES, np.random.default_rng(0))
    blank = Placement(10, 10, 1.0, 0.5)
    with pytest.raises(InputError) as caught:
        plan(catalogue, tables, blank, lambda _: np.zeros((70, 90), np.uint8))
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert all("of 0.5 leaves no t" in line and line.endswith("lower it.") for line in lines)


@pytest.mark.parametrize("min_contrast", [0.0, 0.5])
def test_no_window_drawn_is_refused(catalogue, min_contrast):
    """A redundancy that draws no window is refused with its own sentence."""
    tables = specimen_regions(catalogue, SHARES, np.random.default_rng(0))
    sparse = Placement(10, None, 0.001, min_contrast)
    with pytest.raises(InputError, match=r"No window is placed .* raise chips\.redundancy\."):
        plan(catalogue, tables, sparse, lambda _: np.zeros((70, 90), np.uint8))


def test_too_small(catalogue):
    """Regions that hold no chip are named with row, image and remedy; others are not."""
    tables = specimen_regions(catalogue, SHARES, np.random.default_rng(0))
    least = int(catalogue[["height_px", "width_px"]].min(axis=None))
    assert too_small(catalogue, tables, least) == []
    small = too_small(catalogue, tables, least + 1)
    assert len(small) == (catalogue[["height_px", "width_px"]].min(axis=1) == least).sum() > 0
    for sentence in small:
        assert sentence.startswith("Sheet row ")
        assert f"smaller than a chip of {least + 1}; lower chips.size_px" in sentence


def test_few_chips_are_drawn_evenly():
    """No specimen gives more chips than asked for or none, and no chip is drawn twice."""
    names = np.repeat([f"s{i:02d}" for i in range(24)], 10)
    chips = pd.DataFrame({"specimen": names, "domain": "t5"})
    drawn = few_chips(chips, 4, np.random.default_rng(5))
    counts = chips.iloc[drawn]["specimen"].value_counts()
    assert (counts == 4).all()
    assert len(counts) == 24
    assert len(set(drawn)) == len(drawn)


def test_few_chips_can_be_drawn_of_each_micrograph():
    """Those of a specimen may then be many more, and all of a micrograph that has few."""
    names = [f"m{i}" for i in (0, 0, 0, 0, 1, 1, 1, 2)]
    chips = pd.DataFrame({"micrograph": names, "specimen": "a", "domain": "t5"})
    drawn = few_chips(chips, 2, np.random.default_rng(5), ("micrograph",))
    assert chips.iloc[drawn]["micrograph"].tolist() == ["m0", "m0", "m1", "m1", "m2"]


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64, np.int16])
def test_contrast_is_that_of_8_bits(dtype):
    """On 0 to 1 every chip would be of low contrast, and in 16 bits none."""
    with pytest.raises(ValueError, match="uint8, got dtype"):
        contrast(np.zeros((1, 4, 4), dtype))
