"""Specimens of the temper study, simulated as a user would bring them."""

from itertools import combinations

import numpy as np
import tifffile

from pspflow.io.artefacts import fingerprint
from pspflow.io.sheet import read_sheet
from pspflow.simulate import TEMPERS
from pspflow.studies.temper.images.options import SimulationOptions
from pspflow.studies.temper.images.stages.simulate import simulate

OPTIONS = SimulationOptions(specimens=6, size_px=64)


def test_every_specimen_has_a_micrograph_of_every_temper(tmp_path):
    """The sheet gives process and properties of each, with their units."""
    simulate(sheet=tmp_path / "sheet.csv", images=tmp_path / "images", options=OPTIONS)
    rows = read_sheet(tmp_path / "sheet.csv")
    assert len(rows) == len(list((tmp_path / "images").glob("*.tif"))) == 6 * len(TEMPERS)
    assert rows.groupby("specimen")["domain"].nunique().eq(len(TEMPERS)).all()
    for name in ("pixel_size_um", "feed_rate_mm_min", "uts_t5_mpa", "uts_t6_mpa"):
        assert (rows[name].astype(float) > 0).all()


def test_seed_decides_the_specimens(tmp_path):
    """One seed gives the same bytes again, another seed gives other specimens."""
    prints = []
    for folder, seed in (("first", 0), ("again", 0), ("other", 1)):
        paths = {"sheet": tmp_path / folder / "sheet.csv", "images": tmp_path / folder / "images"}
        simulate(**paths, options=OPTIONS, seed=seed)
        prints.append(fingerprint(tmp_path / folder))
    assert prints[0] == prints[1] != prints[2]


def test_every_micrograph_is_drawn_by_itself(tmp_path):
    """Neither specimens nor tempers share noise or precipitates."""
    simulate(sheet=tmp_path / "sheet.csv", images=tmp_path / "images", options=OPTIONS)
    paths = sorted((tmp_path / "images").glob("*.tif"))
    pixels = [tifffile.imread(path).ravel().astype(float) for path in paths]
    for one, other in combinations(pixels, 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.2
