"""Splits: no specimen and no pixel is in two, each domain is in all, shares are kept."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.microstructure.splits import (
    REGION_COLUMNS,
    SPLITS,
    apportion,
    image_regions,
    micrograph_regions,
    specimen_regions,
)

SHARES = {"train": 0.5, "validation": 0.25, "test": 0.25}
NO_VALIDATION = {"train": 0.8, "validation": 0.0, "test": 0.2}
all_ways = pytest.mark.parametrize("draw", [specimen_regions, micrograph_regions, image_regions])


def painted(image, regions):
    """Count how many regions cover each pixel of a micrograph."""
    mask = np.zeros((image.height_px, image.width_px), dtype=int)
    for region in regions[regions["micrograph"] == image.micrograph].itertuples():
        assert 0 <= region.row_start <= region.row_stop <= image.height_px
        assert 0 <= region.column_start <= region.column_stop <= image.width_px
        mask[region.row_start : region.row_stop, region.column_start : region.column_stop] += 1
    return mask


@all_ways
@pytest.mark.parametrize("shares", [SHARES, NO_VALIDATION])
def test_regions_tile_every_image(catalogue, draw, shares):
    """Each pixel of each micrograph belongs to exactly one region: disjoint and complete."""
    regions = draw(catalogue, shares, np.random.default_rng(0))
    assert list(regions.columns) == list(REGION_COLUMNS)
    assert set(regions["split"]) == {name for name in SPLITS if shares[name] > 0}
    for image in catalogue.itertuples():
        assert (painted(image, regions) == 1).all()


@all_ways
def test_only_the_generator_is_random(catalogue, draw):
    """The same seed gives the same split, another seed another; only the generator is random."""
    first, again, other = (draw(catalogue, SHARES, np.random.default_rng(i)) for i in (3, 3, 4))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    np.random.seed(1)  # noqa: NPY002 - the global state must not matter
    pd.testing.assert_frame_equal(first, draw(catalogue, SHARES, np.random.default_rng(3)))


@pytest.mark.parametrize("seed", range(5))
def test_by_specimen(catalogue, seed):
    """No specimen is in two splits, every domain is in each, and the shares are kept."""
    regions = specimen_regions(catalogue, SHARES, np.random.default_rng(seed))
    rows = regions.merge(catalogue, on="micrograph")
    assert all(len(set(splits)) == 1 for _, splits in rows.groupby("specimen")["split"])
    assert (rows.groupby("split")["domain"].nunique() == 2).all()
    assert rows.groupby("split")["specimen"].nunique().to_dict() == {
        "train": 6,
        "validation": 3,
        "test": 3,
    }


@pytest.mark.parametrize("seed", range(5))
def test_by_specimen_with_one_domain_each(catalogue, seed):
    """Every split gets every domain even where a specimen has images of one domain only."""
    odd = catalogue["specimen"].str[1:].astype(int) % 2 == 1
    single = catalogue[(catalogue["domain"] == "t5") == odd]
    regions = specimen_regions(single, SHARES, np.random.default_rng(seed))
    rows = regions.merge(single, on="micrograph")
    assert (rows.groupby("split")["domain"].nunique() == 2).all()
    assert set(rows["split"]) == set(SPLITS)


@pytest.mark.parametrize("seed", range(5))
def test_by_micrograph(catalogue, seed):
    """Shares are kept in every domain, although one specimen has all micrographs of a domain."""
    alone = catalogue.assign(specimen=catalogue["domain"])
    regions = micrograph_regions(alone, SHARES, np.random.default_rng(seed))
    assert regions["micrograph"].is_unique
    rows = regions.merge(alone, on="micrograph")
    for _, splits in rows.groupby("domain")["split"]:
        assert splits.value_counts().to_dict() == {"train": 6, "validation": 3, "test": 3}


@pytest.mark.parametrize("draw", [specimen_regions, micrograph_regions])
def test_order_of_rows_does_not_matter(catalogue, draw):
    """A sheet in another order gives the same split by specimen or micrograph."""
    shuffled = catalogue.sample(frac=1, random_state=0)
    first, second = (
        draw(table, SHARES, np.random.default_rng(0)).set_index("micrograph")["split"]
        for table in (catalogue, shuffled)
    )
    assert first.to_dict() == second.to_dict()


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("draw", "remedy"),
    [
        (specimen_regions, "add specimens, or split by micrograph or region"),
        (micrograph_regions, "add micrographs, or split by region"),
    ],
)
def test_too_few_specimens(catalogue, count, draw, remedy):
    """Too few specimens give an error sentence that names domain, split and remedy."""
    few = catalogue[catalogue["specimen"] < f"s{count:02}"]
    with pytest.raises(ValueError, match=rf"^Domain 't5' has too few .* test; {remedy}\.$"):
        draw(few, SHARES, np.random.default_rng(0))


def test_one_specimen_that_lacks_an_image_does_no_harm(catalogue):
    """Real sheets have gaps: a specimen that lacks an image joins a split; the run goes on."""
    gap = catalogue.drop(index=0)
    rows = specimen_regions(gap, SHARES, np.random.default_rng(0)).merge(gap, on="micrograph")
    assert (rows.groupby("split")["domain"].nunique() == 2).all()
    assert len(rows[["specimen", "split"]].drop_duplicates()) == 12


@pytest.mark.parametrize(("scale", "gap_px"), [(0.5, 6), (2.0, 12)])
def test_bands_of_a_rescaled_image_keep_their_distance(catalogue, scale, gap_px):
    """Pixels that the resampling filter has mixed across a border are in neither split."""
    regions = image_regions(catalogue.assign(scale=scale), SHARES, np.random.default_rng(0))
    for image in catalogue.itertuples():
        unused = (painted(image, regions) == 0).sum()
        assert unused == 2 * gap_px * min(image.height_px, image.width_px)


def test_region_shares(catalogue):
    """By region, each split has its share of each micrograph, to the pixel of its longer side."""
    regions = image_regions(catalogue, SHARES, np.random.default_rng(0))
    for image in catalogue.itertuples():
        long, short = sorted((image.height_px, image.width_px), reverse=True)
        for region in regions[regions["micrograph"] == image.micrograph].itertuples():
            sides = region.row_stop - region.row_start, region.column_stop - region.column_start
            assert short in sides
            assert abs(sides[0] * sides[1] / short - SHARES[region.split] * long) <= 1
    # the order of the bands is drawn for each image
    first = regions.groupby("micrograph")["split"].first()
    assert set(first) == set(SPLITS)


@st.composite
def shares(draw):
    """Draw shares that sum to 1, some of them 0."""
    parts = draw(st.lists(st.integers(0, 20), min_size=3, max_size=3).filter(any))
    return {name: part / sum(parts) for name, part in zip(SPLITS, parts, strict=True)}


@given(st.integers(0, 500), shares())
def test_apportion(count, parts):
    """Counts sum to the total; a share of 0 gets none, others at least 1 where possible."""
    counts = apportion(count, parts)
    wanted = [name for name in SPLITS if parts[name] > 0]
    assert sum(counts.values()) == count
    assert all(counts[name] == 0 for name in SPLITS if name not in wanted)
    assert all(counts[name] >= 1 for name in wanted[:count])
    if all(parts[name] * count >= 1 for name in wanted):
        assert all(abs(counts[name] - parts[name] * count) < 1 for name in wanted)
