"""What the tests of the commands share: untrained networks, structures, and faulty files."""

from contextlib import suppress

import numpy as np
import pytest
import torch
from cyclopts import App

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.weights import save_weights
from pspflow.mechanics import effective_stiffness
from pspflow.studies.composite.networks.network import make_network
from pspflow.studies.composite.structures.properties import C11

EDGE = 9
YOUNG, POISSON = [2.4, 120.0], [0.3, 0.2]
RANGE = [10.0, 60.0]
SIZES = {"components": 2, "latent": 4, "width": 4, "decoder_width": 2, "dense": 16}
MODULI = "phase,young_gpa,poisson\n7,120,0.2\n3,2.4,0.3\n"


@pytest.fixture
def run():
    """Return what runs a command in this process; what stops it is raised."""

    def make(command, *tokens):
        app = App()
        app.default(command)
        with suppress(SystemExit):
            app([str(token) for token in tokens], exit_on_error=False, print_error=False)

    return make


@pytest.fixture
def moduli():
    """Return a table of phases with ids of the user's, and the moduli of the networks."""
    return MODULI


@pytest.fixture(scope="session")
def save(tmp_path_factory):
    """Return what saves an untrained network as a training does, and names its folder."""
    folder = tmp_path_factory.mktemp("networks")

    def make(model="mixture_statistics", properties=C11):
        place = folder / model / str(len(properties))
        if not place.exists():
            torch.manual_seed(0)
            arguments = {"model": model, "edge": EDGE, "properties": list(properties), "log": True}
            arguments |= SIZES
            network = make_network(arguments)
            if properties:
                network.scale.fit(10 + 50 * torch.rand(64, len(properties)))
            ranges = dict.fromkeys(properties, RANGE)
            material = {"young_gpa": YOUNG, "poisson": POISSON, "ranges": ranges}
            origin = Provenance("composite test", {}, 0, {})
            stored = {**arguments, "material": material}
            save_weights(place / "weights.safetensors", network.state_dict(), stored, origin)
        return place

    return make


@pytest.fixture(scope="session")
def voxels():
    """Return three structures, uint8 (3, 9, 9, 9), of 20, 50 and 80 % of phase 1."""
    draws = np.random.default_rng(0).random((3, EDGE, EDGE, EDGE))
    return (draws < np.array([0.2, 0.5, 0.8])[:, None, None, None]).astype(np.uint8)


@pytest.fixture(scope="session")
def solved():
    """Return what solves a structure: the six components of NORMAL in GPa, by the solver itself."""

    def make(structure):
        block = effective_stiffness(structure, YOUNG, POISSON, load_cases=(0, 1, 2))
        return [block[0, 0], block[1, 1], block[2, 2], block[1, 0], block[2, 0], block[2, 1]]

    return make


@pytest.fixture
def faulty(tmp_path, monkeypatch, voxels):
    """Write stacks and tables that one thing is wrong with; work in their folder."""
    monkeypatch.chdir(tmp_path)
    spoilt = voxels.copy()
    spoilt[1] = 1
    foreign = voxels.copy()
    foreign[2, 0, 0, 0] = 2
    holed = voxels.astype(float)
    holed[1, 0, 0, 0] = np.nan
    stacks = {"good": voxels, "solid": spoilt, "foreign": foreign, "holed": holed}
    stacks |= {"oblong": voxels[..., :-1], "small": voxels[:, :8, :8, :8], "single": voxels[0]}
    for name, values in {**stacks, "one": voxels[:1], "none": voxels[:0]}.items():
        np.save(tmp_path / f"{name}.npy", values)
    (tmp_path / "phases.csv").write_text(MODULI)
    (tmp_path / "steel.csv").write_text(MODULI.replace("120", "210"))
    (tmp_path / "text.safetensors").write_text("no weights")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("")
    return tmp_path


@pytest.fixture
def refuse(run, faulty, save):
    """Return what checks that a command refuses its words by a sentence, and writes nothing."""

    def check(command, words, sentence):
        if "--model" not in words:
            words = [*words, "--model", save()]
        if "--out" not in words:
            words = [*words, "--out", "out.csv"]
        before = {path: path.stat().st_mtime_ns for path in faulty.rglob("*")}
        with pytest.raises(InputError) as raised:
            run(command, *words)
        assert sentence in str(raised.value)
        assert len(str(raised.value).splitlines()) == 1
        assert {path: path.stat().st_mtime_ns for path in faulty.rglob("*")} == before

    return check
