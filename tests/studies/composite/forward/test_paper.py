"""The paper's numbers on forward prediction are complete, and as its text compares them."""

from pspflow.studies.composite.forward import paper
from pspflow.studies.composite.forward.models import ORDER
from pspflow.studies.composite.structures.properties import NORMAL, TARGETS


def test_forward_values_are_keyed_by_our_models_and_properties():
    """A typing error in a name would leave the paper's value out of the tables."""
    for target, models in paper.FORWARD.items():
        assert set(models) <= set(ORDER)
        assert all(tuple(values) == TARGETS[target] for values in models.values())


def test_forward_values_are_as_the_text_compares_them():
    """VAE-regression beats the regression-only network, which beats separate training."""
    for column in NORMAL:
        row = {model: each[column].mape for model, each in paper.FORWARD["normal"].items()}
        assert row["mixture"] < row["cnn"] < row["vae_svr"] < row["vae_mlp"] < row["vae_linear"]
