"""What the report says about the structures, and the figure that shows them."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.sections import read_section
from pspflow.report.section import Section
from pspflow.studies.composite.structures.figures import alike_pair
from pspflow.studies.composite.structures.options import StructuresOptions
from pspflow.studies.composite.structures.stages.section import section


def test_the_pair_is_the_most_unlike_of_equal_stiffness():
    """It is what trying all pairs of two morphologies finds."""
    rng = np.random.default_rng(1)
    columns = {"volume_fraction": rng.uniform(size=60), "c11_gpa": rng.uniform(10, 100, 60)}
    rows = pd.DataFrame({**columns, "morphology": rng.choice(["a", "b", "c"], 60)}, np.arange(60))
    best = {}
    for i, one in rows.iterrows():
        for j, two in rows.iterrows():
            alike = one["c11_gpa"] <= two["c11_gpa"] <= 1.03 * one["c11_gpa"]
            if alike and one["morphology"] != two["morphology"]:
                best[i, j] = abs(one["volume_fraction"] - two["volume_fraction"])
    expected = max(best, key=best.get)
    found = alike_pair(rows)
    assert set(found) == set(expected)
    first, second = rows.loc[list(found), "volume_fraction"]
    assert first > second


def test_there_is_no_pair_where_morphologies_do_not_overlap():
    """Without morphologies, any two structures do."""
    rows = pd.DataFrame({"volume_fraction": [0.3, 0.6, 0.5], "c11_gpa": [10.0, 10.1, 30.0]})
    assert alike_pair(rows.assign(morphology=["a", "a", "b"])) is None
    assert alike_pair(rows.assign(morphology="")) == (1, 0)


def written(pair_set, folder, **options):
    """Run the stage on a set, for all structures and for those of inverse design."""
    names = options.pop("sets", ("all", "pair"))
    section(
        structures=dict.fromkeys(names, pair_set / "structures.zarr"),
        tables=dict.fromkeys(names, pair_set / "structures.parquet"),
        stiffness=dict.fromkeys(names, pair_set / "stiffness.parquet"),
        phases=pair_set / "phases.parquet",
        figures=folder / "figures",
        section=folder / "section.json",
        options=StructuresOptions.model_validate(options),
    )
    return Section.model_validate_json(read_section(folder / "section.json")[0])


def test_simulated_structures_are_named_as_such(pair_set, tmp_path):
    """The lead says that nothing was measured; the text says how structures were made."""
    made = written(pair_set, tmp_path)
    assert "20 structures that are simulated: no value in it was measured" in made.lead
    (part,) = made.parts
    assert part.text.startswith("Periodic cells of 9 x 9 x 9 voxels")
    assert "the two morphologies 3-1-1 and 1-3-3" in part.text
    assert "60% of the structures are for training" in part.text
    assert [row[0] for row in part.tables[0].cells][:2] == ["C11", "C22"]
    assert (tmp_path / "figures/alike.png").read_bytes() == part.figures[0].png
    assert "the paper's Figure 2: 74.49 % and 26.02 %" in part.figures[0].caption


def test_another_pair_of_morphologies_does_not_compare_with_the_papers(pair_set, tmp_path):
    """Of two equally stiff structures, a row says both volume fractions and why they differ."""
    (row,) = written(pair_set, tmp_path).headline
    assert row.verdict == "not comparable"
    assert row.why == (
        "morphologies 3-1-1 and 1-3-3 of 9 voxels; the paper's are 7-1-1 and 1-7-7 of 51"
    )
    assert row.paper == "74.49 % and 26.02 % at about 25 GPa"


@pytest.mark.parametrize("source", ["stack", "simulated"])
def test_the_papers_values_are_left_out_for_another_material(pair_set, tmp_path, source):
    """Neither row nor caption names them; a user's stack is named in the lead."""
    options = {"simulated": {"young_gpa": [1, 2]}}
    if source == "stack":
        options = {"sets": ["all"], "stack": {"file": "mine.npy", "phases": "phases.csv"}}
    made = written(pair_set, tmp_path, source=source, **options)
    assert made.headline == ()
    assert "paper" not in made.parts[0].figures[0].caption
    if source == "stack":
        assert made.lead == "This report rests on 20 structures of 20 specimens from mine.npy."
