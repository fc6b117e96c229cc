"""Triton kernels: their arithmetic on a CPU, by torch in the place of Triton, and on a GPU."""

import importlib.util
import sys
from itertools import product
from types import ModuleType

import numpy as np
import pytest
import torch

from pspflow.mechanics import effective_stiffness, homogenise_structures
from pspflow.mechanics.batched import fused
from pspflow.mechanics.batched.operator import BatchStiffness
from pspflow.mechanics.batched.reference import BatchInverse
from pspflow.mechanics.element import make_element
from pspflow.mechanics.reference import ReferenceInverse

HAS_TRITON = torch.cuda.is_available() and importlib.util.find_spec("triton")
NO_TRITON = pytest.mark.skipif(not HAS_TRITON, reason="needs a GPU with Triton")
SHAPES = [(5, 6, 7), (3, 1, 2), (1, 1, 1), (9, 4, 9)]
MOST = 65535  # programs along the second and third axis of a grid
every_shape = pytest.mark.parametrize("shape", SHAPES)
every_element = pytest.mark.parametrize("element", ["bbar", "full", "reduced"])


class Pointer:
    """An address in a tensor, or addresses."""

    def __init__(self, values, at=0):
        self.values, self.at = values, at

    def __add__(self, more):
        return Pointer(self.values, self.at + more)


class Kernel:
    """Calls a kernel for every program of a grid, one after the other."""

    programs = ()

    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        """Call a function that a kernel calls."""
        return self.function(*arguments)

    def __getitem__(self, grid):
        assert max(grid[1:], default=0) <= MOST, "CUDA refuses this"

        def run(*arguments):
            flat = [
                Pointer(each.view(-1)) if isinstance(each, torch.Tensor) else each
                for each in arguments
            ]
            for program in product(*map(range, grid)):
                Kernel.programs = [torch.tensor(each) for each in program]
                self.function(*flat)

        return run


def load(pointer, mask, other):
    return torch.where(mask, pointer.values[torch.where(mask, pointer.at, 0)], other)


def store(pointer, values, mask):
    pointer.values[pointer.at[mask]] = values[mask]


@pytest.fixture
def in_torch(monkeypatch):
    """Load the module of the kernels with torch in the place of Triton."""
    triton, language = ModuleType("triton"), ModuleType("triton.language")
    triton.jit, triton.cdiv, triton.language = Kernel, lambda a, b: -(-a // b), language
    names = {
        "program_id": lambda axis: Kernel.programs[axis],
        "arange": torch.arange,
        "where": lambda mask, *values: torch.where(mask, *map(torch.as_tensor, values)),
        "zeros": lambda shape, dtype: torch.zeros(shape, dtype=dtype),
        "static_range": range,
        "constexpr": int,
        "load": load,
        "store": store,
        "int64": torch.int64,
        "float32": torch.float32,
    }
    vars(language).update(names)
    monkeypatch.setitem(sys.modules, "triton", triton)
    monkeypatch.setitem(sys.modules, "triton.language", language)
    path = fused.__file__.replace("fused.py", "kernels.py")
    spec = importlib.util.spec_from_file_location("kernels", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fields(shape, device="cpu"):
    """Return moduli, displacements and waves of two cells."""
    rng = torch.Generator().manual_seed(0)
    moduli = torch.rand(2, 2, *shape, generator=rng) + 0.1
    displacements = torch.randn(2, 3, *shape, generator=rng)
    return moduli.to(device), displacements.to(device)


def check_forces(kernels, element, shape, device):
    """Compare the kernel's forces with those of torch's operations."""
    (bulk, shear), moved = fields(shape, device)
    batch = BatchStiffness(element, bulk, shear)
    expected = batch.forces(moved, torch.empty_like(moved))
    found = torch.empty_like(moved)
    kernels.write_forces(element, batch._bulk, batch._shear, moved, found)
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-5)


def check_waves(kernels, shape, device):
    """Compare the kernel's products with those of torch's operations."""
    _, forces = fields(shape, device)
    size, on = forces.shape[2:], torch.device(device)
    alone = ReferenceInverse(make_element("bbar"), 1.5, 0.7, size, torch.float32, on)
    inverse = BatchInverse(alone)
    waves = torch.view_as_real(torch.fft.rfftn(forces, dim=(2, 3, 4))).contiguous()
    expected = inverse._multiplied(waves)
    kernels.multiply_waves(waves, inverse._inverse)
    torch.testing.assert_close(waves, expected, rtol=1e-5, atol=1e-6)


@every_element
@every_shape
def test_forces_are_those_of_the_batch(in_torch, element, shape):
    """The sum over monomials is the sum over modes, for every element and any edges."""
    check_forces(in_torch, element, shape, "cpu")


@every_shape
def test_waves_are_multiplied(in_torch, shape):
    """Every wave of the forces is multiplied by its matrix."""
    check_waves(in_torch, shape, "cpu")


def test_more_cells_than_an_axis_of_a_grid_takes(in_torch, monkeypatch):
    """Many small cells are one call too."""
    called = []
    for kernel in (in_torch._forces, in_torch._multiply):
        monkeypatch.setattr(kernel, "function", lambda *_: called.append(1))
    cells = MOST + 1
    moduli, moved = torch.ones(cells, 2, 4), torch.ones(cells, 3, 1, 1, 1)
    in_torch.write_forces("bbar", moduli, moduli, moved, moved)
    in_torch.multiply_waves(torch.ones(cells, 3, 1, 1, 1, 2), torch.ones(6, 1, 1, 1, 1))
    assert len(called) == 2 * cells


@NO_TRITON
@every_element
@pytest.mark.parametrize("shape", [*SHAPES, (51, 51, 51)])
def test_on_a_gpu(element, shape):
    """What Triton compiles computes the same."""
    from pspflow.mechanics.batched import kernels

    check_forces(kernels, element, shape, "cuda")
    check_waves(kernels, shape, "cuda")


@NO_TRITON
def test_structures_on_a_gpu(monkeypatch):
    """The stiffness is the same, whichever way forces are computed."""
    phases = (np.random.default_rng(0).random((5, 9, 10, 11)) < 0.4).astype(np.uint8)
    phases[:, :5] = phases[:, :1]
    moduli = (2.4, 120.0), (0.3, 0.3)
    found = homogenise_structures(phases, *moduli, device="cuda")
    assert not found.alone.any()
    monkeypatch.setattr(fused, "can_compile", lambda: False)
    expected = homogenise_structures(phases, *moduli, device="cuda")
    largest = expected.stiffness.max()
    np.testing.assert_allclose(found.stiffness, expected.stiffness, rtol=0, atol=1e-6 * largest)


@NO_TRITON
def test_many_small_structures_on_a_gpu():
    """More load cases at once than an axis of a grid takes."""
    phases = (np.random.default_rng(0).random((MOST // 6 + 2, 4, 3, 4)) < 0.4).astype(np.uint8)
    phases[:, 0, 0, 0], phases[:, 1, 0, 0] = 0, 1
    moduli = (2.4, 120.0), (0.3, 0.3)
    found = homogenise_structures(phases, *moduli, device="cuda", at_once=len(phases))
    for place in (0, len(phases) - 1):
        expected = effective_stiffness(phases[place], *moduli)
        largest = 1e-6 * expected.max()
        np.testing.assert_allclose(found.stiffness[place], expected, rtol=0, atol=largest)


def test_torch_computes_where_the_kernels_do_not(monkeypatch):
    """On a CPU, in double precision, and where nothing can be compiled."""
    assert fused.kernels_for(torch.device("cpu"), torch.float32) is None
    assert fused.kernels_for(torch.device("cuda"), torch.float64) is None
    monkeypatch.setattr(fused, "can_compile", lambda: False)
    assert fused.kernels_for(torch.device("cuda"), torch.float32) is None
