"""Many structures solved together, compared with each solved alone."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from pspflow.mechanics import (
    ConvergenceError,
    homogenise_structures,
    stiffness_and_strain,
)
from pspflow.mechanics.batched import structures as tested
from pspflow.mechanics.batched.structures import structures_at_once

ELEMENTS = ("bbar", "full", "reduced")
NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
every_element = pytest.mark.parametrize("element", ELEMENTS)
every_device = pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=NO_GPU)])


def grains(shape, seed, phases=2):
    """Return smooth random grains."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 0.8, mode="wrap")
    return np.searchsorted(np.quantile(noise, np.arange(1, phases) / phases), noise)


def mixed(shape):
    """Return structures of one, two and three phases, not in that order."""
    some = [grains(shape, seed, phases) for seed, phases in enumerate((2, 3, 2, 2, 3))]
    return np.stack([some[0], np.ones(shape, int), *some[1:], np.zeros(shape, int), 2 * some[0]])


def alone(phases, *moduli, **options):
    """Solve one after the other."""
    found = [stiffness_and_strain(each, *moduli, **options) for each in phases]
    return tuple(np.stack(each) for each in zip(*found, strict=True))


def distance(found, expected):
    """Return the largest difference of every matrix, over its largest component."""
    largest = abs(expected).max(axis=(1, 2))
    return (abs(found - expected).max(axis=(1, 2)) / largest).max()


@every_device
@every_element
@pytest.mark.parametrize("shape", [(7, 7, 7), (6, 6, 6), (4, 5, 6), (1, 6, 1), (2, 1, 3)])
@pytest.mark.parametrize("contrast", [2, 50, 1e3, 1e6])
def test_each_is_as_alone(device, element, shape, contrast):
    """Stiffness and strains are those of each structure alone: any edges, contrast and phases."""
    phases, moduli = mixed(shape), ((120 / contrast, 120.0, 30.0), (0.3, 0.2, 0.25))
    expected, strain = alone(phases, *moduli, element=element)
    chosen = range(0, len(phases), 2)
    found = homogenise_structures(
        phases, *moduli, element=element, strains_of=chosen, device=device
    )
    assert distance(found.stiffness, expected) < 1e-6
    norms = np.linalg.norm(strain[chosen].reshape(len(chosen), -1), axis=1)
    errors = np.linalg.norm((found.strain - strain[chosen]).reshape(len(chosen), -1), axis=1)
    # what both may be off, at most
    assert (errors < 2e-3 * norms).all()
    assert found.alone[[1, 6]].all()


@every_device
@pytest.mark.parametrize("at_once", [1, 2, 3, 64])
def test_no_result_depends_on_the_others(device, at_once):
    """The order and the size of batches change rounding alone, also of one that takes longer."""
    phases, moduli = mixed((5, 7, 6)), ((0.1, 120.0, 30.0), (0.3, 0.2, 0.25))
    options = {"load_cases": (2, 0), "strain_case": 2, "device": device}
    expected = homogenise_structures(phases, *moduli, strains_of=range(len(phases)), **options)
    order = np.random.default_rng(1).permutation(len(phases))
    found = homogenise_structures(
        phases[order], *moduli, strains_of=range(len(phases)), at_once=at_once, **options
    )
    assert distance(found.stiffness, expected.stiffness[order]) < 3e-7
    np.testing.assert_allclose(found.strain, expected.strain[order], rtol=0, atol=1e-4)


@every_device
def test_batches_shrink(device):
    """Among many that converge early, one that takes long is solved as alone."""
    easy = np.zeros((40, 6, 6, 6), int)
    easy[:, 0] = 1
    phases = np.concatenate([easy, grains((1, 6, 6, 6), 3), easy])
    phases = np.concatenate([phases, 1 - phases])
    moduli = ((1.0, 300.0), (0.3, 0.2))
    expected, _ = alone(phases[[0, 40, 81, 121]], *moduli)
    found = homogenise_structures(phases, *moduli, at_once=len(phases), device=device)
    assert not found.alone.any()
    assert distance(found.stiffness[[0, 40, 81, 121]], expected) < 1e-6


def test_what_single_precision_cannot_is_solved_alone():
    """Inclusions 1e6 times stiffer than what is around them need double, and get it."""
    inside = np.linalg.norm(np.indices((7, 7, 7)) - 3, axis=0) <= 2
    phases = np.stack([inside, ~inside]).astype(np.uint8)
    moduli = ((1.0, 1e6), (0.3, 0.2))
    found = homogenise_structures(phases, *moduli, strains_of=[0])
    assert found.alone[0]
    expected, strain = stiffness_and_strain(phases[0], *moduli)
    np.testing.assert_array_equal(found.stiffness[0], expected)
    np.testing.assert_array_equal(found.strain[0], strain)


def test_no_memory_for_a_batch():
    """Where not even one structure fits, each is solved alone."""
    phases = mixed((4, 4, 4))[:3]
    moduli = ((2.0, 100.0, 30.0), (0.3, 0.2, 0.25))
    found = homogenise_structures(phases, *moduli, at_once=0)
    assert found.alone.all()
    np.testing.assert_array_equal(found.stiffness, alone(phases, *moduli)[0])


def test_no_convergence_names_the_structure():
    """The error is that of the structure alone, and holds its position."""
    phases = np.concatenate([np.zeros((2, 6, 6, 6), int), grains((1, 6, 6, 6), 1)])
    with pytest.raises(ConvergenceError, match="after 3 iterations") as error:
        homogenise_structures(phases, (2.4, 120), (0.3, 0.3), max_iterations=3)
    assert error.value.structure == 2


def test_what_is_no_set_of_structures_is_refused():
    """Every sentence names the argument."""
    phases, moduli = mixed((4, 4, 4)), ((2.0, 100.0, 30.0), (0.3, 0.2, 0.25))
    with pytest.raises(ValueError, match="phases must be 4-D"):
        homogenise_structures(phases[0], *moduli)
    with pytest.raises(ValueError, match="phases must be from 0 to 1"):
        homogenise_structures(phases, *(each[:2] for each in moduli))
    with pytest.raises(ValueError, match="phases must be integers"):
        homogenise_structures(phases.astype(float), *moduli)
    with pytest.raises(ValueError, match="strain_case must be one of"):
        homogenise_structures(phases, *moduli, load_cases=[1])
    wrongs = ([8], [-1], [1, 1], [2, 1], [0.5], [False, True], [[0, 1]], 1, np.uint8([1, 0]))
    for wrong in wrongs:
        with pytest.raises(ValueError, match="strains_of must be ascending numbers from 0 to 7"):
            homogenise_structures(phases, *moduli, strains_of=wrong)
    with pytest.raises(ValueError, match="at_once must be at least 0"):
        homogenise_structures(phases, *moduli, at_once=-1)


def test_how_many_fit(monkeypatch):
    """Few on a CPU; on a GPU as many as are fast, or as its memory takes, down to none."""
    assert structures_at_once((51, 51, 51), 3, torch.device("cpu")) == 1
    card = torch.device("cuda")
    for name in ("memory_reserved", "memory_allocated"):
        monkeypatch.setattr(tested.torch.cuda, name, lambda _: 0)
    found = []
    for free in (80e9, 2e9, 1e8):
        monkeypatch.setattr(tested.torch.cuda, "mem_get_info", lambda _, free=free: (free, 80e9))
        found.append(structures_at_once((51, 51, 51), 3, card))
    assert found[0] == tested.MOST_VOXELS["cuda"] // (3 * 51**3)
    assert found[0] > found[1] > found[2] == 0
