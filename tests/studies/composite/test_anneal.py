"""Annealing in a latent space: the searches, and their stage."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.mechanics import effective_stiffness
from pspflow.seeds import generator
from pspflow.studies.composite.anneal import anneal
from pspflow.studies.composite.annealing import Region, Start, sampler, search
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.inverse_measures import search_summary
from pspflow.studies.composite.inverse_options import AnnealOptions
from pspflow.studies.composite.properties import C11, NORMAL
from pspflow.studies.composite.structures import phase_table

ORIGIN = Provenance("test", {}, None, {})
OPTIONS = AnnealOptions(c11_gpa=(25.0, 40.0), starts=2, iterations=12, inferred_iterations=4)
LATENTS = np.random.default_rng(0).normal([0, 1, 0, -1], [1, 2, 0.5, 1], (40, 4))


class Dial:
    """Stand in for both networks: a structure is its latent, and C11 a bowl over it."""

    model, device = "mixture_statistics", "cpu"

    def decode(self, latents, rng):
        """Return soft structures whose fraction falls with the latent's distance from 1."""
        miss = float(((latents[0] - 1) ** 2).sum())
        return np.full((1, 9, 9, 9), 1 / (1 + miss / 10), np.float32)

    def predict(self, phases):
        """Return a C11 that is proportional to the fraction."""
        return 100 * phases.mean(axis=(1, 2, 3))[:, None], None


class Watched(Dial):
    """Note what is asked for."""

    def __init__(self):
        self.tried = []

    def decode(self, latents, rng):
        """Decode, and remember."""
        self.tried.append(latents[0].double().numpy())
        return super().decode(latents, rng)


@pytest.mark.parametrize("inferred", [True, False])
def test_searches_improve_and_stay_where_they_belong(inferred):
    """A search never ends worse than it began, counts its proposals, and keeps to its bounds."""
    region = Region.of(LATENTS)
    latent = np.array([0.0, 3.0, 0.0, -1.0]) if inferred else region.draw(generator(0))
    start = Start(0, 90.0, inferred, 0, latent)
    network = Dial()
    found = search(network, network, start, region, 60, 0, generator(1))
    assert found.evaluations == 61
    assert abs(found.told_gpa - 90) < abs(
        network.predict(sampler(network, 0, start)(latent))[0] - 90
    )
    assert (found.best >= np.minimum(region.low, latent) - 1e-9).all()
    assert (found.best <= np.maximum(region.high, latent) + 1e-9).all()
    same = search(network, network, start, region, 60, 0, generator(1))
    np.testing.assert_array_equal(same.best, found.best)
    none = search(network, network, start, region, 1, 0, generator(1))
    assert none.evaluations == 2


def test_first_steps_from_inferred_latents_are_short():
    """A search from an inferred latent looks around it; one from a random latent looks farther."""
    region = Region.of(LATENTS)
    steps = {}
    for inferred in (True, False):
        network = Watched()
        start = Start(0, 90.0, inferred, 0, region.mean)
        search(network, network, start, region, 8, 0, generator(1))
        moves = np.abs(np.diff(network.tried[:-1], axis=0)) / region.spread
        steps[inferred] = np.median(moves)
    assert steps[True] < 0.6
    assert steps[True] < steps[False] / 2


def test_a_latent_without_spread():
    """A dimension that the encoder does not use still has a width to search."""
    region = Region.of(np.zeros((5, 3)))
    assert (region.high > region.low).all()
    assert np.isfinite(region.draw(generator(0))).all()


def test_the_noise_of_a_search_stays(untrained):
    """The same latent gives the same structure within a search, and another one in the next."""
    network = untrained("mixture_statistics", C11)
    start = Start(0, 25.0, False, 0, LATENTS[0])
    structure = sampler(network, 0, start)
    one = structure(LATENTS[0])
    structure(LATENTS[1])
    np.testing.assert_array_equal(structure(LATENTS[0]), one)
    assert (sampler(network, 0, start._replace(number=1))(LATENTS[0]) != one).any()


@pytest.fixture
def paths(untrained, tmp_path):
    """Write what the stage reads; return its paths."""
    files = {name: tmp_path / f"{name}.safetensors" for name in ("weights", "objective")}
    untrained("mixture_statistics", C11, files["weights"])
    untrained("cnn", C11, files["objective"])
    files |= {name: tmp_path / f"{name}.parquet" for name in ("latents", "phases", "stiffness")}
    table = pd.DataFrame(LATENTS, columns=[f"z{i}" for i in range(4)])
    names = [f"s{place}" for place in range(len(table))]
    split = ["train"] * 30 + ["test"] * 10
    write_table(files["latents"], table.assign(structure=names, split=split), ORIGIN)
    solved = pd.DataFrame({"structure": names, "c11_gpa": np.linspace(20, 59, 40)})
    write_table(files["stiffness"], solved, ORIGIN)
    write_table(files["phases"], phase_table([2.4, 120.0], [0.3, 0.3]), ORIGIN)
    return files


def run(paths, folder, threads=1, options=OPTIONS):
    """Anneal; return the table and the store of the searches."""
    out = {"searches": folder / "searches.parquet", "proposed": folder / "searches.zarr"}
    solver = SolutionOptions(tolerance=1e-3)
    anneal(**paths, **out, options=options, solver=solver, threads=threads)
    return read_table(out["searches"]), open_store(out["proposed"])


def test_the_stage_solves_starts_and_ends(paths, untrained, tmp_path):
    """A row a search; what is solved is what is stored, and threads do not show."""
    rows, store = run(paths, tmp_path / "one")
    assert rows[["instance", "start", "number"]].to_records(index=False).tolist() == [
        (instance, start, number)
        for instance in range(2)
        for start in ("random", "inferred")
        for number in range(2)
    ]
    assert rows["wanted_c11_gpa"].tolist() == [25.0] * 4 + [40.0] * 4
    assert rows["evaluations"].tolist() == [13, 13, 5, 5] * 2
    ids = read_values(store, "phase")
    np.testing.assert_allclose(rows["volume_fraction"], ids.mean(axis=(1, 2, 3)))
    solved = effective_stiffness(ids[3], [2.4, 120], [0.3, 0.3], load_cases=[0])[0, 0]
    assert rows["c11_gpa"][3] == pytest.approx(solved, rel=1e-4)
    told = untrained("cnn", C11).predict(ids)[0][:, 0]
    np.testing.assert_allclose(rows["told_c11_gpa"], told, rtol=1e-5)
    network = untrained("mixture_statistics", C11)
    means = network.prior(np.array([[25.0], [40.0]]), "refitted").means.numpy()
    starts = read_values(store, "start")
    assert starts.dtype == np.float32
    np.testing.assert_allclose(starts[[2, 3, 6, 7]], means.reshape(4, 4), rtol=1e-6)
    first = sampler(network, 0, Start(0, 25.0, True, 0, starts[2]))(starts[2])[0]
    solved = effective_stiffness(first, [2.4, 120], [0.3, 0.3], load_cases=[0])[0, 0]
    assert rows["start_c11_gpa"][2] == pytest.approx(solved, rel=1e-4)
    assert get_array(store, "best").shape == (8, 4)

    again, other = run(paths, tmp_path / "two", threads=2)
    pd.testing.assert_frame_equal(again, rows)
    np.testing.assert_array_equal(read_values(other, "best"), read_values(store, "best"))

    table = search_summary(rows, simulated=True).set_index("start")
    assert table["searches"].tolist() == [4, 4]
    assert table["evaluations"].tolist() == [13, 5]
    mine = rows[rows["start"] == "random"]
    best = mine.groupby("instance")["error_percent"].min().mean()
    assert table["best_error_percent"]["random"] == pytest.approx(best)
    assert (table["paper_error_percent"] == 10).all()


def test_without_a_wanted_value_the_training_structures_give_it(paths, tmp_path):
    """It is the median of their C11, to three digits; test structures have no say."""
    options = AnnealOptions(starts=1, iterations=1, inferred_iterations=1)
    rows, _ = run(paths, tmp_path, options=options)
    assert set(rows["wanted_c11_gpa"]) == {34.5}


def test_networks_of_another_target_are_refused(paths, untrained, tmp_path):
    """What predicts all six components cannot guide a search for one."""
    untrained("cnn", NORMAL, paths["objective"])
    with pytest.raises(InputError, match=r"objective.*give weights of target c11"):
        run(paths, tmp_path)
