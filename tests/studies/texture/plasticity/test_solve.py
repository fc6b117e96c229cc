"""Shares of a set: what they hold, that they go on where they were, and how they are joined."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture import draw_recipes, gsh
from pspflow.studies.texture.plasticity import shares
from pspflow.studies.texture.plasticity.answers import Answers
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.stages.merge import merge
from pspflow.studies.texture.plasticity.stages.solve import solve
from pspflow.studies.texture.plasticity.tables import read_labelled
from pspflow.studies.texture.textures.store import write_recipes

COUNT = 4
ORIGIN = Provenance("test", {}, 0, {})


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Write the four textures of the fixtures as a set; return the arguments that name it."""
    folder = tmp_path_factory.mktemp("textures")
    recipes = draw_recipes(1, 3, 3, np.random.default_rng(4))
    write_recipes(folder / "t.zarr", recipes, np.zeros((COUNT, gsh.COUNT)), 24, ORIGIN)
    rows = {"texture": range(COUNT), "name": [f"pool_{k}" for k in range(COUNT)]}
    write_table(folder / "t.parquet", pd.DataFrame(rows), ORIGIN)
    return {"textures": folder / "t.zarr", "table": folder / "t.parquet"}


@pytest.fixture
def solved(stored, tmp_path):
    """Return a function that solves a set in shares and joins them."""

    def made(count, options=PlasticityOptions(), folder="solved", **how):
        paths = [tmp_path / folder / f"{k + 1}-of-{count}.parquet" for k in range(count)]
        for path in paths:
            solve(**stored, solved=path, shard=path.stem, options=options, **how)
        target = tmp_path / f"{folder}.parquet"
        merge(shards=tuple(paths), table=stored["table"], parameters=target)
        return target

    return made


def test_shares_are_the_whole(solved, labels):
    """However many, one without textures too, and whatever the threads: the same numbers."""
    whole = read_labelled(solved(1))
    np.testing.assert_allclose(whole.parameters, labels, rtol=0, atol=1e-9)
    assert whole.textures.tolist() == [0, 1, 2, 3]
    assert whole.outputs.shape == (COUNT, 35)
    for count, threads in ((3, 2), (5, 1)):
        path = solved(count, folder=f"solved{count}", threads=threads)
        np.testing.assert_array_equal(read_labelled(path).parameters, whole.parameters)


def test_a_killed_share_goes_on(solved, monkeypatch, tmp_path, labels):
    """Pieces that are done are not computed again, and nothing of them is left in the end."""
    monkeypatch.setitem(shares.PIECES, "taylor", 1)
    asked = []

    class KilledError(RuntimeError):
        pass

    class Truth:
        def __init__(self, limit):
            self.limit = limit

        def parameters(self, textures, names):
            asked.extend(names)
            if len(asked) == self.limit:
                raise KilledError
            places = [int(name[-1]) for name in names]
            return Answers(labels[places], {})

    monkeypatch.setattr(f"{solve.__module__}.ground_truth", lambda *_: Truth(3))
    with pytest.raises(KilledError):
        solved(1)
    assert not (tmp_path / "solved/1-of-1.parquet").exists()
    monkeypatch.setattr(f"{solve.__module__}.ground_truth", lambda *_: Truth(0))
    np.testing.assert_array_equal(read_labelled(solved(1)).parameters, labels)
    assert asked == ["pool_0", "pool_1", "pool_2", "pool_2", "pool_3"]
    assert not (tmp_path / "solved/resume").exists()


def test_failures_are_recorded_and_too_many_stop(solved, source, caplog, monkeypatch):
    """In the table and the log; beyond a tenth of a set nothing is made."""
    source("python")
    few = PlasticityOptions(source="python", python="usermodel:Odd")
    with pytest.raises(InputError, match=r"1 of 4 textures have no parameters, more than a tenth"):
        solved(1, few)
    assert "Texture pool_1 has no parameters: ZeroDivisionError (it diverged)" in caplog.text
    monkeypatch.setattr(shares, "MOST_FAILURES", 0.25)
    path = solved(2, few, folder="again")
    table = read_table(path)
    assert table["failure"].tolist() == ["", "ZeroDivisionError (it diverged)", "", ""]
    assert table.loc[1, list(PARAMETER_NAMES)].isna().all()
    assert read_labelled(path).textures.tolist() == [0, 2, 3]
    assert "truth" in table_provenance(path)["inputs"]


def test_shares_of_another_set_are_refused(solved, stored, tmp_path):
    """Missing, out of order, or made with other options."""
    solved(2)
    first, second = (tmp_path / f"solved/{k}-of-2.parquet" for k in (1, 2))
    bcc = PlasticityOptions(taylor={"slip": "bcc"})
    other = tmp_path / "other/2-of-2.parquet"
    solve(**stored, solved=other, shard="2-of-2", options=bcc)
    for paths in ((first,), (second, first), (first, other)):
        with pytest.raises(InputError, match="shares are not the 4 textures of the set in order"):
            merge(shards=paths, table=stored["table"], parameters=tmp_path / "p.parquet")


def test_rows_of_other_textures_change_nothing(solved, source, measure, textures, labels, tmp_path):
    """The table grows while loops wait; were its share another one, each would begin anew."""
    options = source("table")
    rows = [[name, *row, ""] for name, row in zip(textures[1], labels, strict=True)]
    before = fingerprint(solved(1, options))
    measure(tmp_path, [["pool_9", *labels[0], ""], *rows[::-1]])
    assert fingerprint(solved(1, options)) == before
    measure(tmp_path, [["pool_0", *labels[1], ""], *rows[1:]])
    assert fingerprint(solved(1, options)) != before
