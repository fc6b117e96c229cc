"""What the temper paper says of labels that are predicted from real chips."""

BEST_ACCURACY = 0.70
"""Best accuracy on experimental chips, section 4.2: around 70 %."""
