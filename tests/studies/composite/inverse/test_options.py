"""Options of inverse design."""

import pytest
from pydantic import ValidationError

from pspflow.studies.composite.inverse.options import (
    AnnealingOptions,
    InverseModels,
    InverseOptions,
    WantedOptions,
)
from pspflow.studies.composite.options import CompositeOptions


def test_the_papers_targets_are_for_its_material():
    """Only where nothing is named, and phases, widths and fractions are the paper's."""
    ours = CompositeOptions()
    assert ours.structures.papers_material
    assert ours.resolved().inverse.c11_gpa == (20, 25, 30, 35, 40, 50, 60, 80)
    assert ours.resolved().inverse.annealing.c11_gpa == (35,)
    annealing = AnnealingOptions(c11_gpa=(50.0,))
    named = CompositeOptions(inverse=InverseOptions(annealing=annealing)).resolved().inverse
    assert (named.annealing.c11_gpa, named.c11_gpa[0]) == ((50,), 20)
    users = {"source": "stack", "stack": {"file": "a.npy", "phases": "p.csv"}}
    changed = [{"young_gpa": [2.4, 60]}, {"poisson": [0.3, 0.2]}, {"sigmas_voxels": [1, 3]}]
    changed += [{"volume_fraction_range": [0.2, 0.75]}]
    for structures in (users, *({"simulated": values} for values in changed)):
        other = CompositeOptions.model_validate({"structures": structures})
        assert not other.structures.papers_material
        assert other.resolved() == other
    larger = {"structures": {"simulated": {"edge_voxels": 51}}}
    assert CompositeOptions.model_validate(larger).structures.papers_material


def test_options_that_do_not_act_are_reset():
    """Vectors do not act on C11, nor wanted C11 on vectors."""
    options = InverseOptions(c11_gpa=(30.0,), vectors=3, draws=2)
    assert options.wanted("c11") == WantedOptions(c11_gpa=(30.0,), draws=2)
    assert options.inferred("c11") == WantedOptions(c11_gpa=(30.0,))
    assert options.wanted("normal") == WantedOptions(vectors=3, draws=2)


def test_wanted_values_are_distinct():
    """A value that is listed twice is an error."""
    with pytest.raises(ValidationError, match="listed twice"):
        InverseOptions(c11_gpa=(30.0, 30.0))
    with pytest.raises(ValidationError, match="listed twice"):
        AnnealingOptions(c11_gpa=(30.0, 30.0))


def test_only_trained_networks_are_searched():
    """Annealing names networks of C11; the paper's size has no more runs than there are."""
    with pytest.raises(ValidationError, match=r"annealing.models lists gaussian, which models.c11"):
        InverseOptions.model_validate(
            {"models": {"c11": ["mixture_statistics"]}, "annealing": {"models": ["gaussian"]}}
        )
    with pytest.raises(ValidationError, match=r"large_pair lists cnn, which does not both"):
        InverseOptions.model_validate({"large_pair": {"models": ["cnn"]}})
    with pytest.raises(ValidationError, match=r"large_pair.runs is 2 and structures.split.runs 1"):
        CompositeOptions.model_validate({"inverse": {"large_pair": {"runs": 2}}})


@pytest.mark.parametrize(
    ("models", "words"),
    [
        (["mixture_statistics", "mixture_statistics"], "lists mixture_statistics twice"),
        (["mixture_statistics", "cnn"], "lists cnn, which does not both decode structures and"),
        (["mixture_statistics", "vae"], "lists vae, which does not both decode structures and"),
        (["mixture"], "lacks mixture_statistics, which annealing takes; add it"),
    ],
)
@pytest.mark.parametrize("target", ["c11", "normal"])
def test_networks_that_cannot_design_are_refused(target, models, words):
    """Networks of inverse design decode and predict, and mixture_statistics is among them."""
    with pytest.raises(ValidationError, match=f"{target} {words}"):
        InverseModels.model_validate({target: models})
