"""Micrographs of steel, simulated as a user would bring them."""

from itertools import combinations

import numpy as np
import pytest
import tifffile

from pspflow.io.artefacts import fingerprint
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table
from pspflow.studies.shared.images.stages.catalogue import catalogue
from pspflow.studies.shared.images.stages.split import split
from pspflow.studies.steel.images.options import (
    RATES,
    SteelImagesOptions,
    SteelSimulationOptions,
)
from pspflow.studies.steel.images.specimens import drawn_micrograph, simulated_micrographs
from pspflow.studies.steel.images.stages.simulate import simulate

OPTIONS = SteelSimulationOptions(micrographs_per_rate=4, height_px=96, width_px=128)


def simulated(folder, options=OPTIONS, seed=0):
    """Run the stage into a folder, and return its sheet."""
    simulate(sheet=folder / "sheet.csv", images=folder / "images", options=options, seed=seed)
    return folder / "sheet.csv"


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    """Return the sheet of a few small micrographs."""
    return simulated(tmp_path_factory.mktemp("simulated"))


def test_every_rate_has_micrographs_of_one_specimen(sheet):
    """The sheet gives the rate that the models are conditioned on, and one specimen for each."""
    rows = read_sheet(sheet)
    assert len(rows) == len(list((sheet.parent / "images").glob("*.tif"))) == 4 * len(RATES)
    for domain, group in rows.groupby("domain"):
        assert set(group["cooling_rate_c_s"].astype(float)) == {RATES[domain]}
        assert group["specimen"].nunique() == 1
    assert list(rows["specimen"].unique()) == ["A10-01", "A10-03", "A10-10", "A10-30"]
    assert set(rows["pixel_size_um"].astype(float)) == {0.34}


def test_micrographs_have_their_shape(sheet):
    """Rows and columns are not exchanged."""
    paths = sorted((sheet.parent / "images").glob("*.tif"))
    assert {tifffile.imread(path).shape for path in paths} == {(96, 128)}


def test_seed_decides_the_micrographs(sheet, tmp_path):
    """One seed gives the same bytes again, another seed gives other micrographs."""
    again, other = (simulated(tmp_path / str(seed), seed=seed) for seed in (0, 1))
    assert fingerprint(again.parent) == fingerprint(sheet.parent) != fingerprint(other.parent)


def test_more_micrographs_leave_the_first_as_they_are():
    """A larger run is the smaller one and more, so that their results can be compared."""
    more = OPTIONS.model_copy(update={"micrographs_per_rate": 6})
    large = {each.name: each for each in simulated_micrographs(more, 0)}
    for each in simulated_micrographs(OPTIONS, 0)[::5]:
        np.testing.assert_array_equal(each.draw(), large[each.name].draw())


def test_every_micrograph_is_drawn_by_itself(sheet):
    """Neither rates nor micrographs share noise or grains, and none is taken for a copy."""
    paths = sorted((sheet.parent / "images").glob("*.tif"))
    pixels = [tifffile.imread(path).ravel().astype(float) for path in paths]
    for one, other in combinations(pixels, 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.2


def test_other_purposes_draw_other_micrographs():
    """What a model is tested against is never a micrograph of the sheet."""
    first, truth = (
        drawn_micrograph(3.0, OPTIONS, 0, 1, *purpose).ravel().astype(float)
        for purpose in ((), ("truth",))
    )
    assert abs(np.corrcoef(first, truth)[0, 1]) < 0.2


def test_default_split_is_by_micrograph(sheet, tmp_path):
    """Each rate has one specimen, and micrographs in every split, each in one."""
    options = SteelImagesOptions()
    catalogued, regions = tmp_path / "catalogue.parquet", tmp_path / "regions.parquet"
    catalogue(sheet=sheet, catalogue=catalogued, options=options.catalogue)
    split(catalogue=catalogued, regions=regions, options=options.split)
    rows = read_table(regions).merge(read_table(catalogued), on="micrograph")
    assert len(rows) == 4 * len(RATES)
    assert (rows.groupby("domain")["split"].nunique() == 3).all()
