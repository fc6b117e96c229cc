"""Which real chips are transferred and compared: positions in the chip table."""

import numpy as np
import pandas as pd

from pspflow.microstructure.chips import few_chips
from pspflow.seeds import generator
from pspflow.studies.temper.flows.splits import held_out_split


def held_out(rows: pd.DataFrame, chips_per_specimen: int, seed: int) -> dict[str, np.ndarray]:
    """Draw the chips that every flow transfers: domain name, positions in the chip table."""
    drawn = {}
    split = (rows["split"] == held_out_split(rows)).to_numpy()
    for domain in dict.fromkeys(rows["domain"]):
        here = np.flatnonzero(split & (rows["domain"] == domain).to_numpy())
        rng = generator(seed, "held-out chips", domain)
        drawn[domain] = here[few_chips(rows.iloc[here], chips_per_specimen, rng)]
    return drawn


def training_chips(
    rows: pd.DataFrame, domain: str, chips_per_specimen: int, seed: int, run: int
) -> np.ndarray:
    """Draw training chips of a domain, others for every run: positions (n,) in the table."""
    here = np.flatnonzero(((rows["domain"] == domain) & (rows["split"] == "train")).to_numpy())
    rng = generator(seed, "real training chips", domain, run)
    return here[few_chips(rows.iloc[here], chips_per_specimen, rng)]
