"""Synthetic chips of a flow: which real chips they come from, and how they are stored."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.microstructure.chips import few_chips
from pspflow.seeds import generator

DIMS = ("chip", "y", "x")


def held_out_split(rows: pd.DataFrame) -> str:
    """Name the split that flows are judged on: test, or validation in a run without test chips."""
    return "test" if (rows["split"] == "test").any() else "validation"


def held_out(rows: pd.DataFrame, chips_per_specimen: int, seed: int) -> dict[str, np.ndarray]:
    """Draw the chips that every flow transfers: domain name, positions in the chip table."""
    drawn = {}
    split = (rows["split"] == held_out_split(rows)).to_numpy()
    for domain in dict.fromkeys(rows["domain"]):
        here = np.flatnonzero(split & (rows["domain"] == domain).to_numpy())
        rng = generator(seed, "held-out chips", domain)
        drawn[domain] = here[few_chips(rows.iloc[here], chips_per_specimen, rng)]
    return drawn


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
        """Return positions of a domain's sources in the chip table."""
        return read_values(self._store, f"sources/{domain}")

    def samples(self, domain: str) -> np.ndarray:
        """Return a domain's chips that were drawn from noise."""
        return read_values(self._store, f"samples/{domain}")

    def transferred(self, source: str, target: str) -> np.ndarray:
        """Return the chips of one direction, in the order of their sources."""
        return read_values(self._store, f"transferred/{source}/{target}")
