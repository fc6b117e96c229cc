"""The command sample: what it writes is read back and has the ODF of the file."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from pspflow.io.textures import read_orientations
from pspflow.mechanics.texture import coefficient_distance, coefficients
from pspflow.studies.texture.tools.sample import sample


@pytest.mark.parametrize("name", ["sample.txt", "sample.csv"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_sample_is_read_back(run, faulty, angles, caplog, name, weighted):
    """Angles and weights come back; the distance that is said is the one that is reached."""
    words = ["--weighted"] if weighted else []
    with caplog.at_level("INFO"):
        run(sample, "map.ang", "--count", 120, "--out", name, *words)
    read = read_orientations(name, symmetry="cubic")
    assert len(read) == 120
    assert read.symmetry == ("m-3m" if name.endswith("txt") else None)
    apart = coefficient_distance(coefficients(angles), coefficients(read.angles_rad, read.weights))
    (said,) = [line for line in caplog.messages if "distance of the sample" in line]
    assert float(said.split("texture: ")[1].split(" mrd")[0]) == pytest.approx(apart, rel=0.1)
    assert apart < (0.01 if weighted else 0.1)
    assert weighted or np.ptp(read.weights) < 1e-12
    known = angles.round(5)
    turns = np.abs(read.angles_rad[:, None] - known).max(axis=2).min(axis=1)
    assert turns.max() < 2e-5


def test_the_seed_decides(run, faulty):
    """The same one gives the same sample, another one another."""
    for name, seed in (("a.csv", 1), ("b.csv", 1), ("c.csv", 2)):
        run(sample, "map.ang", "--count", 20, "--seed", seed, "--out", name)
    one, same, other = (pd.read_csv(faulty / f"{name}.csv") for name in "abc")
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lost.ang"], "lost.ang: there is no such file; correct the path."),
        (["one.ang"], "one.ang: only one point has an orientation to use"),
        (["titanium.ang"], "only cubic crystals (m-3m) can be used here"),
        (["map.ang", "--out", "sample.ang"], "sample.ang: the sample is text; name a file that"),
        (["map.ang", "--out", "full"], "full: the sample is text; name a file that ends in .txt"),
        (["map.ang", "--count", 0], "--count is 0; give a number from 1 to 100,000."),
        (["map.ang", "--count", 10**7], "--count is 10000000; give a number from 1 to 100,000."),
        (["map.csv", "--out", "map.csv"], "map.csv: this is the texture itself; name another"),
    ],
)
def test_faulty_input_is_refused(refuse, faulty, words, sentence):
    """The error is one sentence with a remedy; nothing is written."""
    (faulty / "map.csv").write_text("phi1_deg,Phi_deg,phi2_deg\n1,2,3\n300,50,60\n")
    if "--out" not in words:
        words = [*words, "--out", "sample.txt"]
    refuse(sample, words, sentence)


def test_the_command_line(faulty):
    """What is refused ends the command with one line, and leaves nothing."""
    words = ["texture", "sample", "titanium.ang", "--out", "a/out.txt"]
    done = subprocess.run(
        [sys.executable, "-m", "pspflow", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "Error: titanium.ang: the crystal symmetry of phase 1 (Aluminium) is 6/mmm" in line
    assert not (faulty / "a").exists()
