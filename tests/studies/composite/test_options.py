"""The study's options: what holds across its chapters."""

import pytest

from pspflow.errors import InputError
from pspflow.options import validated
from pspflow.studies.composite import CHAPTERS
from pspflow.studies.composite.options import CompositeOptions


@pytest.mark.parametrize("named", [None, (12.0,)])
@pytest.mark.parametrize("stiff", [120.0, 100.0])
def test_the_papers_targets_are_wanted_of_its_material(named, stiff):
    """Where values are named, or the material is another, they stay as they are."""
    options = validated(
        CompositeOptions,
        {
            "structures": {"simulated": {"young_gpa": [2.4, stiff]}},
            "inverse": {"c11_gpa": named, "annealing": {"c11_gpa": named}},
        },
    ).resolved()
    papers = named is None and stiff == 120
    assert options.inverse.c11_gpa == ((20, 25, 30, 35, 40, 50, 60, 80) if papers else named)
    assert options.inverse.annealing.c11_gpa == ((35,) if papers else named)


def test_a_learning_curve_asks_for_no_more_structures_than_are_made():
    """Spare ones count; the sentence names the key and the remedy."""
    made = {"simulated": {"structures": 200}, "split": {"most_training": 60, "most_validation": 10}}
    wanted = {"curve": {"networks": ["cnn"], "structures": [150]}}
    validated(CompositeOptions, {"structures": made, "trials": wanted}, "composite")
    wanted = {"curve": {"networks": ["cnn"], "structures": [151]}}
    with pytest.raises(InputError, match=r"asks for 151 .* about 150 are made; raise structures"):
        validated(CompositeOptions, {"structures": made, "trials": wanted}, "composite")


def test_every_chapter_has_its_section():
    """Each chapter's options stand under its name."""
    assert tuple(CompositeOptions.model_fields) == CHAPTERS
