"""The stiffness and the preconditioner of a batch, compared with those of single cells."""

import numpy as np
import pytest
import torch

from pspflow.mechanics.batched.conjugate import closed_up
from pspflow.mechanics.batched.operator import BatchStiffness
from pspflow.mechanics.batched.reference import BatchInverse
from pspflow.mechanics.element import affine_displacements, make_element
from pspflow.mechanics.operator import CellStiffness
from pspflow.mechanics.reference import ReferenceInverse

SHAPES = [(5, 5, 5), (4, 6, 3), (1, 1, 1), (1, 4, 2), (3, 1, 1)]
every_shape = pytest.mark.parametrize("shape", SHAPES)


def fields(shape, *, cells=3, seed=0):
    """Return moduli and displacements of some cells."""
    rng = torch.Generator().manual_seed(seed)
    bulk, shear = torch.rand(2, cells, *shape, generator=rng, dtype=torch.float64) + 0.1
    return bulk, shear, torch.randn(cells, 3, *shape, generator=rng, dtype=torch.float64)


@every_shape
@pytest.mark.parametrize("element", ["bbar", "full", "reduced"])
def test_forces_are_those_of_each_cell(element, shape):
    """Forces, sums and strains; of fewer cells than the batch has; twice with the same buffers."""
    modes = make_element(element)
    bulk, shear, displacements = fields(shape)
    batch = BatchStiffness(element, bulk, shear)
    strains = torch.tensor([[1.0, 0, 0, 0, 0, 0], [0, 2, 0, 0, 0, 1], [0, 0, 0, 0.3, 0, 0]])
    macro = strains.double() @ torch.tensor(affine_displacements()).T
    for cells in (3, 2, 3):
        moved = displacements[:cells]
        forces = batch.forces(moved, torch.empty_like(moved)).clone()
        strained, sums = batch.strained_forces(moved, macro[:cells], torch.empty_like(moved))
        for k in range(cells):
            alone = CellStiffness(modes, bulk[k], shear[k])
            expected, its_sums = alone.strained_forces(moved[k], macro[k])
            torch.testing.assert_close(forces[k], alone.forces(moved[k]))
            torch.testing.assert_close(strained[k], expected)
            torch.testing.assert_close(sums[k], its_sums)


@every_shape
def test_moduli_of_other_cells(shape):
    """Cells take the moduli of others, and those that the batch was made with again."""
    bulk, shear, displacements = fields(shape)
    batch = BatchStiffness("bbar", bulk, shear)
    expected = batch.forces(displacements, torch.empty_like(displacements))
    batch.overwrite(torch.tensor([0]), torch.tensor([2]))
    found = batch.forces(displacements[[2]], torch.empty_like(displacements[[2]]))
    torch.testing.assert_close(found[0], expected[2])
    batch.fill(bulk, shear)
    again = batch.forces(displacements, torch.empty_like(displacements))
    torch.testing.assert_close(again, expected)


@every_shape
def test_inverse_is_that_of_each_cell(shape):
    """The displacements of forces, cell by cell."""
    *_, forces = fields(shape)
    size = forces.shape[2:]
    alone = ReferenceInverse(
        make_element("bbar"), 1.5, 0.7, size, torch.float64, torch.device("cpu")
    )
    found = BatchInverse(alone)(forces)
    torch.testing.assert_close(found, torch.stack([alone(each) for each in forces]))


@pytest.mark.parametrize("seed", range(20))
def test_cells_that_go_on_close_up(seed):
    """After the moves, those in front hold all that are not done, and few that are."""
    rng = np.random.default_rng(seed)
    done = rng.random(rng.integers(1, 200)) < rng.random()
    kept, here, there = closed_up(done)
    after = done.copy()
    after[here.numpy()] = done[there.numpy()]
    active = (~done).sum()
    assert (~after[:kept]).sum() == active
    assert active <= kept <= min(len(done), active * 9 / 8 + 1)
    assert (there >= kept).all()
    assert (here < kept).all()
    assert closed_up(np.ones(5, bool))[0] == 0
