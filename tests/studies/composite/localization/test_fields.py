"""Structures with strain fields: how they are found, filtered and standardised."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from pspflow.mechanics import effective_stiffness, strain_field
from pspflow.studies.composite.localization.fields import FieldSet, Scale, smooth


def test_the_filter_gives_a_spline_through_the_structure(structure):
    """Evaluated at the voxels, the quadratic spline is the structure: nothing is lost."""
    coefficients = smooth(structure[None])[0]
    voxels = np.indices(structure.shape)
    back = map_coordinates(coefficients, voxels, order=2, mode="grid-wrap", prefilter=False)
    np.testing.assert_allclose(back, structure, atol=1e-5)
    assert coefficients.mean() == pytest.approx(structure.mean(), abs=1e-6)


def test_the_filter_is_periodic(structure):
    """A moved structure has its field moved: the border of the cell is nothing special."""
    moved = smooth(np.roll(structure, (2, 3, 4), (0, 1, 2))[None])[0]
    expected = np.roll(smooth(structure[None])[0], (2, 3, 4), (0, 1, 2))
    np.testing.assert_allclose(moved, expected, atol=1e-6)


def test_scales_are_means_over_structures():
    """As in the report, the spread is the mean of each structure's own."""
    fields = np.stack([np.zeros((2, 2, 2)), np.arange(8.0).reshape(2, 2, 2)])
    scale = Scale.of(fields)
    assert scale.mean == pytest.approx(1.75)
    assert scale.spread == pytest.approx(np.arange(8).std() / 2)
    assert Scale.of(np.ones((2, 2, 2, 2))).spread == 1


def test_fields_are_found_by_the_ids_of_their_structures(inputs):
    """Phase ids are those that the strains were solved for, wherever they stand in the set."""
    fields = FieldSet.open(**inputs)
    assert fields.rows["structure"].tolist() == [f"s{i:02}" for i in range(4, 24)]
    ids, strains = fields.read(np.array([9, 2]))
    for phases, strain in zip(ids, strains, strict=True):
        solved = strain_field(phases, [2.4, 120], [0.3, 0.3], [1e-3, 0, 0, 0, 0, 0])[0]
        np.testing.assert_allclose(strain, solved, rtol=1e-5, atol=1e-9)
    assert fields.mean == fields.macro_strain == 1e-3


def test_stresses_are_read_by_their_name(inputs):
    """Their means are C11 times the macroscopic strain, so each field has its own."""
    fields = FieldSet.open(**inputs, name="stress")
    ids, stresses = fields.read(np.array([3]))
    stiffness = effective_stiffness(ids[0], [2.4, 120], [0.3, 0.3], load_cases=[0])
    assert stresses.mean() == pytest.approx(1e-3 * stiffness[0, 0], rel=1e-4)
    assert fields.mean is None
