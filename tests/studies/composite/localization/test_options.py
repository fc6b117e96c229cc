"""Options of localization: what acts on a training, and on the evaluation."""

import pytest
from pydantic import ValidationError

from pspflow.studies.composite.localization.options import LocalizationOptions, ModelsOptions


def test_other_networks_options_do_not_act_on_a_training():
    """Changing another network's options, or what only the evaluation uses, retrains nothing."""
    given = {"fno": {"width": 5}, "resamples": 50, "structures": None, "runs": 2}
    given["models"] = {"strain": ["fno"]}
    changed, plain = LocalizationOptions.model_validate(given), LocalizationOptions()
    assert changed.trained("cpnet7") == plain.trained("cpnet7")
    assert changed.trained("fno") != plain.trained("fno")
    assert changed.evaluated() == plain.model_copy(update={"resamples": 50})
    assert changed.timed() == plain.model_copy(update={"fno": changed.fno})


def test_every_network_gets_the_same_budget():
    """It acts on all of them, whatever else they are."""
    more = LocalizationOptions(budget_gmac=20.0)
    for name in ("cpnet7", "cpnet3", "fno"):
        assert more.trained(name) != LocalizationOptions().trained(name)


def test_a_model_is_listed_once():
    """A list of a field that names a network twice is refused."""
    with pytest.raises(ValidationError, match="listed twice"):
        ModelsOptions(stress=("fno", "fno"))
