"""The solver compared with an independent finite-element library."""

import numpy as np
import pytest
import scipy.sparse
from scipy.sparse.linalg import splu
from skfem import Basis, BilinearForm, ElementHex1, ElementVector, MeshHex
from skfem.helpers import ddot, sym_grad, trace

from pspflow.mechanics import effective_stiffness, strain_field

YOUNG, POISSON = np.array([2.4, 120.0, 30.0]), np.array([0.3, 0.25, -0.2])
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def solve_with_library(phases, young_gpa=YOUNG, poisson=POISSON):
    """Return the stiffness and the voxels' mean strains of all load cases, (6, 6, nx, ny, nz)."""
    shape = np.array(phases.shape)
    mesh = MeshHex.init_tensor(*(np.arange(n + 1.0) for n in shape))
    basis = Basis(mesh, ElementVector(ElementHex1()), intorder=3)
    voxel = tuple(np.floor(mesh.p[:, mesh.t].mean(axis=1)).astype(int))
    young, nu = np.array(young_gpa)[phases[voxel]], np.array(poisson)[phases[voxel]]
    young, nu = young[:, None], nu[:, None]
    lame, shear = young * nu / (1 + nu) / (1 - 2 * nu), young / 2 / (1 + nu)

    @BilinearForm
    def energy(u, v, w):
        first, second = sym_grad(u), sym_grad(v)
        return lame * trace(first) * trace(second) + 2 * shear * ddot(first, second)

    stiffness = energy.assemble(basis).tocsc()
    # Nodes at opposite faces share one unknown; node 0 is held.
    masters = np.ravel_multi_index(np.round(mesh.p).astype(int) % shape[:, None], shape)
    axes = np.arange(3)[:, None]
    columns = (3 * masters + axes).ravel()
    rows = basis.nodal_dofs.ravel()
    periodic = scipy.sparse.csc_matrix(
        (np.ones(rows.size), (rows, columns)), (rows.size, 3 * phases.size)
    )[:, 3:]
    factors = splu((periodic.T @ stiffness @ periodic).tocsc())
    fields, strains = [], np.empty((6, 6, *shape))
    for case, (i, j) in enumerate(VOIGT):
        macro = np.zeros((3, 3))
        macro[i, j] = macro[j, i] = 1 if i == j else 0.5
        affine = np.zeros(basis.N)
        affine[basis.nodal_dofs] = macro @ mesh.p
        field = affine - periodic @ factors.solve(periodic.T @ (stiffness @ affine))
        fields.append(field)
        gradient = np.asarray(basis.interpolate(field).grad)  # (3, 3, voxels, points)
        mean = (gradient * basis.dx).sum(axis=-1)
        for voigt, (k, m) in enumerate(VOIGT):
            strains[(case, voigt, *voxel)] = mean[k, m] + (mean[m, k] if k != m else 0)
    fields = np.stack(fields)
    return fields @ (stiffness @ fields.T) / phases.size, strains


@pytest.mark.parametrize("shape", [(5, 5, 5), (4, 5, 3)])
def test_full_element_is_the_library(shape):
    """`full` gives the stiffness and the strains of periodic trilinear hexahedra."""
    phases = np.random.default_rng(0).integers(0, 3, shape)
    expected, strains = solve_with_library(phases)
    options = {"element": "full", "tolerance": 1e-10, "precision": "double"}
    found = effective_stiffness(phases, YOUNG, POISSON, **options)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * expected.max())
    for case in (0, 4):
        field = strain_field(phases, YOUNG, POISSON, np.eye(6)[case], **options)
        np.testing.assert_allclose(field, strains[case], rtol=0, atol=1e-7)


def test_defaults_are_close_to_the_library():
    """`full` in single precision at the default tolerance keeps six digits of the stiffness."""
    phases = np.random.default_rng(1).integers(0, 2, (6, 6, 6))
    expected, _ = solve_with_library(phases)
    found = effective_stiffness(phases, YOUNG, POISSON, element="full")
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * expected.max())


@pytest.mark.parametrize("contrast", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("stiff", ["isolated", "percolating"])
def test_defaults_at_high_contrast(contrast, stiff):
    """Converged on the stiffness itself: the library's, where stiff parts are isolated or not."""
    phases = np.zeros((6, 5, 6), int)
    phases[1:4, 1:4, 1:5] = 1
    phases = phases if stiff == "isolated" else 1 - phases
    moduli = (1.0, contrast), (0.3, 0.2)
    expected, _ = solve_with_library(phases, *moduli)
    found = effective_stiffness(phases, *moduli, element="full")
    sizes = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))
    np.testing.assert_allclose(found / sizes, expected / sizes, rtol=0, atol=2e-6)


@pytest.mark.parametrize("poisson", [(0.499, 0.3), (0.4999, 0.4999), (0.3, 0.4999), (-0.99, 0.49)])
def test_nearly_incompressible_phases(poisson):
    """Poisson's ratios close to 0.5 and to -1 converge to the library's stiffness."""
    phases = np.random.default_rng(2).integers(0, 2, (5, 4, 6))
    expected, _ = solve_with_library(phases, (2.4, 120.0), poisson)
    found = effective_stiffness(phases, (2.4, 120.0), poisson, element="full")
    sizes = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()))
    np.testing.assert_allclose(found / sizes, expected / sizes, rtol=0, atol=2e-6)
