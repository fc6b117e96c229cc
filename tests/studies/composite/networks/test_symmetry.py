"""Symmetric copies of structures, compared with the solver."""

import numpy as np
import pytest
import torch

from pspflow.mechanics import effective_stiffness
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks.symmetry import symmetric_copies
from pspflow.studies.composite.structures.properties import POSITIONS
from pspflow.studies.composite.structures.symmetries import EVERY, MIRRORS, ORDERS, Symmetries

MODULI = ([2.4, 120.0], [0.3, 0.3])


def solved(structure):
    """Solve for the six components of the normal block, in GPa."""
    block = effective_stiffness(structure, *MODULI, load_cases=(0, 1, 2), tolerance=1e-5)
    return [block[position] for position in POSITIONS]


@pytest.mark.parametrize("symmetries", [Symmetries(), MIRRORS, EVERY])
def test_copies_have_the_stiffness_that_is_said(symmetries):
    """Shifted, mirrored and turned, the solver finds the components where they were put."""
    structure = simulate_composite(9, (3, 1, 2), 0.5, np.random.default_rng(0))
    cells = torch.from_numpy(structure)[None, None].float()
    known = torch.tensor([solved(structure)])
    moved = set()
    for seed in range(4):
        rng = torch.Generator().manual_seed(seed)
        copy, predicted = symmetric_copies(cells, known, rng, symmetries)
        np.testing.assert_allclose(predicted[0], solved(copy[0, 0].byte().numpy()), rtol=1e-4)
        moved.add(tuple(predicted[0].tolist()))
    assert (len(moved) > 1) == (len(symmetries.orders) > 1)


@pytest.mark.parametrize("order", ORDERS[1:])
def test_each_exchange_of_axes_puts_the_components_where_they_are(order):
    """Also in cycles, which differ from their inverse, the solver finds what is said."""
    structure = np.random.default_rng(1).integers(0, 2, (5, 5, 5)).astype(np.uint8)
    cells = torch.from_numpy(structure)[None, None].float()
    known = torch.tensor([solved(structure)])
    moved = 0
    for seed in range(6):
        rng = torch.Generator().manual_seed(seed)
        copy, predicted = symmetric_copies(cells, known, rng, Symmetries((), (ORDERS[0], order)))
        if not torch.equal(predicted, known):
            moved += 1
            np.testing.assert_allclose(predicted[0], solved(copy[0, 0].byte().numpy()), rtol=1e-4)
    assert moved


@pytest.mark.parametrize("axis", range(3))
def test_copies_use_no_other_symmetry(axis):
    """Of a set that has one mirror and one exchange, no copy is mirrored or turned otherwise."""
    order = tuple(np.roll([2, 1, 0], axis).tolist())
    structure = np.random.default_rng(0).integers(0, 2, (5, 5, 5))
    cells = torch.from_numpy(structure)[None, None].float()
    spectra = set()
    for seed in range(40):
        rng = torch.Generator().manual_seed(seed)
        copy, _ = symmetric_copies(
            cells, torch.zeros(1, 6), rng, Symmetries((axis,), (ORDERS[0], order))
        )
        spectra.add(_unshifted(copy[0, 0].numpy()))
    expected = {
        _unshifted(np.flip(structure, mirrored).transpose(turned))
        for mirrored in ((), (axis,))
        for turned in (ORDERS[0], order)
    }
    assert spectra == expected


def _unshifted(structure):
    """Return the first of the shifted copies of a structure, in the order of their bytes."""
    shifts = np.ndindex(structure.shape)
    rolled = (np.roll(structure, shift, (0, 1, 2)) for shift in shifts)
    return min(each.astype(np.uint8).tobytes() for each in rolled)
