"""From structures to stiffness and local fields, in shares."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.mechanics import ConvergenceError, effective_stiffness, strain_field
from pspflow.studies.composite.structures import solution
from pspflow.studies.composite.structures.options import SimulatedOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.stages import solve as tested
from pspflow.studies.composite.structures.stages.merge_fields import merge_fields
from pspflow.studies.composite.structures.stages.merge_stiffness import merge_stiffness
from pspflow.studies.composite.structures.stages.simulate import simulate
from pspflow.studies.composite.structures.stages.solve import solve, spread_over
from pspflow.training import devices

NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
OPTIONS = SimulatedOptions(edge_voxels=9, structures=12, sigmas_voxels=(1, 3))
KEYS = ("structures", "table", "phases")


@pytest.fixture(autouse=True)
def _threads():
    """Give back the threads that the stage takes from the process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def made(tmp_path):
    """Simulate 12 structures; return the paths of the set."""
    paths = {key: tmp_path / key for key in KEYS}
    simulate(**paths, options=OPTIONS)
    return paths


def solved(made, fields, shares=1, **options):
    """Solve in shares and merge; return the tables and stores that this makes."""
    folder = made["table"].parent / f"{shares}"
    shards = []
    for i in range(1, shares + 1):
        shards.append(folder / f"{i}-of-{shares}.zarr")
        solve(**made, solved=shards[-1], shard=f"{i}-of-{shares}", fields=fields, **options)
    paths = (tuple(shards), folder / "stiffness.parquet", folder / "fields.zarr")
    merge_stiffness(shards=paths[0], table=made["table"], stiffness=paths[1])
    if fields:
        merge_fields(shards=paths[0], table=made["table"], fields=paths[2])
    return paths


def test_stiffness_and_fields_are_the_solvers(made):
    """Columns are the components they name; fields are along x under a macroscopic 0.001."""
    _, stiffness, strain = solved(made, "all")
    table = read_table(stiffness)
    assert list(table) == ["structure", *NORMAL]
    assert table["structure"].tolist() == read_table(made["table"])["structure"].tolist()
    voxels = read_values(open_store(made["structures"]), "phase")[7]
    whole = effective_stiffness(voxels, (2.4, 120), (0.3, 0.3))
    expected = [whole[int(name[1]) - 1, int(name[2]) - 1] for name in NORMAL]
    np.testing.assert_allclose(table.loc[7, list(NORMAL)].astype(float), expected, rtol=1e-9)
    store = open_store(strain)
    field = get_array(store, "strain_11")
    assert (field.shape, field.dtype) == ((12, 9, 9, 9), np.float32)
    assert store.attrs["macro_strain_11"] == field.attrs["macro_strain_11"] == 0.001
    assert store.attrs["structures"] == table["structure"].tolist()
    local = strain_field(voxels, (2.4, 120), (0.3, 0.3), [0.001, 0, 0, 0, 0, 0])[0]
    np.testing.assert_allclose(field[7], local, rtol=1e-6, atol=1e-9)
    stress = get_array(store, "stress_11")
    assert stress.attrs["units"] == "GPa"
    # its mean is the stiffness times the macroscopic strain, and so is that of every layer
    means = np.asarray(stress[...], np.float64).mean(axis=(2, 3)) / 0.001
    np.testing.assert_allclose(means.mean(axis=1), table["c11_gpa"], rtol=1e-4)
    np.testing.assert_allclose(means, means.mean(axis=1, keepdims=True) * np.ones(9), rtol=2e-3)


def test_rows_keep_the_order_of_the_set(made):
    """Names of a user's structures are in no order; each has the stiffness of its own voxels."""
    rows = read_table(made["table"])
    names = [f"s{7 * place % 12}" for place in range(12)]
    write_table(made["table"], rows.assign(structure=names), Provenance("test", {}, None, {}))
    _, stiffness, strain = solved(made, 5, shares=2)
    table = read_table(stiffness)
    assert table["structure"].tolist() == names
    voxels = read_values(open_store(made["structures"]), "phase")
    for place in (0, 5, 11):
        whole = effective_stiffness(voxels[place], (2.4, 120), (0.3, 0.3))
        assert table["c11_gpa"][place] == pytest.approx(whole[0, 0], rel=1e-6)
    kept = [names.index(name) for name in open_store(strain).attrs["structures"]]
    assert kept == spread_over(12, 5).tolist()


def test_shares_merge_to_what_one_job_makes(made):
    """How many jobs share the work does not show; some shares may keep no fields."""
    _, *one = solved(made, 3)
    shards, *six = solved(made, 3, shares=6)
    assert sum("strain_11" in open_store(shard) for shard in shards) == 3
    assert read_table(one[0]).equals(read_table(six[0]))
    first, second = (open_store(path) for path in (one[1], six[1]))
    names = read_table(made["table"])["structure"].tolist()
    places = [names.index(name) for name in first.attrs["structures"]]
    assert [place // 4 for place in places] == [0, 1, 2]  # one of each third of the set
    assert second.attrs["structures"] == first.attrs["structures"]
    fields = read_values(first, "strain_11")
    np.testing.assert_array_equal(fields, read_values(second, "strain_11"))
    voxels = read_values(open_store(made["structures"]), "phase")[places[1]]
    local = strain_field(voxels, (2.4, 120), (0.3, 0.3), [0.001, 0, 0, 0, 0, 0])[0]
    np.testing.assert_allclose(fields[1], local, rtol=1e-6, atol=1e-9)


def test_fields_are_spread_over_the_set():
    """One of each equal part, in order and the same every time, and not every n-th of a set."""
    for count, wanted in ((64, 16), (1500, 1000), (7, 7), (7, 12), (7, 0)):
        found = spread_over(count, wanted)
        kept = min(count, wanted)
        edges = np.arange(kept + 1) * count // max(1, kept)
        assert len(found) == kept
        assert ((found >= edges[:-1]) & (found < edges[1:])).all()
        np.testing.assert_array_equal(found, spread_over(count, wanted))
    # morphologies take turns in a simulated set
    assert len(set(spread_over(64, 16) % 4)) == 4


def test_shares_that_do_not_belong_together(made):
    """A share missing, out of order or of other options is refused, and so are no fields."""
    (first, second), stiffness, strain = solved(made, 0, shares=2)
    for shards in ((second, first), (first,), (first, first)):
        with pytest.raises(InputError, match="not the 12 structures of the set in order"):
            merge_stiffness(shards=shards, table=made["table"], stiffness=stiffness)
    with pytest.raises(InputError, match="hold no fields"):
        merge_fields(shards=(first, second), table=made["table"], fields=strain)
    solve(**made, solved=second, shard="2-of-2", fields=1)
    with pytest.raises(InputError, match="differ in origin"):
        merge_stiffness(shards=(first, second), table=made["table"], stiffness=stiffness)


def test_a_structure_without_solution_is_named(made, monkeypatch, tmp_path):
    """Where the solver gives up, a sentence says on which structure, and nothing is left."""

    def give_up(*_, **__):
        raise ConvergenceError(2000, 0.5, 1e-4)

    monkeypatch.setattr(solution, "stiffness_and_strain", give_up)
    with pytest.raises(InputError, match=r"Structure all-00006: no equilibrium .*solver.tolerance"):
        solve(**made, solved=tmp_path / "2-of-2.zarr", shard="2-of-2")
    assert not (tmp_path / "2-of-2.zarr").exists()


class Device(str):
    """A CPU that is treated as a GPU: structures are solved in batches."""

    type = "batches"


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=NO_GPU)])
def batches(request, monkeypatch):
    """Solve in batches of five, on a GPU, which stages use where there is one, or as on one."""
    if request.param == "cpu":
        monkeypatch.setattr(devices, "using", lambda *_, **__: nullcontext(Device("cpu")))
        monkeypatch.setattr(devices, "recorded", str)
    monkeypatch.setattr(tested, "structures_at_once", lambda *_: 5)


def test_batches_are_as_one_by_one(made, batches, monkeypatch):
    """On a GPU, stiffness and fields are those of a CPU, in order and from the same structures."""
    _, stiffness, strain = solved(made, 7, shares=2)
    monkeypatch.undo()
    (made["table"].parent / "2").rename(made["table"].parent / "batches")
    moved = made["table"].parent / "batches"
    monkeypatch.setattr(devices, "using", lambda *_, **__: nullcontext(torch.device("cpu")))
    _, *expected = solved(made, 7, shares=2)
    found, wanted = read_table(moved / stiffness.name), read_table(expected[0])
    assert found["structure"].equals(wanted["structure"])
    np.testing.assert_allclose(found[list(NORMAL)], wanted[list(NORMAL)], rtol=1e-5)
    first, second = open_store(moved / strain.name), open_store(expected[1])
    assert first.attrs["structures"] == second.attrs["structures"]
    for name, off in {"strain_11": 1e-6, "stress_11": 1e-4}.items():
        fields = [read_values(each, name) for each in (first, second)]
        np.testing.assert_allclose(*fields, rtol=0, atol=off)


def test_a_structure_of_a_batch_without_solution_is_named(made, batches, monkeypatch, tmp_path):
    """It is the one of the set that has the place in its batch which the solver says."""

    def give_up(voxels, *_, **__):
        if len(voxels) == 5:
            return np.zeros((5, 3, 3)), np.empty((0, 2, 9, 9, 9))
        error = ConvergenceError(2000, 0.5, 1e-4)
        error.structure = 1
        raise error

    monkeypatch.setattr(tested, "solutions", give_up)
    with pytest.raises(InputError, match=r"Structure all-00011: no equilibrium"):
        solve(**made, solved=tmp_path / "all.zarr")
    assert not (tmp_path / "all.zarr").exists()
