"""Options of the design: wishes that are none are refused in the configuration."""

import pytest
from pydantic import ValidationError

from pspflow.studies.texture.design.options import DesignOptions, WishOptions

FAULTS = {
    "nothing": ({}, "neither r_values nor stresses are wanted; give one"),
    "reference alone": ({"stresses": {0: 1}}, "neither r_values nor stresses are wanted"),
    "reference": ({"stresses": {0: 1.1}}, "the yield stress at 0 degrees is 1.1, but stresses"),
    "angle": ({"r_values": {40: 1.0}}, "40 is no angle of the sheet; give one of"),
    "negative": ({"r_values": {45: -1.0}}, "greater than 0"),
    "infinite": ({"r_values": {45: float("inf")}}, "finite"),
    "name": ({"name": "a/b", "r_values": {45: 1.0}}, "pattern"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_wishes(fault):
    """With a sentence."""
    given, sentence = FAULTS[fault]
    with pytest.raises(ValidationError) as raised:
        WishOptions.model_validate({"name": "sheet", **given})
    assert sentence in str(raised.value)


def test_options_survive_the_command_line():
    """Angles are keys of JSON, which are text."""
    wish = WishOptions(name="sheet", r_values={0: 1.8}, stresses={45: 0.97})
    options = DesignOptions(wishes=(wish,))
    assert DesignOptions.model_validate_json(options.model_dump_json()) == options
