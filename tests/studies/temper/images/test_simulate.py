"""Specimens of the temper study, simulated as a user would bring them."""

from itertools import combinations

import numpy as np
import tifffile

from pspflow.io.artefacts import fingerprint
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table
from pspflow.simulate import TEMPERS, simulate_specimens
from pspflow.studies.temper.images.options import SimulationOptions
from pspflow.studies.temper.images.stages.simulate import simulate

OPTIONS = SimulationOptions(specimens=6, size_px=64)


def test_every_specimen_has_a_micrograph_of_every_temper(tmp_path):
    """The sheet gives process and properties of each, with their units."""
    simulate(
        sheet=tmp_path / "sheet.csv",
        images=tmp_path / "images",
        truth=tmp_path / "truth.parquet",
        options=OPTIONS,
    )
    rows = read_sheet(tmp_path / "sheet.csv")
    assert len(rows) == len(list((tmp_path / "images").glob("*.tif"))) == 6 * len(TEMPERS)
    assert rows.groupby("specimen")["domain"].nunique().eq(len(TEMPERS)).all()
    for name in ("pixel_size_um", "feed_rate_mm_min", "uts_t5_mpa", "uts_t6_mpa"):
        assert (rows[name].astype(float) > 0).all()


def test_seed_decides_the_specimens(tmp_path):
    """One seed gives the same bytes again, another seed gives other specimens."""
    prints = []
    for folder, seed in (("first", 0), ("again", 0), ("other", 1)):
        names = {"sheet": "sheet.csv", "images": "images", "truth": "truth.parquet"}
        paths = {key: tmp_path / folder / name for key, name in names.items()}
        simulate(**paths, options=OPTIONS, seed=seed)
        prints.append(fingerprint(tmp_path / folder))
    assert prints[0] == prints[1] != prints[2]


def test_the_truth_is_what_micrographs_are_drawn_from(tmp_path):
    """One row per specimen and temper; nothing of it is on the sheet."""
    paths = {"sheet": tmp_path / "sheet.csv", "images": tmp_path / "images"}
    simulate(**paths, truth=tmp_path / "truth.parquet", options=OPTIONS, seed=4)
    truth = read_table(tmp_path / "truth.parquet").set_index(["specimen", "domain"])
    assert len(truth) == 6 * len(TEMPERS)
    for specimen in simulate_specimens(6, 4):
        for temper in TEMPERS:
            found = specimen.precipitates(temper)
            row = truth.loc[(specimen.name, temper)]
            assert row["number_density_per_um2"] == found.number_density_per_um2
            assert row["mean_radius_um"] == found.mean_radius_um
    assert not set(truth.columns) & set(read_sheet(tmp_path / "sheet.csv").columns)


def test_every_micrograph_is_drawn_by_itself(tmp_path):
    """Neither specimens nor tempers share noise or precipitates."""
    simulate(
        sheet=tmp_path / "sheet.csv",
        images=tmp_path / "images",
        truth=tmp_path / "truth.parquet",
        options=OPTIONS,
    )
    paths = sorted((tmp_path / "images").glob("*.tif"))
    pixels = [tifffile.imread(path).ravel().astype(float) for path in paths]
    for one, other in combinations(pixels, 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.2
