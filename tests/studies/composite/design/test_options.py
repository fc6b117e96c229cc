"""Options of design: what cannot be is refused in a sentence that names the remedy."""

import pytest

from pspflow.errors import InputError
from pspflow.options import validated
from pspflow.studies.composite.design.options import DesignOptions
from pspflow.studies.composite.inverse.options import InverseOptions


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"refined": 5, "candidates": 4}, "refine no more structures than are drawn"),
        ({"held_out": [0.6, 0.3]}, "give the lower quantile first"),
        ({"held_out": [0.3, 0.3]}, "give the lower quantile first"),
    ],
)
def test_faulty_options_are_refused(values, sentence):
    """More refined than drawn, and a region without extent."""
    with pytest.raises(InputError, match=sentence):
        validated(DesignOptions, values)


def test_each_stage_is_told_its_part():
    """The region, the certificates, and what is wanted by the chapter inverse."""
    options = DesignOptions(held_out=(0.2, 0.4), certified=2, candidates=6, refined=2, targets=None)
    assert options.region.model_dump() == {"held_out": (0.2, 0.4)}
    assert options.certificates.model_dump() == {"certified": 2}
    told = options.proposals("c11", InverseOptions(c11_gpa=(30.0,)))
    assert (told.candidates, told.refined, told.targets) == (6, 2, None)
    assert told.c11_gpa == (30.0,)
