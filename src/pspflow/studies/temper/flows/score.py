"""The measure that selects the epoch of a training of flows."""

SCORE = "snr_gap_db"
"""Mean difference, over directions, between the signal-to-noise ratios of synthetic and of real
validation chips. The paper takes the highest ratio; but chips with too much contrast have a higher
one than real chips, and blank chips have none."""
