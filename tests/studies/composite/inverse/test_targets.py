"""Targets of inverse design."""

import numpy as np

from pspflow.io.tables import read_table
from pspflow.studies.composite.inverse.options import WantedOptions
from pspflow.studies.composite.inverse.targets import inside, outside, wanted_of


def test_without_wanted_values_the_training_structures_give_them(pair):
    """Eight quantiles from 5 to 95 % of their C11, of three digits; test structures have no say."""
    paths = {name: pair[name] for name in ("table", "stiffness", "splits")}
    found = wanted_of("c11", **paths, options=WantedOptions(), seed=0).values_gpa[:, 0]
    training = read_table(pair["splits"]).query("split == 'train'")["structure"]
    known = read_table(pair["stiffness"]).set_index("structure").loc[training, "c11_gpa"]
    np.testing.assert_allclose(found[[0, 7]], known.quantile([0.05, 0.95]), rtol=5e-3)
    assert found.tolist() == [float(f"{value:.3g}") for value in found]
    assert (len(found), (np.diff(found) > 0).all()) == (8, True)


def test_values_beyond_the_training_structures_are_named():
    """The warning holds property, value and range; the edges of the range are inside."""
    assert outside("c11_gpa", 30, {"c11_gpa": [10, 60]}) == ""
    text = outside("c11_gpa", 80, {"c11_gpa": [10, 60]})
    assert text.startswith("Wanted c11_gpa of 80 lies outside the training structures' 10 to 60 G")


def test_a_vector_is_inside_if_all_of_its_components_are():
    """One component out of range is enough to be outside."""
    ranges = {"a": [10, 60], "b": [0, 5]}
    wanted = np.array([[10.0, 5.0], [30.0, 6.0], [70.0, 1.0]])
    assert inside(("a", "b"), wanted, ranges).tolist() == [True, False, False]


def test_references_are_test_structures(pair):
    """What is proposed is compared with what no network has seen, whoever names the targets."""
    paths = {name: pair[name] for name in ("table", "stiffness", "splits")}
    split = read_table(pair["splits"]).set_index("structure")["split"]
    named, spanned = WantedOptions(c11_gpa=(20.0,)), WantedOptions(c11_gpa=None, vectors=3)
    for target, options in (("c11", named), ("c11", spanned), ("normal", spanned)):
        found = wanted_of(target, **paths, options=options, seed=0).references
        assert set(split[found["structure"]]) == {"test"}
