"""The section: findings say what the tables say, what is worse first; figures are drawn."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pspflow.io.sections import read_section
from pspflow.io.tables import read_table
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture import random_orientations, symmetrise
from pspflow.report.section import Section
from pspflow.studies.texture.design.comparisons import (
    BETTER,
    UNDECIDED,
    WORSE,
    Difference,
    best_of,
    sheet_table,
)
from pspflow.studies.texture.design.figures import orthorhombic_poles
from pspflow.studies.texture.design.findings import findings, headline
from pspflow.studies.texture.design.quantities import r_values
from pspflow.studies.texture.drawing import poles_of
from pspflow.studies.texture.textures.store import Grains


@pytest.fixture(scope="module")
def tables(designed):
    """Return the tables of targets and of designs."""
    return [read_table(designed / f"{name}.parquet") for name in ("targets", "designs")]


def changed(designs, design_percent, retrieved_percent):
    """Return designs with other checked errors, the same for all targets but for a little."""
    table = designs.copy()
    little = table["target"].map({name: k for k, name in enumerate(table["target"].unique())})
    for origin, percent in (("design", design_percent), ("retrieved", retrieved_percent)):
        rows = table["origin"] == origin
        table.loc[rows, "checked_error_percent"] = percent + 0.01 * little[rows]
    return table


def test_the_section(designed, tables):
    """It has the figures as files, every table of the chapter, and no paper's number."""
    section = Section.model_validate_json(read_section(designed / "section.json")[0])
    assert [figure.name for figure in section.figures] == ["design_pole_figures", "design_sheets"]
    for figure in section.figures:
        path = designed / "figures" / f"{figure.name.removeprefix('design_')}.png"
        assert path.read_bytes() == figure.png
        with Image.open(path) as picture:
            assert json.loads(picture.text["pspflow"])["stage"] == "texture design section"
    (row,) = section.headline
    assert (row.paper, row.verdict) == ("–", "not comparable")
    best = best_of(tables[1])
    assert row.here == f"{best['design_percent'].mean():.1f} % (2 targets)"
    assert "For drawing only some quantities are wanted" in section.parts[0].text
    captions = [table.caption for part in section.parts for table in part.tables]
    assert "What is completed: mean and standard deviation of what the flow was given." in captions


def test_designs_are_compared_with_retrieval(tables):
    """Better, worse or undecided by the interval over targets; what is worse is said first."""
    targets, designs = tables
    worse = findings(targets, changed(designs, 9.0, 4.0))
    assert worse[0].startswith("9.0 % by the best of 1 checked designs, 4.0 % by the best of")
    assert (
        "difference over 2 targets +5.0 points (95 % interval +5.0 to +5.0): retrieval"
        in (worse[0])
    )
    names = ", ".join(designs["target"].unique())
    assert worse[0].endswith(f"Retrieval comes nearer for {names}.")
    better = findings(targets, changed(designs, 4.0, 9.0))
    (said,) = (text for text in better if "by the best of 1 checked designs" in text)
    assert "-5.0 points (95 % interval -5.0 to -5.0): designs come nearer." in said


def test_a_difference_of_one_target_decides_nothing():
    """One target has no interval."""
    one = Difference.of(np.array([-3.0]))
    assert one.outcome == UNDECIDED
    assert str(one) == "difference -3.0 points for one target"
    assert Difference.of(np.array([1.0, 1.1])).outcome == WORSE
    assert Difference.of(np.array([-1.0, -1.1])).outcome == BETTER
    assert Difference.of(np.array([-1.0, 1.1])).outcome == UNDECIDED


def test_a_wish_is_said_with_what_was_reached(tables):
    """Wanted and reached values are those of the tables."""
    targets, designs = tables
    (said,) = (text for text in findings(targets, designs) if "target drawing" in text)
    best = designs[(designs["target"] == "drawing") & (designs["origin"] == "design")].iloc[0]
    r_value = r_values(best[list(PARAMETER_NAMES)].to_numpy(float))[0]
    assert f"r-value at 0° {r_value:.3g} (wanted 1.5)" in said
    assert said.startswith(f"{best['checked_error_percent']:.1f} % error for target drawing: ")


def test_predictions_alone_are_not_said_as_checks(tables):
    """Without a plasticity model nothing is compared, and the sheets are the predicted ones."""
    targets, designs = tables
    unknown = designs.copy()
    made = unknown["origin"] != "observed"
    unknown.loc[made, ["checked_error_percent", *PARAMETER_NAMES]] = np.nan
    said = findings(targets, unknown)
    assert any(text.startswith("Designs are predictions only") for text in said)
    assert any(", as the forward model predicts." in text for text in said)
    (row,) = headline(unknown)
    assert row.here == "–"
    sheets = sheet_table(targets, unknown)
    assert not sheets["checked"].any()
    best = designs[designs["origin"] == "design"].iloc[0]
    first = sheets.iloc[3]
    assert first["stress_design"] == pytest.approx(best["predicted_stress_xy_45"])


def test_sheets_hold_what_is_wanted(tables):
    """Of a wish its angles alone, of a whole target all of them."""
    sheets = sheet_table(*tables)
    wish = sheets[sheets["target"] == "drawing"].set_index("angle_deg")
    assert wish["r_value_wanted"].dropna().to_dict() == {0: 1.5, 45: 1.0, 90: 1.4}
    assert wish["stress_wanted"].dropna().to_dict() == {45: 1.02}
    whole = sheets[sheets["target"] != "drawing"]
    assert whole[["r_value_wanted", "stress_wanted"]].notna().all(axis=None)
    pd.testing.assert_series_equal(
        whole["stress_wanted"].iloc[:1], pd.Series([1.0], whole.index[:1], name="stress_wanted")
    )


def test_mirrored_pole_figures_are_the_whole_ones():
    """A quarter of the figure of an orthorhombic texture tells the rest."""
    grains = Grains(*symmetrise(random_orientations(3, np.random.default_rng(0))))
    for quick, slow in zip(orthorhombic_poles(grains), poles_of(*grains), strict=True):
        np.testing.assert_allclose(quick, slow, atol=1e-9)
