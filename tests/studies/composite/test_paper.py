"""The paper's numbers: complete, and consistent with what its text says of them."""

import numpy as np

from pspflow.studies.composite import paper
from pspflow.studies.composite.accuracy import ORDER
from pspflow.studies.composite.properties import NORMAL, TARGETS


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


def test_target_vectors_are_stiffnesses():
    """Each row of Table 9 is a positive definite block, softest along x in its first row."""
    order = {name: i for i, name in enumerate(paper.TARGET_ORDER)}
    c = {name: paper.TARGET_VECTORS_GPA[:, i] for name, i in order.items()}
    block = np.array(
        [
            [c["c11_gpa"], c["c21_gpa"], c["c31_gpa"]],
            [c["c21_gpa"], c["c22_gpa"], c["c32_gpa"]],
            [c["c31_gpa"], c["c32_gpa"], c["c33_gpa"]],
        ]
    )
    assert (np.linalg.eigvalsh(block.transpose(2, 0, 1)) > 0).all()
    assert len(paper.TARGET_VECTORS_GPA) == 10


def test_volume_fractions_grow_with_the_target():
    """Under one component of the mixture the wanted stiffness sets the volume fraction."""
    for component in ("mixture component 1", "mixture component 2"):
        fractions = np.array(paper.INVERSE_VOLUME_FRACTIONS[component])
        assert fractions.shape == (len(paper.INVERSE_TARGETS_GPA),)
        assert (np.diff(fractions) >= 0).all()
