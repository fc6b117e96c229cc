"""Names of trainings in sentences and figures."""

from typing import Final

ARMS: Final = {
    "all/process": "all domains",
    "held_out/process": "without a domain",
    "all/properties": "all domains, properties",
}
"""Trainings on the codes of one model, TRAINED_ON/CONDITIONING, as the report calls them."""


def in_words(training: str) -> str:
    """Name a training CODE_MODEL/TRAINED_ON/CONDITIONING as sentences do."""
    model, _, arm = training.partition("/")
    return f"{model}, {ARMS[arm]}"
