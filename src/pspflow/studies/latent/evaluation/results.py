"""Results of the chapter, as sentences, tables and figures of its section use them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from pspflow.studies.latent.evaluation.made_images import PCA, in_order
from pspflow.studies.latent.evaluation.reconstructed import MEAN_IMAGE, ORIGINAL, SPREAD, STUCK
from pspflow.studies.latent.evaluation.sampled import KID, PAIRS_PIXELS, REAL_TRAINING
from pspflow.studies.latent.names import DATASET_NAMES, GANS

LARGE: Final = 1e6
CALLED: Final = {
    "gaussian_smooth": "simulated smooth fields",
    "gaussian_binary": "simulated binary fields",
    "grain_growth": "simulated grain growth",
    "additive": "simulated additive manufacturing",
    "weld": "simulated weld",
    "inpainted": "inpainted variants of one micrograph",
    "uhcs_48x64": "crops of 48 x 64",
    "uhcs_64x64": "crops of 64 x 64",
}

FAR: Final = 1000
"""Kernel distance above which no number is shown: it grows with the sixth power of how far features
lie from real ones, in their standard deviations, and that of real sets is below 10 or so."""
FAR_SHOWN: Final = f"> {FAR:,}"


@dataclass(frozen=True)
class Results:
    """Tables of the stage `measure`, of all datasets."""

    reconstructions: pd.DataFrame
    samples: pd.DataFrame
    copies: pd.DataFrame
    components: Mapping[str, tuple[int, int]]
    """Dataset, components of its PCA, and the latent size that it should have."""
    simulated_crops: bool
    """Whether crops are of simulated micrographs."""

    @property
    def datasets(self) -> list[str]:
        """Datasets in the order of the tables."""
        there = set(self.samples["dataset"])
        return [name for name in DATASET_NAMES if name in there]

    def called(self, dataset: str) -> str:
        """Name a dataset in a sentence, simulated ones as such."""
        crops = "of simulated micrographs" if self.simulated_crops else "of the UHCS database"
        return CALLED[dataset] + (f" {crops}" if dataset.startswith("uhcs") else "")

    def has_all_components(self, dataset: str) -> bool:
        """Tell whether PCA has as many components as the latent has numbers."""
        have, size = self.components[dataset]
        return have == size

    def autoencoders(self, dataset: str) -> list[str]:
        """Networks with reconstructions, in the order of tables."""
        rows = self.reconstructions
        names = set(rows.loc[rows["dataset"] == dataset, "model"])
        return in_order(names - {PCA, MEAN_IMAGE, ORIGINAL})

    def sets(self, dataset: str) -> list[tuple[str, str]]:
        """Models and samplers with samples, PCA among them, in the order of tables."""
        rows = self.samples[(self.samples["dataset"] == dataset) & (self.samples["sampler"] != "")]
        pairs = rows[["model", "sampler"]].drop_duplicates()
        return list(pairs.itertuples(index=False, name=None))

    def reconstructed(self, dataset: str, model: str, measure: str) -> pd.Series | None:
        """Return the row of a measure of reconstructions, None where there is none."""
        return self._reconstructions.get((dataset, model, measure))

    def sampled(self, dataset: str, made: tuple[str, str], measure: str) -> pd.Series | None:
        """Return the row of a measure of samples or of a ruler, None where there is none."""
        model, sampler = made
        return self._samples.get((dataset, model, sampler, measure))

    def spread(self, dataset: str, model: str) -> float:
        """Return the spread of a network's outputs over that of real images."""
        if model in GANS:
            row = self.sampled(dataset, (model, "noise"), PAIRS_PIXELS)
        else:
            row = self.reconstructed(dataset, model, SPREAD)
        assert row is not None
        return float(row["value"])

    def resampled(self, dataset: str) -> bool:
        """Tell whether there are intervals: of one sample of material alone there are none."""
        row = self.sampled(dataset, (REAL_TRAINING, ""), PAIRS_PIXELS)
        return row is not None and not pd.isna(row["low"])

    @property
    def spreads(self) -> dict[tuple[str, str], float]:
        """Spread of the outputs of every network, by dataset and network."""
        return {
            (dataset, model): self.spread(dataset, model)
            for dataset in self.datasets
            for model in (
                *self.autoencoders(dataset),
                *(model for model, _ in self.sets(dataset) if model in GANS),
            )
        }

    @property
    def stuck(self) -> list[tuple[str, str]]:
        """Networks that return one image whatever they are given, by dataset."""
        return [name for name, spread in self.spreads.items() if spread < STUCK]

    @cached_property
    def _reconstructions(self) -> dict[tuple[str, ...], pd.Series]:
        return _by_keys(self.reconstructions, ["dataset", "model", "measure"])

    @cached_property
    def _samples(self) -> dict[tuple[str, ...], pd.Series]:
        return _by_keys(self.samples, ["dataset", "model", "sampler", "measure"])


def _by_keys(table: pd.DataFrame, keys: list[str]) -> dict[tuple[str, ...], pd.Series]:
    names = table[keys].itertuples(index=False, name=None)
    return {name: row for name, (_, row) in zip(names, table.iterrows(), strict=True)}


def written(value: float) -> str:
    """Write a number to three digits, without a power of ten below a million."""
    if abs(value) >= LARGE:
        return f"{value:.1e}".replace("e+0", " x 10^").replace("e+", " x 10^")
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def far(row: pd.Series) -> bool:
    """Tell whether a row is a kernel distance so large that its number says nothing; see `FAR`."""
    return bool(row["measure"] == KID and min(row["value"], row["low"]) > FAR)


def shown(row: pd.Series | None, name: str = "value") -> str:
    """Write a value of a row with its interval, a dash where there is none."""
    if row is None or np.isnan(row[name]):
        return "–"
    if name == "value" and far(row):
        return FAR_SHOWN
    low, high = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
    if np.isnan(row[low]):
        return written(row[name])
    return f"{written(row[name])} ({written(row[low])} to {written(row[high])})"


def listed(parts: list[str]) -> str:
    """Write a list in a sentence."""
    return ", ".join(parts[:-1]) + (" and " if parts[1:] else "") + "".join(parts[-1:])
