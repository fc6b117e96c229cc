"""Simulated sets of textures."""

import numpy as np
import pytest

from pspflow.io.artefacts import fingerprint
from pspflow.io.tables import read_table
from pspflow.mechanics.texture import coefficients
from pspflow.studies.texture.textures.options import SET_NAMES, SimulatedTexturesOptions
from pspflow.studies.texture.textures.sets import draw_set
from pspflow.studies.texture.textures.stages.simulate import simulate
from pspflow.studies.texture.textures.store import open_textures

SMALL = SimulatedTexturesOptions(
    singles=24, mixtures=96, largest=3, grains=24, validation=20, test=40
)


def simulated(folder, name="pool", seed=0, options=SMALL):
    """Simulate a small set, and return its textures and its table."""
    paths = {key: folder / f"{name}_{key}" for key in ("textures", "table")}
    simulate(name=name, **paths, options=options.made(name), seed=seed)
    return open_textures(paths["textures"]), read_table(paths["table"])


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """Simulate the three sets of one run."""
    folder = tmp_path_factory.mktemp("sets")
    return {name: simulated(folder, name) for name in SET_NAMES}


def test_table_and_store_describe_the_same_textures(sets):
    """A row says what its texture is; coefficients are those of the symmetrised orientations."""
    textures, table = sets["pool"]
    assert list(table) == ["texture", "name", "crystals", "half_width_deg", "texture_index"]
    assert table["texture"].tolist() == list(range(120))
    assert len(textures) == 120
    assert table["name"].iloc[[0, -1]].tolist() == ["pool_000", "pool_119"]
    assert (table["crystals"][:24] == 1).all()
    assert table["crystals"].max() == 3
    assert table["half_width_deg"].between(5, 30).all()
    assert (table["texture_index"] >= 1).all()
    for texture in (0, 50, 119):
        grains = textures.symmetric_grains(texture)
        assert len(grains.orientations) == 4 * 24
        np.testing.assert_allclose(coefficients(*grains), textures.coefficients[texture])


def test_no_texture_is_in_two_sets(sets):
    """Nothing that is learned from saw a texture of validation or test: none is alike."""
    every = np.concatenate([sets[name][0].coefficients for name in SET_NAMES])
    apart = np.linalg.norm(every[:, None] - every, axis=2) + 9 * np.eye(len(every))
    assert apart.min() > 0.01
    centres = np.concatenate([draw_set(name, SMALL, 0).centres[:, 0] for name in SET_NAMES])
    assert len(np.unique(centres, axis=0)) == len(centres)


def test_every_set_has_the_same_share_of_single_crystals(sets):
    """Test and validation are drawn as the pool is."""
    for name, count in (("pool", 120), ("validation", 20), ("test", 40)):
        table = sets[name][1]
        assert len(table) == count
        assert (table["crystals"][: count // 5] == 1).all()
        assert SMALL.counts(name) == (count // 5, count - count // 5)


def test_simulation_is_a_function_of_the_seed(sets, tmp_path):
    """The same seed gives the same bytes, another one other textures."""
    first, again = (tmp_path / name for name in "ab")
    assert [simulated(folder)[0].coefficients.tobytes() for folder in (first, again)] == [
        sets["pool"][0].coefficients.tobytes()
    ] * 2
    for name in ("pool_textures", "pool_table"):
        assert fingerprint(first / name) == fingerprint(again / name)
    other = simulated(tmp_path / "c", seed=1)[0]
    assert (other.coefficients != sets["pool"][0].coefficients).any(axis=1).all()


def test_a_set_follows_from_its_own_options(sets, tmp_path):
    """Another number of test textures changes neither pool nor validation."""
    changed = SMALL.model_copy(update={"test": 30})
    for name in ("pool", "validation"):
        assert changed.made(name) == SMALL.made(name)
    fewer = simulated(tmp_path, "test", options=changed)[0]
    assert len(fewer) == 30
    assert changed.made("test") != SMALL.made("test")
