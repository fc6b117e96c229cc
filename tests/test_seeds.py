"""Random streams."""

import ast
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

import pspflow
from pspflow.seeds import generator
from pspflow.simulate import TEMPERS, simulate_specimens


def test_same_purpose_same_stream():
    """The same seed and purpose draw the same numbers, in every process and release."""
    assert generator(0, "a", 1).random() == generator(0, "a", 1).random()
    assert generator(0, "a", 1).integers(1 << 32) == 1782726528


@pytest.mark.parametrize("other", [(1, "a"), (0, "b"), (0, "a", "a"), (0, "a", 0)])
def test_another_purpose_another_stream(other):
    """Neither a zero nor a repeated word is lost in the key."""
    assert generator(0, "a").random() != generator(*other).random()


def test_no_micrograph_draws_the_numbers_of_its_specimen():
    """What a label is made of cannot leak into the background of an image.

    NumPy pads seeds with zeros, so that seeding by (seed, i) and by (seed, i, 0) is the same.
    """
    for specimen in simulate_specimens(5, 0):
        low, high = 3.0, 13.0
        first = (specimen.feed_rate_mm_min - low) / (high - low)
        for temper in TEMPERS:
            drawn = generator(0, "micrograph", specimen.name, temper).random(200)
            assert np.abs(drawn - first).min() > 1e-9


SOURCE = Path(pspflow.__file__).parent
TREES = {file: ast.parse(file.read_text()) for file in SOURCE.rglob("*.py")}
CONSTANT = {
    # which structures keep their strain field is the same in every run
    ("studies/composite/structures/stages/solve.py", "generator"),
    # which validation windows are looked at is the same in every run
    ("studies/composite/localization/windows.py", "generator"),
    # what is timed does not depend on what is drawn
    ("studies/composite/localization/speed.py", "default_rng"),
    # an empty table draws nothing
    # what is drawn is replaced by what is loaded
    ("studies/texture/trained_models.py", "ConditionalFlow"),
}
"""Where a stream starts from a constant, and may."""


def functions():
    """Yield every function of the package: its file, its name or that of its class, and itself."""
    for file, tree in TREES.items():
        made = {
            child: node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for child in node.body
            if isinstance(child, ast.FunctionDef) and child.name == "__init__"
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield file, made.get(node, node.name), node


def test_no_stream_starts_from_a_constant():
    """Nothing takes a number in place of the seed: another seed then draws the same."""
    places = defaultdict(set, default_rng={0}, manual_seed={0}, SeedSequence={0})
    for _, name, node in functions():
        given = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
        given = [each for each in given if each not in {"self", "cls"}]
        if "seed" in given:
            places[name].add(given.index("seed"))
    assert {"generator", "prepare", "shuffled"} <= places.keys()
    found = set()
    for file, tree in TREES.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            seeds = [value.value for value in call.keywords if value.arg == "seed"]
            seeds += [call.args[at] for at in places.get(name, ()) if at < len(call.args)]
            if any(isinstance(seed, ast.Constant) for seed in seeds):
                found.add((file.relative_to(SOURCE).as_posix(), name))
    assert found == CONSTANT


def test_no_function_leaves_its_seed_unused():
    """What takes a seed draws from it, or passes it on."""
    unused = []
    for file, name, node in functions():
        if "seed" in {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}:
            names = {
                each.id
                for each in ast.walk(node)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
            }
            if "seed" not in names:
                unused.append((file.name, name))
    assert unused == []
