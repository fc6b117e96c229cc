"""Structures that a stack holds twice are named, however they are shifted, mirrored or turned."""

import itertools
import logging
import time

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.structures import duplicates
from pspflow.studies.composite.structures.duplicates import copies, signature
from pspflow.studies.composite.structures.stages.import_structures import import_structures

EDGE, COUNT = 15, 14
TURNS = list(
    itertools.product(itertools.permutations(range(3)), itertools.product((1, -1), repeat=3))
)
MODULI = "phase,young_gpa,poisson\n0,2.4,0.3\n1,120,0.3\n"


@pytest.fixture(scope="module")
def stack():
    """Return structures (14, 15, 15, 15) of several morphologies, no two of which are alike."""
    rng = np.random.default_rng(0)
    widths = [(1, 1, 1), (3, 1, 1), (1, 2, 3), (2, 2, 2)]
    made = [
        simulate_composite(EDGE, widths[i % 4], rng.uniform(0.3, 0.7), rng) for i in range(COUNT)
    ]
    return np.stack(made)


def moved(structure, turn, shift=(0, 0, 0)):
    """Turn and mirror a structure by one of the 48 symmetries of a cube, and shift it."""
    order, flips = turn
    turned = structure.transpose(order)[tuple(slice(None, None, step) for step in flips)]
    return np.roll(turned, shift, (0, 1, 2))


def found(stack):
    """Return the pairs of copies in a stack."""
    signatures = np.stack([signature(structure) for structure in stack])
    return copies(signatures, stack.mean(axis=(1, 2, 3)), lambda place: stack[place])


def imported(folder, stack, specimens=None):
    """Import a stack, with a table of its specimens if they are given."""
    np.save(folder / "stack.npy", stack)
    (folder / "moduli.csv").write_text(MODULI)
    sheet = None
    if specimens is not None:
        sheet = folder / "sheet.csv"
        names = [f"x{place}" for place in range(len(stack))]
        pd.DataFrame({"structure": names, "specimen": specimens}).to_csv(sheet, index=False)
    paths = {key: folder / key for key in ("structures", "table", "phases")}
    import_structures(
        stack=folder / "stack.npy", moduli=folder / "moduli.csv", sheet=sheet, **paths
    )
    return paths


def test_structures_that_differ_are_no_copies(stack):
    """Simulated ones, random ones, and one with its phases exchanged."""
    assert found(stack) == []
    assert found(np.concatenate([stack[:3], 1 - stack[:3]])) == []
    noise = np.random.default_rng(1).integers(0, 2, (30, 9, 9, 9), dtype=np.uint8)
    assert found(noise) == []


@pytest.mark.parametrize("turn", TURNS)
def test_every_copy_is_found(stack, turn):
    """Each of the 48 symmetries of a cube, with any shift, leaves a copy a copy."""
    rng = np.random.default_rng(TURNS.index(turn))
    with_copy = stack.copy()
    with_copy[11] = moved(stack[2], turn, rng.integers(0, EDGE, 3))
    (pair,) = found(with_copy)
    assert (pair.first, pair.second, pair.differing, pair.moved) == (2, 11, 0, True)


@pytest.mark.parametrize("edge", [9, 10, 16, 21])
@pytest.mark.parametrize("kind", ["laminate", "fibres", "sphere", "noise", "array", "lattice"])
def test_copies_of_every_kind_of_structure(edge, kind):
    """Laminates, fibres and inclusions, of even and odd edges."""
    rng = np.random.default_rng(edge)
    given = np.zeros((edge,) * 3, np.uint8)
    if kind == "laminate":
        given[:, : edge // 3] = 1
    elif kind == "fibres":
        given[:] = rng.integers(0, 2, (edge, edge))
    elif kind == "sphere":
        given[(np.square(np.indices(given.shape) - edge // 2).sum(axis=0)) < edge] = 1
    elif kind == "array":  # three waves along each axis
        given[::3, ::3, ::3] = given[1::3, ::3, ::3] = 1
    elif kind == "lattice":  # waves that no signature holds
        given[sum(np.indices(given.shape)) % 2 == 0] = 1
    else:
        given[:] = rng.integers(0, 2, given.shape)
    turn = TURNS[int(rng.integers(len(TURNS)))]
    copy = moved(given, turn, rng.integers(0, edge, 3))
    other = rng.integers(0, 2, given.shape).astype(np.uint8)
    (pair,) = found(np.stack([given, other, copy]))
    assert (pair.first, pair.second, pair.differing) == (0, 2, 0)


@pytest.mark.parametrize("share", [0.001, 0.004, 0.008])
def test_near_copies_are_found(stack, share):
    """Some voxels changed in a copy that is turned and shifted: the share that differs is said."""
    rng = np.random.default_rng(5)
    changed = rng.choice(EDGE**3, max(1, int(share * EDGE**3)), replace=False)
    with_copy = stack.copy()
    with_copy[4] = moved(stack[9], TURNS[17], (3, 5, 7))
    with_copy[4].flat[changed] ^= 1
    (pair,) = found(with_copy)
    assert (pair.first, pair.second) == (4, 9)
    assert pair.differing == pytest.approx(len(changed) / EDGE**3)


def test_copies_of_copies_are_joined(stack):
    """Each group of copies is joined by as few pairs as it takes."""
    many = np.stack([moved(stack[i % 2], TURNS[i], (i, 0, 2 * i)) for i in range(20)])
    pairs = found(np.concatenate([stack[2:], many]))
    assert len(pairs) == 18
    assert all(pair.first % 2 == pair.second % 2 for pair in pairs)


@pytest.mark.data("structures", "refused", "a structure twice in different specimens, also turned")
@pytest.mark.parametrize("turn", [TURNS[0], TURNS[20]])
def test_copies_in_different_specimens_are_refused(tmp_path, stack, turn):
    """A split could separate them: both are named, and nothing is stored."""
    with_copy = stack.copy()
    with_copy[12] = moved(stack[3], turn, (1, 2, 3))
    words = (
        r"stack\.npy structures 3 \(structure-00003\) and 12 \(structure-00012\) are the same, once"
    )
    with pytest.raises(InputError, match=words):
        imported(tmp_path, with_copy)
    assert not (tmp_path / "structures").exists()


def test_plain_copies_are_refused_too(tmp_path, stack):
    """Copies that lie where they were are said to be the same without more."""
    with_copy = stack.copy()
    with_copy[5] = stack[1]
    words = r"structures 1 \(x1\) and 5 \(x5\) are the same, but of different specimens; remove one"
    with pytest.raises(InputError, match=words):
        imported(tmp_path, with_copy, [f"s{place}" for place in range(COUNT)])


@pytest.mark.data("structures", "warned", "a structure twice in one specimen")
def test_copies_in_one_specimen_are_warned_of(tmp_path, stack, caplog):
    """No split separates them; they count twice, which is said."""
    with_copy = stack.copy()
    with_copy[5] = np.roll(stack[1], 4, 2)
    specimens = [f"s{place}" for place in range(COUNT)]
    specimens[5] = "s1"
    with caplog.at_level(logging.WARNING):
        paths = imported(tmp_path, with_copy, specimens)
    assert "structures 1 (x1) and 5 (x5) are the same, once one of them is shifted" in caplog.text
    assert paths["structures"].exists()


@pytest.mark.data("structures", "warned", "a structure nearly twice in different specimens")
def test_near_copies_are_warned_of_between_specimens_alone(tmp_path, stack, caplog):
    """Within a specimen structures may be alike; between specimens the share is said."""
    with_copy = stack.copy()
    with_copy[5] = np.roll(stack[1], 4, 2)
    with_copy[5, 0, 0, :7] ^= 1
    with caplog.at_level(logging.WARNING):
        imported(tmp_path, with_copy)
    assert "(structure-00005) differ in 0.21 % of the voxels, once one" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        imported(tmp_path, with_copy, ["s1"] * COUNT)
    assert "copies" not in caplog.text


def test_looking_for_copies_is_cheap():
    """A thousand structures take seconds, not a correlation of every pair."""
    rng = np.random.default_rng(0)
    many = rng.integers(0, 2, (1000, 16, 16, 16), dtype=np.uint8)
    start = time.perf_counter()
    assert found(many) == []
    assert time.perf_counter() - start < 20


def test_copies_of_symmetric_structures_are_found_at_once(monkeypatch):
    """A sphere fits itself in each of 48 ways, and the first is enough."""
    tried = []
    same = duplicates._roughly_same
    monkeypatch.setattr(duplicates, "_roughly_same", lambda *each: tried.append(1) or same(*each))
    far = sum(np.meshgrid(*[np.square(np.arange(16) - 8)] * 3, indexing="ij"))
    sphere = (far < 30).astype(np.uint8)
    assert found(np.stack([sphere, np.roll(sphere, (1, 5, 9), (0, 1, 2))]))
    assert len(tried) == 1


@pytest.mark.parametrize("tiles", [(16, 4), (20, 4), (20, 5), (12, 2), (15, 3), (25, 5)])
@pytest.mark.parametrize("kind", ["noise", "diagonal", "layers"])
def test_copies_finer_than_all_waves_are_found(tiles, kind):
    """Of structures that repeat within a cell, coefficients may be but rounding."""
    edge, period = tiles
    rng = np.random.default_rng(0)
    cell = {
        "noise": rng.integers(0, 2, (period,) * 3),
        "diagonal": np.indices((period,) * 3).sum(axis=0) % period < period // 2,
        "layers": np.indices((period,) * 3)[0] < period // 2,
    }[kind].astype(np.uint8)
    given = np.tile(cell, (edge // period,) * 3)
    others = rng.integers(0, 2, (4, edge, edge, edge), np.uint8)
    for turn in TURNS[::7]:
        copy = moved(given, turn, (1, 2, 3))
        pairs = found(np.concatenate([others, given[None], copy[None]]))
        assert [(pair.first, pair.second, pair.differing) for pair in pairs] == [(4, 5, 0.0)]
