"""The baselines: averages of the phases, and the stage of the regressions."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite.forward.baselines import BASELINES, REGRESSIONS, averages
from pspflow.studies.composite.forward.stages.baselines import baselines
from pspflow.studies.composite.structures.properties import NORMAL

ORIGIN = Provenance("test", {}, None, {})
COUNT = 60
ROWS = np.arange(COUNT)
PHASES = pd.DataFrame({"phase": [0, 1], "young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]})


def test_averages_are_between_voigts_and_reusss_and_exact_in_one_phase():
    """A structure of one phase has that phase's stiffness, in the order of our columns."""
    fractions = np.array([0.0, 0.5, 1.0])
    mean = averages(fractions, PHASES, "normal").mean
    single = effective_stiffness(np.ones((3, 3, 3), np.uint8), *PHASES.iloc[:, 1:].to_numpy().T)
    np.testing.assert_allclose(mean[2, :3], single[0, 0], rtol=1e-5)
    np.testing.assert_allclose(mean[2, 3:], single[1, 0], rtol=1e-5)
    assert (np.diff(mean, axis=0) > 0).all()
    assert averages(fractions, PHASES, "c11").mean.shape == (3, 1)


@pytest.fixture
def stored(tmp_path):
    """Store laminates across x, whose C11 is the harmonic mean, with a latent that knows it."""
    rng = np.random.default_rng(0)
    phases = np.zeros((COUNT, 5, 5, 5), np.uint8)
    for structure in phases:
        structure[rng.permutation(5)[: rng.integers(1, 5)]] = 1
    fractions = phases.mean(axis=(1, 2, 3))
    stiffness = 1 / (fractions / 161.5 + (1 - fractions) / 3.23)
    names = [f"s{i}" for i in ROWS]
    with new_store(tmp_path / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", phases, ("structure", "x", "y", "z"), "1")
    table = pd.DataFrame({"structure": names, "volume_fraction": fractions})
    solved = table[["structure"]].assign(**dict.fromkeys(NORMAL, stiffness))
    split = np.repeat(["train", "validation", "test"], [36, 12, 12])
    tables = {
        "table": table,
        "phases": PHASES[::-1],
        "stiffness": solved.sample(frac=1, random_state=0),
        "splits": table[["structure"]].assign(run=0, split=split)[::-1],
        "latents": table[["structure"]].assign(z0=fractions, z1=rng.normal(size=COUNT)),
    }
    paths = {name: tmp_path / f"{name}.parquet" for name in tables}
    for name, each in tables.items():
        write_table(paths[name], each, ORIGIN)
    paths["latents"] = {"vae": paths["latents"]}
    return {**paths, "structures": tmp_path / "structures.zarr"}, stiffness


@pytest.mark.parametrize("target", ["c11", "normal"])
def test_stage_joins_its_tables_by_structure(stored, tmp_path, target):
    """Tables in any order give predictions of the right structures."""
    paths, stiffness = stored
    baselines(target=target, run=0, predictions=tmp_path / "made.parquet", **paths)
    table = read_table(tmp_path / "made.parquet")
    assert list(dict.fromkeys(table["model"])) == [
        name for name in BASELINES if not name.startswith("vae_statistics")
    ]
    solved = table["structure"].str[1:].astype(int).map(dict(enumerate(stiffness)))
    missed = (table["c11_gpa"] - solved).abs().groupby(table["model"]).median()
    for name in ("volume_fraction", "two_point_linear", "two_point_gpr", "vae_gpr", "vae_svr"):
        assert missed[name] < 0.15 * stiffness.std(), name
    assert missed["vrh"] > 0.5 * stiffness.std()  # it knows nothing of directions
    uncertain = table["c11_gpa_sd"].notna().groupby(table["model"]).all()
    assert set(uncertain[uncertain].index) == {"two_point_gpr", "vae_gpr"}


def test_stage_names_what_is_missing(stored, tmp_path):
    """A run that was not drawn, and latents of other structures, end in a sentence."""
    paths, _ = stored
    made = tmp_path / "made.parquet"
    with pytest.raises(InputError, match=r"splits\.parquet: run 3 has no train structures"):
        baselines(target="c11", run=3, predictions=made, **paths)
    latents = paths["latents"]["vae"]
    write_table(latents, read_table(latents)[1:], ORIGIN)
    with pytest.raises(InputError, match=r"latents\.parquet: column structure lacks 's0'"):
        baselines(target="c11", run=0, predictions=made, **paths)


def test_regressions_take_the_latents_of_every_autoencoder(stored, tmp_path):
    """Latents that know the stiffness and latents of noise give different errors."""
    paths, stiffness = stored
    blind = read_table(paths["latents"]["vae"])
    blind["z0"] = np.random.default_rng(1).normal(size=COUNT)
    write_table(tmp_path / "blind.parquet", blind, ORIGIN)
    paths["latents"] = {
        "vae": tmp_path / "blind.parquet",
        "vae_statistics": paths["latents"]["vae"],
    }
    baselines(target="c11", run=0, predictions=tmp_path / "made.parquet", **paths)
    table = read_table(tmp_path / "made.parquet")
    assert tuple(dict.fromkeys(table["model"])) == tuple(BASELINES)
    solved = table["structure"].str[1:].astype(int).map(dict(enumerate(stiffness)))
    missed = (table["c11_gpa"] - solved).abs().groupby(table["model"]).median()
    for name in REGRESSIONS:
        assert missed[f"vae_statistics_{name}"] < missed[f"vae_{name}"], name
