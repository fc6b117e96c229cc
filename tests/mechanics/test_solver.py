"""The parts of the solver compared with assembled matrices."""

import numpy as np
import pytest
import scipy.linalg
import torch

from pspflow.mechanics.conjugate import conjugate_gradients
from pspflow.mechanics.element import (
    GAUSS_POINTS,
    affine_displacements,
    make_element,
    mean_strain,
    strain_operator,
)
from pspflow.mechanics.energy_bound import EnergyBound
from pspflow.mechanics.isotropic import isotropic_stiffness
from pspflow.mechanics.operator import CellStiffness
from pspflow.mechanics.reference import ReferenceInverse

ELEMENTS = ("bbar", "full", "reduced")
SHAPES = ((4, 3, 5), (4, 4, 4), (1, 2, 6), (1, 1, 1))
every_element = pytest.mark.parametrize("element", ELEMENTS)
every_shape = pytest.mark.parametrize("shape", SHAPES)


def matrix_of(function, shape):
    """Return the matrix of a linear map of fields (3, nx, ny, nz), column by column."""
    size = 3 * int(np.prod(shape))
    columns = torch.eye(size, dtype=torch.float64).reshape(size, 3, *shape)
    return torch.stack([function(column).reshape(-1) for column in columns], dim=1)


def voxel_matrix(element, bulk, shear):
    made = make_element(element)
    volumetric, deviatoric = np.split(made.modes, [made.bulk_modes])
    return bulk * volumetric.T @ volumetric + shear * deviatoric.T @ deviatoric


@every_element
@every_shape
@pytest.mark.parametrize("slab_voxels", [1, 30, 1000])
def test_product_is_that_of_the_assembled_matrix(monkeypatch, element, shape, slab_voxels):
    """Slab by slab, the forces are those of the voxels' matrices added node by node."""
    monkeypatch.setattr("pspflow.mechanics.operator.SLAB_VOXELS", slab_voxels)
    moduli = np.random.default_rng(0).random((2, *shape)) + 0.1
    cell = CellStiffness(make_element(element), *torch.tensor(moduli))
    expected = np.zeros((3, *shape, 3, *shape))
    corners = np.indices((2, 2, 2)).reshape(3, 8).T
    for voxel in np.ndindex(*shape):
        nodes = [tuple((np.array(voxel) + corner) % shape) for corner in corners]
        matrix = voxel_matrix(element, *moduli[(slice(None), *voxel)])
        for a, left in enumerate(nodes):
            for b, right in enumerate(nodes):
                block = matrix[3 * a : 3 * a + 3, 3 * b : 3 * b + 3]
                expected[(slice(None), *left, slice(None), *right)] += block
    found = matrix_of(cell.forces, shape)
    np.testing.assert_allclose(found, expected.reshape(found.shape), atol=1e-12)


@every_element
@every_shape
def test_reference_inverse(element, shape):
    """The preconditioner is the pseudo-inverse of a homogeneous cell, spurious modes included."""
    bulk, shear = 1.7, 0.6
    ones = torch.ones(shape, dtype=torch.float64)
    cell = CellStiffness(make_element(element), bulk * ones, shear * ones)
    inverse = ReferenceInverse(
        make_element(element), bulk, shear, ones.shape, torch.float64, torch.device("cpu")
    )
    expected = scipy.linalg.pinvh(matrix_of(cell.forces, shape).numpy(), atol=1e-10)
    np.testing.assert_allclose(matrix_of(inverse, shape), expected, atol=1e-12)


@every_element
def test_element_patch(element):
    """In every element a uniform strain has the energy of the material, and a rotation none."""
    made = make_element(element)
    weights = np.r_[np.full(made.bulk_modes, 5.0), np.full(len(made.modes) - made.bulk_modes, 2.0)]
    amplitudes = made.modes @ affine_displacements()
    energy = amplitudes.T @ (weights[:, None] * amplitudes)
    young, nu = 9 * 5 * 2 / (3 * 5 + 2), (3 * 5 - 2 * 2) / (2 * (3 * 5 + 2))
    np.testing.assert_allclose(energy, isotropic_stiffness(young, nu), atol=1e-12)
    rotation = affine_displacements()[:, 5] * np.tile([1, -1, 0], 8)
    np.testing.assert_allclose(made.modes @ rotation, 0, atol=1e-12)


def test_number_of_modes():
    """Trilinear voxels have 18 modes of deformation; one integration point has 6."""
    counts = {name: np.linalg.matrix_rank(make_element(name).modes) for name in ELEMENTS}
    assert counts == {"bbar": 18, "full": 18, "reduced": 6}


def test_mean_strain():
    """The mean over the Gauss points is the strain at the centre, and affine strains are exact."""
    gauss = np.mean([strain_operator(point) for point in GAUSS_POINTS], axis=0)
    np.testing.assert_allclose(gauss, mean_strain(), atol=1e-15)
    np.testing.assert_allclose(mean_strain() @ affine_displacements(), np.eye(6), atol=1e-15)


def test_conjugate_gradients():
    """A system of n unknowns is solved, to rounding, in n steps, or fewer where it is easy."""
    rng = np.random.default_rng(0)
    root = torch.tensor(rng.normal(size=(8, 8)))
    matrix, load = root @ root.T + torch.eye(8), torch.tensor(rng.normal(size=8))
    for inverse, steps in ((torch.eye(8).double(), 8), (torch.linalg.inv(matrix), 1)):
        solution, iterations = conjugate_gradients(
            matrix.__matmul__, inverse.__matmul__, load.clone(), 1e-9, 20
        )
        torch.testing.assert_close(solution, torch.linalg.solve(matrix, load))
        assert iterations <= steps


def test_conjugate_gradients_without_load():
    """Without a load there is no step and no division by zero."""
    solution, iterations = conjugate_gradients(torch.clone, torch.clone, torch.zeros(5), 0.0, 20)
    assert iterations == 0
    assert not solution.any()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [1, 2, 4, 8])
def test_energy_bound(seed, spread):
    """At every iteration the bound is above the error of the energy, and never far above it."""
    rng = np.random.default_rng(seed)
    spectrum = torch.tensor(10 ** rng.uniform(-spread, 0, 40))
    basis = torch.linalg.qr(torch.tensor(rng.normal(size=(40, 40))))[0]
    matrix, load = basis @ torch.diag(spectrum) @ basis.T, torch.tensor(rng.normal(size=40))
    exact = basis @ ((basis.T @ load) / spectrum)
    lowest = float(spectrum.min())
    ratios = []
    for steps in range(1, 30):
        bound = EnergyBound(lowest, 0.0, 1.0, 1.0, 0.0, 0.0)
        found, _ = conjugate_gradients(
            matrix.__matmul__, torch.clone, load.clone(), 0.0, steps, bound
        )
        error = float((exact - found) @ matrix @ (exact - found))
        assert bound.error > 0.999 * error
        ratios.append(bound.error / error)
    assert np.median(ratios) < 10 ** (spread / 2)
