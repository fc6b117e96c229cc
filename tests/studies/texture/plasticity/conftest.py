"""Textures and ground truths that the tests of this chapter share."""

import csv

import numpy as np
import pytest

from pspflow.mechanics import PARAMETER_NAMES, anisotropy_parameters
from pspflow.mechanics.texture import draw_recipes, make_candidates, symmetrise
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.textures.store import Grains

MODULE = '''
import numpy as np
from pspflow.mechanics import anisotropy_parameters
class Mine:
    """The package's own model, as a user's class."""
    def anisotropy_parameters(self, orientations, weights):
        return anisotropy_parameters(orientations, weights)
class Fails(Mine):
    """Has no solution for textures of few grains."""
    def anisotropy_parameters(self, orientations, weights):
        if len(orientations) < 90:
            raise ZeroDivisionError("it diverged")
        return super().anisotropy_parameters(orientations, weights)
class Odd(Mine):
    """Fails for the second of four textures."""
    def anisotropy_parameters(self, orientations, weights):
        Odd.calls = getattr(Odd, "calls", -1) + 1
        if Odd.calls % 4 == 1:
            raise ZeroDivisionError("it diverged")
        return super().anisotropy_parameters(orientations, weights)
class Broken:
    def anisotropy_parameters(self, orientations, weights):
        raise KeyError("a key")
class Short:
    def anisotropy_parameters(self, orientations, weights):
        return np.ones(53)
class Void:
    def anisotropy_parameters(self, orientations, weights):
        return np.full(54, np.nan)
class Nothing:
    pass
class Needs:
    def __init__(self, argument):
        pass
'''


@pytest.fixture(scope="session")
def textures():
    """Return four symmetrised textures of 24 grains each, and their names."""
    recipes = draw_recipes(1, 3, 3, np.random.default_rng(4))
    made = make_candidates(recipes, 24)
    pairs = zip(made.orientations, made.weights, strict=True)
    return [Grains(*symmetrise(*pair)) for pair in pairs], [f"pool_{k}" for k in range(4)]


@pytest.fixture(scope="session")
def labels(textures):
    """Return their parameters, `4 x 54`."""
    return np.array([anisotropy_parameters(*each) for each in textures[0]])


@pytest.fixture(scope="session")
def module(tmp_path_factory):
    """Write a module of a user's classes; return the folder that it is in."""
    folder = tmp_path_factory.mktemp("users")
    (folder / "usermodel.py").write_text(MODULE)
    return folder


@pytest.fixture
def measure():
    """Return a function that writes measured.csv, as a laboratory does."""
    return _measure


def _measure(folder, rows, header=("name", *PARAMETER_NAMES, "failure")):
    with (folder / "measured.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


@pytest.fixture
def source(tmp_path, module, monkeypatch, measure, textures, labels):
    """Return a function that makes the options of a source, ready to answer for the textures."""
    monkeypatch.chdir(module)

    def made(kind, measured=4):
        if kind == "table":
            found = zip(textures[1], labels, strict=True)
            measure(tmp_path, [[name, *row, ""] for name, row in list(found)[:measured]])
            return PlasticityOptions(source="table", table={"folder": tmp_path})
        return PlasticityOptions(source=kind, python="usermodel:Mine" if kind == "python" else None)

    return made
