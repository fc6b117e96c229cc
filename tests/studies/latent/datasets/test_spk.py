"""A user's SPPARKS: what it is told, how its sites are read, and what is said when it fails.

The executable is a script that reads the commands and writes sites in SPPARKS's format, shuffled.
"""

import sys

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.studies.latent.datasets.spk import grow_with_spk, input_script

STAND_IN = """#!{python}
import random, sys
script = open(sys.argv[sys.argv.index("-in") + 1]).read()
words = dict(line.split(" ", 1) for line in script.splitlines())
edge = int(words["region"].split()[3])
seed = int(words["seed"])
if {fails}:
    print("ERROR: Unrecognized command: " + {fails})
    sys.exit(1)
places = [(x, y) for x in range(edge) for y in range(edge)]
random.Random(seed).shuffle(places)
with open(words["dump"].split()[3], "w") as dump:
    for snapshot in range(2):  # before the run and after it
        print("ITEM: TIMESTEP TIME", snapshot, 0.5 * snapshot, sep="\\n", file=dump)
        print("ITEM: NUMBER OF ATOMS", len(places), sep="\\n", file=dump)
        print("ITEM: BOX BOUNDS", "0 9", "0 9", "-1 1", sep="\\n", file=dump)
        print("ITEM: ATOMS id type x y", file=dump)
        for number, (x, y) in enumerate(places[{lost}:]):
            print(number + 1, 1 + snapshot * (1000 * (seed % 7) + 10 * y + x), x, y, file=dump)
"""


def stand_in(folder, fails="", lost=0):
    path = folder / "spk"
    path.write_text(STAND_IN.format(python=sys.executable, fails=repr(fails), lost=lost))
    path.chmod(0o755)
    return path


def rngs(count):
    return [np.random.default_rng([3, number]) for number in range(count)]


def test_sites_are_put_where_they_lie(tmp_path):
    """Rows are y, in whichever order sites come; of the last snapshot, with a seed per image."""
    labels = grow_with_spk(stand_in(tmp_path), 5, 64, 0.85, 0.5, rngs(3))
    y, x = np.mgrid[:5, :5]
    seeds = [int(rng.integers(1, 900_000_000)) for rng in rngs(3)]
    expected = [1 + 1000 * (seed % 7) + 10 * y + x for seed in seeds]
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(labels, expected)
    assert len(set(seeds)) == 3


def test_the_commands_carry_the_options():
    """The report's application, lattice and solver, with the user's numbers."""
    commands = input_script(128, 2048, 0.85, 1500.0, 77).splitlines()
    for command in (
        "seed 77",
        "app_style potts/neighonly 2048",
        "lattice sq/8n 1.0",
        "region square block 0 128 0 128 -1.0 1.0",
        "set site range 1 2048",
        "temperature 0.85",
        "solve_style tree",
        "run 1500.0",
    ):
        assert command in commands


def test_failures_are_told_in_a_sentence_with_what_was_printed(tmp_path):
    """A failing program, one that leaves sites out, and none at all."""
    with pytest.raises(InputError, match=r"failed with status 1 .*Unrecognized command: dance"):
        grow_with_spk(stand_in(tmp_path, fails="dance"), 5, 64, 0.85, 0.5, rngs(1))
    with pytest.raises(InputError, match="not those of a lattice of 5 x 5"):
        grow_with_spk(stand_in(tmp_path, lost=1), 5, 64, 0.85, 0.5, rngs(1))
    with pytest.raises(InputError, match="cannot be started"):
        grow_with_spk(tmp_path / "absent", 5, 64, 0.85, 0.5, rngs(1))
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\necho done\n")
    silent.chmod(0o755)
    with pytest.raises(InputError, match=r"wrote no sites: .*'done'"):
        grow_with_spk(silent, 5, 64, 0.85, 0.5, rngs(1))
