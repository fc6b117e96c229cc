"""The paper's numbers of inverse design are complete, and consistent with its text."""

import numpy as np

from pspflow.studies.composite.inverse import paper


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
    """With one component of the mixture, the wanted stiffness sets the volume fraction."""
    for component in ("mixture component 1", "mixture component 2"):
        fractions = np.array(paper.INVERSE_VOLUME_FRACTIONS[component])
        assert fractions.shape == (len(paper.INVERSE_TARGETS_GPA),)
        assert (np.diff(fractions) >= 0).all()
