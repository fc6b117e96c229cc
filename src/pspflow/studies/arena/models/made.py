"""Made images on disk: which domain each is for, and what made them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import numpy as np

from pspflow.io.arrays import open_store, read_values


@dataclass(frozen=True)
class Made:
    """Images of one entrant."""

    images: np.ndarray
    """(n, y, x) uint8."""
    domains: np.ndarray
    """(n,) names of the domains that they were made for."""
    given: str
    """What the entrant is given."""
    parameters: int | None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the store of an entrant."""
        group = open_store(path)
        attributes = cast("dict[str, Any]", dict(group.attrs))
        names = np.array(attributes["domains"], dtype=object)
        domains = names[read_values(group, "domain")]
        count = attributes["parameters"]
        return cls(read_values(group, "images"), domains, str(attributes["given"]), count)
