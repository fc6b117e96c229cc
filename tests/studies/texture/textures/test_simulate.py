"""Simulated sets of textures."""

import numpy as np
import pytest

from pspflow.io.artefacts import fingerprint
from pspflow.io.tables import read_table
from pspflow.mechanics.texture import coefficients
from pspflow.studies.texture.textures.options import SET_NAMES
from pspflow.studies.texture.textures.sets import draw_set
from pspflow.studies.texture.textures.stages.simulate import simulate
from pspflow.studies.texture.textures.store import open_textures


def opened(folder, name):
    """Open the textures and the table of a set."""
    return open_textures(folder / f"{name}_textures"), read_table(folder / f"{name}_table")


@pytest.fixture
def simulated(small):
    """Return a function that simulates a set, and opens it."""

    def run(folder, name="pool", seed=0, options=small):
        paths = {key: folder / f"{name}_{key}" for key in ("textures", "table")}
        simulate(name=name, **paths, options=options.made(name), seed=seed)
        return opened(folder, name)

    return run


@pytest.fixture(scope="module")
def sets(simulated_folder):
    """Open the three sets of one run."""
    return {name: opened(simulated_folder, name) for name in SET_NAMES}


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


def test_no_texture_is_in_two_sets(sets, small):
    """Nothing that is learned from saw a texture of validation or test: none is alike."""
    every = np.concatenate([sets[name][0].coefficients for name in SET_NAMES])
    apart = np.linalg.norm(every[:, None] - every, axis=2) + 9 * np.eye(len(every))
    assert apart.min() > 0.01
    centres = np.concatenate([draw_set(name, small, 0).centres[:, 0] for name in SET_NAMES])
    assert len(np.unique(centres, axis=0)) == len(centres)


def test_every_set_has_the_same_share_of_single_crystals(sets, small):
    """Test and validation are drawn as the pool is."""
    for name, count in (("pool", 120), ("validation", 20), ("test", 40)):
        table = sets[name][1]
        assert len(table) == count
        assert (table["crystals"][: count // 5] == 1).all()
        assert small.counts(name) == (count // 5, count - count // 5)


def test_simulation_is_a_function_of_the_seed(simulated_folder, sets, simulated, tmp_path):
    """The same seed gives the same bytes, another one other textures."""
    simulated(tmp_path)
    for name in ("pool_textures", "pool_table"):
        assert fingerprint(tmp_path / name) == fingerprint(simulated_folder / name)
    other = simulated(tmp_path / "other", seed=1)[0]
    assert (other.coefficients != sets["pool"][0].coefficients).any(axis=1).all()


def test_a_set_follows_from_its_own_options(simulated, small, tmp_path):
    """Another number of test textures changes neither pool nor validation."""
    changed = small.model_copy(update={"test": 30})
    for name in ("pool", "validation"):
        assert changed.made(name) == small.made(name)
    assert changed.made("test") != small.made("test")
    assert len(simulated(tmp_path, "test", options=changed)[0]) == 30
