"""What the stage `apply` makes of a dataset: reconstructions, samples, epochs and strips."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, cast, get_args

import numpy as np
import zarr

from pspflow.io.arrays import get_array, open_store, read_values
from pspflow.studies.latent.names import LatentModel

PCA, PRINTED = "pca", "printed"
INDEPENDENT, FITTED, NOISE = "independent", "fitted", "noise"
_ORDER: Final = (*get_args(LatentModel), PCA, INDEPENDENT, FITTED, NOISE)


@dataclass(frozen=True)
class MadeImages:
    """The store of a dataset, read when asked."""

    store: zarr.Group

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store."""
        return cls(open_store(path))

    @property
    def test_rows(self) -> np.ndarray:
        """Rows of the dataset's table whose images are reconstructed: (n,) int64."""
        return read_values(self.store, "test_rows")

    @property
    def reconstructing(self) -> list[str]:
        """Models with reconstructions, PCA last."""
        return self._names("reconstructions")

    @property
    def sampling(self) -> list[tuple[str, str]]:
        """Models with samples, and each of their samplers."""
        models = self._names("samples")
        return [(model, each) for model in models for each in self._names(f"samples/{model}")]

    @property
    def with_epochs(self) -> list[str]:
        """Models with samples of several epochs."""
        return self._names("epochs")

    @property
    def with_reconstructed_epochs(self) -> list[str]:
        """Models with reconstructions of several epochs."""
        return self._names("epoch_reconstructions")

    @property
    def with_strips(self) -> list[str]:
        """Models with strips between two images."""
        return self._names("strips")

    @property
    def components(self) -> tuple[int, int] | None:
        """Components of PCA, and the latent size that it should have; None without PCA."""
        if PCA not in self.reconstructing:
            return None
        attrs = get_array(self.store, f"reconstructions/{PCA}").attrs
        return int(cast("int", attrs["components"])), int(cast("int", attrs["latent_size"]))

    def reconstructions(self, model: str) -> np.ndarray:
        """Read the reconstructions of the test rows: (n, y, x) uint8."""
        return read_values(self.store, f"reconstructions/{model}")

    def samples(self, model: str, sampler: str) -> np.ndarray:
        """Read the samples of a sampler: (m, y, x) uint8."""
        return read_values(self.store, f"samples/{model}/{sampler}")

    def epochs(self, model: str, *, reconstructed: bool = False) -> dict[int, np.ndarray]:
        """Read samples, or reconstructions of the first test rows, by epoch: (k, y, x) uint8."""
        name = f"{'epoch_reconstructions' if reconstructed else 'epochs'}/{model}"
        epochs = cast("list[int]", get_array(self.store, name).attrs["epochs"])
        return dict(zip(map(int, epochs), read_values(self.store, name), strict=True))

    def strips(self, model: str) -> np.ndarray:
        """Read the strips: (strip, step, y, x) uint8."""
        return read_values(self.store, f"strips/{model}")

    def _names(self, group: str) -> list[str]:
        if group not in self.store:
            return []
        return in_order(cast("zarr.Group", self.store[group]).keys())


def in_order(names: Iterable[str]) -> list[str]:
    """Sort models or samplers as tables have them."""
    return sorted(names, key=place)


def place(name: str) -> int:
    """Return the place that a model or a sampler has in tables."""
    return _ORDER.index(name)
