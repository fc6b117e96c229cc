"""Grain growth by an executable of SPPARKS that the user has, on the same options.

What is written and read here is what SPPARKS's public documentation says of its commands. Welds and
melt pools are simulated by this package alone: the report's listing of the latter is of a command
that current releases do not have.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pspflow.errors import InputError

SCRIPT, DUMP = "grain_growth.in", "sites.dump"
SEEDS: Final = 900_000_000
"""Seeds that are drawn from."""
SHOWN_CHARACTERS = 300


def grow_with_spk(
    executable: Path,
    edge_sites: int,
    spins: int,
    temperature: float,
    time: float,
    rngs: Sequence[np.random.Generator],
) -> NDArray[np.int32]:
    """Simulate grain growth of a periodic Potts model; report, section 2.4.

    Parameters
    ----------
    executable
        SPPARKS, often called spk_serial or spk_mpi.
    edge_sites
        Sites along each edge.
    spins
        Sites start with spins 1 to this at random.
    temperature
        kT, in units of the energy of a pair of unlike neighbours.
    time
        Time of the kinetic Monte Carlo clock.
    rngs
        One generator for each image; it draws the seed of SPPARKS.

    Returns
    -------
    ndarray of int32, shape (n, y, x)
        Spins of each image.

    Raises
    ------
    InputError
        If the executable cannot be started, fails, or leaves no complete snapshot.
    """
    labels = np.empty((len(rngs), edge_sites, edge_sites), np.int32)
    for image, rng in enumerate(rngs):
        script = input_script(edge_sites, spins, temperature, time, int(rng.integers(1, SEEDS)))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / SCRIPT).write_text(script)
            output = _run(executable, Path(folder))
            labels[image] = read_last_snapshot(
                Path(folder) / DUMP, (edge_sites, edge_sites), f"{executable} ended with {output!r}"
            )
    return labels


def input_script(edge_sites: int, spins: int, temperature: float, time: float, seed: int) -> str:
    """Write SPPARKS's commands of the report's listing; the sites are dumped after the run."""
    commands = (
        f"seed {seed}",
        f"app_style potts/neighonly {spins}",
        "dimension 2",
        "lattice sq/8n 1.0",
        f"region square block 0 {edge_sites} 0 {edge_sites} -1.0 1.0",
        "create_box square",
        "create_sites box",
        f"set site range 1 {spins}",
        f"temperature {temperature!r}",
        "solve_style tree",
        f"dump 1 text {time!r} {DUMP} id site x y",
        f"run {time!r}",
        "dump_one 1",
    )
    return "\n".join((*commands, ""))


def read_last_snapshot(dump: Path, sites: tuple[int, int], context: str) -> NDArray[np.int32]:
    """Read the last snapshot of a dump of style `text`, whose sites may come in any order.

    Parameters
    ----------
    dump
        The file.
    sites
        Sites along y and x; they lie at whole coordinates from 0.
    context
        What an error says at its end: what the program printed.

    Returns
    -------
    ndarray of int32, shape (y, x)
        Spins.

    Raises
    ------
    InputError
        If there is no file, or the snapshot has other sites.
    """
    if not dump.exists():
        raise InputError(f"SPPARKS wrote no sites: {context}; check the executable.")
    lines = dump.read_text().splitlines()
    heads = [k for k, line in enumerate(lines) if line.startswith("ITEM: ATOMS")]
    labels = np.zeros(sites, np.int32)
    table: list[list[str]] = []
    if heads:
        columns = lines[heads[-1]].split()[2:]
        table = [line.split() for line in lines[heads[-1] + 1 :]]
        try:
            # the word `site` is written as `type`
            value, x, y = (columns.index(name) for name in ("type", "x", "y"))
            for row in table:
                labels[_place(row[y], sites[0]), _place(row[x], sites[1])] = int(row[value])
        except (IndexError, ValueError):
            labels[:] = 0
    if not labels.all() or len(table) != labels.size:
        raise InputError(
            f"SPPARKS wrote sites that are not those of a lattice of {sites[0]} x {sites[1]}: "
            f"{context}; check the executable."
        )
    return labels


def _place(coordinate: str, size: int) -> int:
    """Return the row or column of a coordinate."""
    place = round(float(coordinate))
    if not 0 <= place < size:
        raise ValueError(coordinate)
    return place


def _run(executable: Path, folder: Path) -> str:
    """Run the script in a folder, and return the end of what was printed."""
    command = [str(executable.absolute()), "-in", SCRIPT, "-log", "none"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise InputError(
            f"datasets.spk is {executable}, which cannot be started ({error.strerror}); give the "
            "path of an executable of SPPARKS, or null."
        ) from None
    output = " ".join(done.stdout.split())[-SHOWN_CHARACTERS:]
    if done.returncode:
        raise InputError(
            f"{executable} (datasets.spk) failed with status {done.returncode} after printing "
            f"{output!r}; correct what it says, or set datasets.spk to null."
        )
    return output
