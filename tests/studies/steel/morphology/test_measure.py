"""Stage: every chip has its own measures and conditions; faulty conditions are refused."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.imagesets import read_chips
from pspflow.io.tables import read_table, table_provenance
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.morphology.conditions import checked_conditions
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.morphology.stages.measure import measure

RATE = Condition(column="rate", log=True)


def test_one_row_per_chip_in_its_order(images, tmp_path, caplog):
    """Identity, condition and measures are the chip's own; one phase has none, and is counted."""
    path = tmp_path / "measures"
    measure(**images.paths, measures=path, options=MeasureOptions(conditions=(RATE,)))
    found, chips = read_table(path), read_chips(images.paths["chips"])
    for name in ("chip_id", "micrograph", "specimen", "domain", "split"):
        assert found[name].tolist() == chips[name].astype(str).tolist()
    known = images.catalogue.set_index("micrograph").loc[found["micrograph"]]
    assert found["rate"].tolist() == known["rate"].tolist()
    failed = found["chip_id"] == "m3:0:32"
    assert found["failure"].tolist() == np.where(failed, "one phase", "").tolist()
    values = found[["ferrite_fraction", "mean_free_path_px", "mean_free_path_um"]].to_numpy()
    assert np.isnan(values[failed]).all()
    rows = 8 * (1 + found["micrograph"].str[1].astype(int) % 3)
    expected = np.stack([rows / 32, (rows + 32) / 2, (rows + 32) / 4], axis=1)
    np.testing.assert_allclose(values[~failed], expected[~failed])
    assert not found["one_peak"].any()
    assert table_provenance(path)["stage"] == "steel morphology measure"
    assert "1 of 8 chips have one phase" in caplog.text


@pytest.mark.parametrize(
    ("column", "cells", "sentence"),
    [
        ("lost", None, "the sheet has no column 'lost', which images.conditions names; add it"),
        (
            "note",
            None,
            "Sheet row 2, column 'note': 'x' is no number, but the column is a",
        ),
        ("rate", [np.nan, 1, 1, 1], "Sheet row 2, column 'rate' is empty, but it is a condition"),
        (
            "rate",
            [1, np.inf, 1, 1],
            "Sheet row 3, column 'rate' is inf, but it is a condition",
        ),
        ("rate", [1, 1, 1, 0], "Sheet row 5, column 'rate' is 0, which has no logarithm; correct"),
        ("row", None, "images.conditions: column 'row' describes the image or is made from it"),
        ("failure", [1, 1, 1, 1], "column 'failure' describes the image or is made from it"),
    ],
)
def test_faulty_conditions_are_refused(images, column, cells, sentence):
    """One sentence names column, row and remedy."""
    table = images.catalogue if cells is None else images.catalogue.assign(**{column: cells})
    with pytest.raises(InputError, match=r"\.$") as raised:
        checked_conditions(table, [Condition(column=column, log=True)], images.folder)
    assert sentence in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_number_below_zero_needs_no_logarithm(images):
    """Only the logarithm forbids it; several conditions stand side by side."""
    table = images.catalogue.assign(chill=[-3.0, 0.0, 1.0, 2.0])
    found = checked_conditions(table, [Condition(column="chill"), RATE], images.folder)
    assert found.columns.tolist() == ["chill", "rate"]
    pd.testing.assert_series_equal(
        found["chill"], pd.Series([-3.0, 0, 1, 2], index=found.index, name="chill")
    )
