"""The measures that select the epoch of a training of flows."""

from collections.abc import Mapping
from typing import Final

from pspflow.studies.temper.flows.training_options import ChosenEpoch

GAP: Final = "snr_gap_db"
"""Mean difference, over directions, between the signal-to-noise ratios of synthetic and of real
validation chips. The paper takes the highest ratio; but chips with too much contrast have a higher
one than real chips, and blank chips have none."""
NEGATIVE: Final = "negative_snr_db"
"""The mean ratio of synthetic validation chips with its sign changed: smaller is better."""
SCORES: Final[Mapping[ChosenEpoch, str]] = {"nearest": GAP, "highest": NEGATIVE}
"""Column of the history that is least in the epoch that is kept."""
SAID: Final[Mapping[ChosenEpoch, str]] = {
    "nearest": "the gap between the signal-to-noise ratios of synthetic and real chips",
    "highest": "the signal-to-noise ratio of synthetic chips, with its sign changed",
}
"""What is said of these columns."""
