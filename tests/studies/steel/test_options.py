"""Options of the study: what its chapters must agree on, and what each of them refuses."""

import re

import pytest
from pydantic import ValidationError

from pspflow.studies.steel.options import SteelOptions

OWN = {"source": "micrographs", "micrographs": {"sheet": "sheet.csv"}}
RATE = {"column": "cooling_rate_c_s", "log": True}
CLASSES = [{"name": "pearlite"}, {"name": "spheroidite"}]


def refused(**chapters):
    """Return the sentence with which options are refused."""
    with pytest.raises(ValidationError) as caught:
        SteelOptions.model_validate(chapters)
    (error,) = caught.value.errors()
    sentence = error["msg"].removeprefix("Value error, ")
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_defaults_are_the_papers_rates():
    """The embedded default is simulated, on the logarithm of the cooling rate."""
    options = SteelOptions()
    assert options.images.simulates
    assert options.images.labels.keys() == {"rate_1", "rate_3", "rate_10", "rate_30"}
    assert options.images.split.by == "micrograph"
    assert [each.model_dump() for each in options.images.conditions] == [RATE]


def test_measuring_takes_conditions_along():
    """The stage that measures chips reads the columns that the images chapter names."""
    measuring = SteelOptions(morphology={"phase": "dark"}).measuring
    assert measuring.phase == "dark"
    assert [each.column for each in measuring.conditions] == ["cooling_rate_c_s"]


def test_own_micrographs_have_any_conditions():
    """A user's sheet has domains and columns of its own; nothing of the simulation is asked for."""
    columns = [{"column": "hold_min", "log": True}, {"column": "hold_c"}]
    images = {**OWN, "domains": CLASSES, "conditions": columns}
    options = SteelOptions.model_validate(
        {
            "images": images,
            "codes": {"held_out": {"domain": "pearlite"}},
            "generation": {"further": [[10, 900]]},
        }
    )
    assert not options.images.simulates
    assert [each.log for each in options.images.conditions] == [True, False]


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ({"domains": [{"name": "rate_2"}]}, "remove rate_2 or set source to 'micrographs'"),
        ({"conditions": [RATE, RATE]}, "'cooling_rate_c_s' is listed twice; remove one"),
        ({"conditions": [{"column": "hold_c"}]}, "'cooling_rate_c_s' alone; list only it"),
        ({"chips": {"size_px": 100}}, "size_px is 100, .* make it a multiple of 8"),
        ({"chips": {"size_px": 32}}, r"crop_px is 64, .* have 32 pixels; make it 32 or less"),
    ],
)
def test_images_that_do_not_fit_are_refused(images, words):
    """A sentence names what does not fit and the remedy before anything runs."""
    assert re.search(words, refused(images=images))


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"crop_px": 60}, "crop_px is 60, .* make it a multiple of 8"),
        ({"held_out": {"domain": "rate_2"}}, "'rate_2', but the domains are rate_1, rate_3"),
        ({"held_out": {"models": ["fsq"]}}, "held_out.models has 'fsq', .* add it there"),
        ({"models": ["sharp"]}, "held_out.models has 'vq', which codes.models lacks"),
    ],
)
def test_codes_that_do_not_fit_are_refused(codes, words):
    """The domain that is held out is one of the sheet's, and every model is trained."""
    assert re.search(words, refused(codes=codes))


def test_one_domain_cannot_be_held_out():
    """Nothing would be left to train on; without the arm one domain is enough."""
    images = {**OWN, "domains": CLASSES[:1]}
    said = refused(images=images, codes={"held_out": {"domain": "pearlite"}})
    assert "needs another domain to train on; set it to null" in said
    codes = {"held_out": {"domain": None}}
    assert SteelOptions.model_validate({"images": images, "codes": codes})


def test_untrained_models_have_no_inverse():
    """The inverse uses codes that the study has."""
    said = refused(inverse={"models": ["fsq"]})
    assert said == "inverse.models has 'fsq', which codes.models lacks; add it there."


@pytest.mark.parametrize(
    ("further", "words"),
    [
        ([[2.0, 3.0]], "give one value for each"),
        ([[0.0]], "whose logarithm is used; give a value above 0"),
        ([[2.0], [3.0], [2]], "has [2.0] twice; remove one"),
    ],
)
def test_further_conditions_that_do_not_fit_are_refused(further, words):
    """Each has a value for every condition, its logarithm where one is used, and chips of its own.

    Chips follow from conditions: a second set would be the same chips, counted twice.
    """
    assert words in refused(generation={"further": further})


@pytest.mark.parametrize(
    ("columns", "remedy"), [(2, "set it to 12 or less"), (5, "condition on fewer columns")]
)
def test_a_grid_of_too_many_conditions_is_refused(columns, remedy):
    """Before anything is trained, not after."""
    conditions = [{"column": f"value_{number}"} for number in range(columns)]
    chapters = {
        "images": {**OWN, "domains": CLASSES, "conditions": conditions},
        "codes": {"held_out": {"domain": None}},
        "generation": {"further": []},
    }
    said = refused(**chapters, inverse={"grid": 13})
    assert said.startswith("inverse.grid is 13, which makes")
    assert remedy in said
    assert SteelOptions.model_validate({**chapters, "inverse": {"grid": 13, "models": []}})


def test_a_held_out_arm_that_is_off_asks_for_nothing():
    """Without a held-out domain its models need not be trained."""
    options = SteelOptions.model_validate(
        {
            "codes": {"models": ["sharp"], "held_out": {"domain": None}},
            "inverse": {"models": ["sharp"]},
        }
    )
    assert options.codes.held_out.models == ("vq",)
