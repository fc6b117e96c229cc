"""The stage on stored synthetic chips whose readings are known, and its section."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, put_micrograph, read_chips
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, write_table
from pspflow.microstructure.chips import chip_rows
from pspflow.microstructure.loader import cut_chips
from pspflow.report.section import Section
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.specimens.options import SpecimenOptions
from pspflow.studies.temper.specimens.rulers import KNOWN, REAL, RULERS, SOURCE
from pspflow.studies.temper.specimens.stages.measure import measure
from pspflow.studies.temper.specimens.stages.section import section
from pspflow.studies.temper.transfer.draws import held_out
from pspflow.studies.temper.transfer.synthetic import put_synthetic

ORIGIN = Provenance("test", {}, None, {})
EDGE, DOMAINS = 25, ("raw", "aged")
SPECIMENS = {f"train{i:02}": "train" for i in range(90)} | {
    f"test{i:02}": "test" for i in range(12)
}
OPTIONS = SpecimenOptions(resamples=100)
IMAGING = Imaging(
    birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=100
)
QUANTITIES = ["number_density_per_um2", "mean_radius_um"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make specimens as bright as they are dense, in another order in the other domain.

    Training `target` returns the real chips of the target, `source` those of the source.
    """
    folder, rng = tmp_path_factory.mktemp("specimens"), np.random.default_rng(0)
    truth, tables = [], []
    with new_store(folder / "micrographs.zarr", ORIGIN) as store:
        for domain in DOMAINS:
            bands = []
            for place, (specimen, split) in enumerate(SPECIMENS.items()):
                density, radius = rng.uniform(0.5, 2, 2)
                truth.append((specimen, domain, density, radius))
                level = 60 + 40 * np.log(density)
                bands.append(rng.normal(level + 30, 10 * radius, (EDGE, 4 * EDGE)))
                image = {"micrograph": domain, "specimen": specimen, "domain": domain}
                windows = np.array([[EDGE * place, EDGE * column] for column in range(4)])
                tables.append(chip_rows(windows, EDGE, image, split))
            pixels = np.concatenate(bands).clip(0, 255).astype(np.uint8)
            entry = pd.Series({**image, "image": "", "pixel_size_um": 0.1})
            put_micrograph(store, entry, pixels)
    columns = ["specimen", "domain", *QUANTITIES]
    write_table(folder / "truth.parquet", pd.DataFrame(truth, columns=columns), ORIGIN)
    write_table(folder / "chips.parquet", pd.concat(tables), ORIGIN)
    write_table(folder / "grid.parquet", pi.imaging_row(IMAGING), ORIGIN)
    store, rows = Micrographs(folder / "micrographs.zarr"), read_chips(folder / "chips.parquet")
    drawn = held_out(rows, 60, 0)
    cuts = {name: cut_chips(store, rows.iloc[at]) for name, at in drawn.items()}
    for kind, end in (("source", 0), ("target", 1)):
        made = {way: cuts[way[end]] for way in permutations(DOMAINS, 2)}
        path = folder / f"{kind}.zarr"
        put_synthetic(path, folder / "chips.parquet", drawn, made, cuts, ORIGIN)
    return folder


def run(folder, out, **options):
    """Run the stage; return its tables."""
    names = ("micrographs.zarr", "chips.parquet", "grid.parquet", "truth.parquet")
    paths = {name.split(".")[0]: folder / name for name in names}
    made = {f"{kind}/seed0": folder / f"{kind}.zarr" for kind in ("source", "target")}
    results = {name: out / f"{name}.parquet" for name in ("readings", "agreement", "gains")}
    measure(synthetic=made, **paths, **results, **{"options": OPTIONS, **options})
    return tuple(map(read_table, results.values()))


@pytest.fixture(scope="module")
def tables(folder, tmp_path_factory):
    """Return readings and agreement."""
    return run(folder, tmp_path_factory.mktemp("tables"))


def test_only_held_out_specimens_are_read(tables):
    """Each in every direction, by every training and ruler, beside its truth in the target."""
    readings, *_ = tables
    assert set(readings["specimen"]) == {name for name in SPECIMENS if name.startswith("test")}
    assert set(readings["flow"]) == {*RULERS, "source/seed0", "target/seed0"}
    counts = readings.groupby(["target", "source", "flow", "quantity"]).size()
    assert counts.eq(12).all()
    assert len(counts) == 2 * 2 * (1 + 5)  # targets, quantities; real chips, and one source's rows


def test_a_transfer_that_is_right_reads_like_real_chips(tables):
    """One that changes nothing reads like the untransferred source, which is not the target."""
    _, agreement, gains = tables
    assert set(gains["kind"]) == {"source", "target"}
    assert gains.loc[gains["kind"] == "source", "gain"].eq(0).all()
    assert (gains.loc[gains["kind"] == "target", "gain"] > 0).all()
    table = agreement.set_index(["flow", "source", "target", "quantity"])
    for a, b in permutations(DOMAINS, 2):
        for quantity in QUANTITIES:
            real = table.loc[(REAL, b, b, quantity), "rho"]
            assert real > 0.8
            right = table.loc[("target/seed0", a, b, quantity)]
            assert right["rho"] == pytest.approx(real)
            assert right["gain"] > 0
            same = table.loc[("source/seed0", a, b, quantity)]
            assert same["rho"] == table.loc[(SOURCE, a, b, quantity), "rho"] < real
            assert np.isfinite(table.loc[(KNOWN, a, b, quantity), "rho"])


def test_the_same_seed_reads_the_same(folder, tables, tmp_path):
    """And another one resamples other specimens."""
    again, other = (run(folder, tmp_path, seed=seed)[1] for seed in (0, 1))
    pd.testing.assert_frame_equal(again, tables[1])
    assert (other["rho_low"] != again["rho_low"]).any()


def test_the_section_is_written_and_drawn(folder, tmp_path):
    """With its finding of each quantity."""
    run(folder, tmp_path)
    paths = {"figures": tmp_path / "figures", "section": tmp_path / "section.json"}
    tables = {name: tmp_path / f"{name}.parquet" for name in ("agreement", "gains")}
    section(**tables, **paths)
    made = Section.model_validate_json(read_section(paths["section"])[0])
    assert len(made.findings) == 2
    assert made.figures[0].png == (tmp_path / "figures/correlations.png").read_bytes()
