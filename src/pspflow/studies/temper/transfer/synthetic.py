"""Synthetic chips of a flow: which real chips they come from, and how they are stored."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance, fingerprint

DIMS = ("chip", "y", "x")


def put_synthetic(
    path: Path,
    chips: Path,
    drawn: Mapping[str, np.ndarray],
    made: Mapping[tuple[str, str], np.ndarray],
    samples: Mapping[str, np.ndarray],
    origin: Provenance,
) -> None:
    """Write synthetic chips.

    Parameters
    ----------
    path
        Zarr store to write.
    chips
        The chip table that positions refer to.
    drawn
        Domain name, positions of the sources in the chip table.
    made
        Source and target, their chips (n, rows, columns) uint8, in the order of the sources.
    samples
        Domain name, chips drawn from noise, (m, rows, columns) uint8.
    origin
        Recorded beside them.
    """
    with new_store(path, origin) as group:
        group.attrs["chips"] = fingerprint(chips)
        for a, positions in drawn.items():
            put_array(group, f"sources/{a}", positions, ("chip",), "1")
            put_array(group, f"samples/{a}", samples[a], DIMS, "grey level")
        for (a, b), images in made.items():
            put_array(group, f"transferred/{a}/{b}", images, DIMS, "grey level")


class Synthetic:
    """Stored synthetic chips.

    Parameters
    ----------
    path
        Their Zarr store.
    chips
        The chip table that they must come from.

    Raises
    ------
    InputError
        If they come from another table: sources are positions in it.
    """

    def __init__(self, path: Path, chips: Path) -> None:
        self._store = open_store(path)
        if self._store.attrs["chips"] != fingerprint(chips):
            raise InputError(f"{path} was made from other chips than {chips}; delete it and rerun.")

    def sources(self, domain: str) -> np.ndarray:
        """Return positions (n,) of a domain's sources in the chip table."""
        return read_values(self._store, f"sources/{domain}")

    def samples(self, domain: str) -> np.ndarray:
        """Return a domain's chips (n, rows, columns) that were drawn from noise."""
        return read_values(self._store, f"samples/{domain}")

    def transferred(self, source: str, target: str) -> np.ndarray:
        """Return the chips (n, rows, columns) of one direction, in the order of their sources."""
        return read_values(self._store, f"transferred/{source}/{target}")
