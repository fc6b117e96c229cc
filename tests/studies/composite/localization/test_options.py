"""Options of localization: what acts on a training, and on the evaluation."""

from pspflow.studies.composite.localization.options import LocalizationOptions


def test_other_networks_options_do_not_act_on_a_training():
    """Changing another network's options, or what only the evaluation uses, retrains nothing."""
    given = {"fno": {"width": 5}, "resamples": 50, "structures": None, "models": ["fno"]}
    changed, plain = LocalizationOptions.model_validate(given), LocalizationOptions()
    assert changed.trained("cpnet7") == plain.trained("cpnet7")
    assert changed.trained("fno") != plain.trained("fno")
    assert changed.evaluated() == plain.model_copy(update={"resamples": 50})
