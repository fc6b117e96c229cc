"""Micrographs and chips that are shown as examples."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pspflow.seeds import generator

SPECIMENS_SHOWN = 3
CHIPS_SHOWN = 8


def drawn_micrographs(catalogue: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Choose micrographs of each domain, from low to high label, or by specimen without labels.

    Returns
    -------
    dict
        Domain name and rows of the catalogue, domains in the catalogue's order.
    """
    domains = dict.fromkeys(catalogue["domain"])
    return {domain: _spread(catalogue[catalogue["domain"] == domain]) for domain in domains}


def _spread(entries: pd.DataFrame) -> pd.DataFrame:
    ordered = entries.sort_values(["label_value", "specimen"])
    at = np.linspace(0, len(ordered) - 1, min(SPECIMENS_SHOWN, len(ordered)))
    return ordered.iloc[np.unique(at.astype(int))]


def micrograph_titles(entries: pd.DataFrame) -> list[str]:
    """Name specimen and label of each row of a catalogue."""
    return [
        f"{row.specimen}, {row.label} {row.label_value:.4g}" if row.label else str(row.specimen)
        for row in entries.itertuples()
    ]


def drawn_chips(chips: pd.DataFrame, domains: Sequence[str], seed: int) -> dict[str, pd.DataFrame]:
    """Draw chips of each domain at random: domain name and rows of the chip table."""
    rng = generator(seed, "figures")
    return {domain: _draw(chips, domain, rng) for domain in domains}


def _draw(chips: pd.DataFrame, domain: str, rng: np.random.Generator) -> pd.DataFrame:
    here = np.flatnonzero(chips["domain"].to_numpy() == domain)
    return chips.iloc[rng.choice(here, size=min(CHIPS_SHOWN, len(here)), replace=False)]
