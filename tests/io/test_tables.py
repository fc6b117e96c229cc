"""Tables between stages: the same in one or several pieces, with provenance, or no file."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.tables import read_table, table_provenance, write_table


@pytest.fixture
def table():
    """Return a table of strings, integers, floats with gaps, and flags."""
    n = 23
    return pd.DataFrame(
        {
            "micrograph": [f"m{i // 5}" for i in range(n)],
            "row": np.arange(n, dtype=np.int32),
            "size_um": np.where(np.arange(n) % 4, np.arange(n) / 7, np.nan),
            "flip": np.arange(n) % 2 == 0,
        }
    )


@pytest.mark.parametrize("length", [1, 4, 23])
def test_pieces_equal_the_whole(tmp_path, provenance, table, length):
    """Rows written in pieces are read like the whole table, types included."""
    pieces = (table.iloc[i : i + length] for i in range(0, len(table), length))
    assert write_table(tmp_path / "pieces.parquet", pieces, provenance) == len(table)
    assert write_table(tmp_path / "whole.parquet", table, provenance) == len(table)
    by_pieces = read_table(tmp_path / "pieces.parquet")
    pd.testing.assert_frame_equal(by_pieces, read_table(tmp_path / "whole.parquet"))
    pd.testing.assert_frame_equal(by_pieces, table)


def test_categories(tmp_path, provenance, table):
    """Named columns are read as categories, also where pieces have different categories."""
    pieces = (table.iloc[i : i + 5] for i in range(0, len(table), 5))
    write_table(tmp_path / "table.parquet", pieces, provenance)
    read = read_table(tmp_path / "table.parquet", categories=("micrograph",))
    assert isinstance(read["micrograph"].dtype, pd.CategoricalDtype)
    assert list(read["micrograph"]) == list(table["micrograph"])


def test_index_is_dropped(tmp_path, provenance, table):
    """A filtered frame keeps its rows but not its index."""
    write_table(tmp_path / "table.parquet", table[table["flip"]], provenance)
    read = read_table(tmp_path / "table.parquet")
    pd.testing.assert_frame_equal(read, table[table["flip"]].reset_index(drop=True))


def test_provenance_is_readable(tmp_path, provenance, table):
    """A table holds its provenance; a table from elsewhere has an empty record."""
    write_table(tmp_path / "table.parquet", table, provenance)
    assert table_provenance(tmp_path / "table.parquet") == provenance.as_dict()
    table.to_parquet(tmp_path / "foreign.parquet")
    assert table_provenance(tmp_path / "foreign.parquet") == {}


def test_failure_halfway_leaves_the_old_table(tmp_path, provenance, table):
    """An error after some pieces leaves no partial table, and the old one unchanged."""

    def pieces():
        yield table
        raise RuntimeError("stop")

    for old in (False, True):
        if old:
            write_table(tmp_path / "table.parquet", table.iloc[:2], provenance)
        with pytest.raises(RuntimeError, match="stop"):
            write_table(tmp_path / "table.parquet", pieces(), provenance)
        assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"] * old
    assert len(read_table(tmp_path / "table.parquet")) == 2


def test_no_frame_is_an_error(tmp_path, provenance):
    """A table without any piece is an error that names the table."""
    with pytest.raises(ValueError, match=r"table\.parquet: no rows"):
        write_table(tmp_path / "table.parquet", iter(()), provenance)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_table_that_is_cut_short(tmp_path, provenance, table, share):
    """It is one sentence with the file and the remedy."""
    path = tmp_path / "a.parquet"
    write_table(path, table, provenance)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"a\.parquet: it is damaged or cut short"):
        read_table(path)
