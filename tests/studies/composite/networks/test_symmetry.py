"""Symmetric copies of structures, compared with the solver."""

import numpy as np
import pytest
import torch

from pspflow.mechanics import effective_stiffness
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks import symmetry
from pspflow.studies.composite.networks.symmetry import ORDERS, symmetric_copies
from pspflow.studies.composite.structures.properties import POSITIONS

MODULI = ([2.4, 120.0], [0.3, 0.3])


def solved(structure):
    """Solve for the six components of the normal block, in GPa."""
    block = effective_stiffness(structure, *MODULI, load_cases=(0, 1, 2), tolerance=1e-5)
    return [block[position] for position in POSITIONS]


@pytest.mark.parametrize("exchange", [False, True])
def test_copies_have_the_stiffness_that_is_said(exchange):
    """Shifted, mirrored and turned, the solver finds the components where they were put."""
    structure = simulate_composite(9, (3, 1, 2), 0.5, np.random.default_rng(0))
    cells = torch.from_numpy(structure)[None, None].float()
    known = torch.tensor([solved(structure)])
    moved = set()
    for seed in range(4):
        rng = torch.Generator().manual_seed(seed)
        copy, predicted = symmetric_copies(cells, known, rng, exchange=exchange)
        np.testing.assert_allclose(predicted[0], solved(copy[0, 0].byte().numpy()), rtol=1e-4)
        moved.add(tuple(predicted[0].tolist()))
    assert (len(moved) > 1) == exchange


@pytest.mark.parametrize("order", ORDERS)
def test_axes_and_components_are_exchanged_alike(order, monkeypatch):
    """In every order of the axes, those included that are not their own inverse."""
    monkeypatch.setattr(symmetry, "ORDERS", (order,))
    structure = simulate_composite(9, (3, 1, 2), 0.5, np.random.default_rng(0))
    cells, known = (
        torch.from_numpy(structure)[None, None].float(),
        torch.tensor([solved(structure)]),
    )
    copy, predicted = symmetric_copies(
        cells, known, torch.Generator().manual_seed(0), exchange=True
    )
    np.testing.assert_allclose(predicted[0], solved(copy[0, 0].byte().numpy()), rtol=1e-4)
    assert (order == (0, 1, 2)) == bool((predicted == known).all())
