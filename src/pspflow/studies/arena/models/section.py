"""What the report says about who enters the arena."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Part, Section, Table
from pspflow.studies.arena.models.made import Made
from pspflow.studies.arena.models.own import GIVEN as YOURS
from pspflow.studies.arena.names import label_of

SOURCES: Final[Mapping[str, str]] = {
    "vq": "steel",
    "fsq": "steel",
    "sharp": "steel",
    "dcgan": "latent",
    "stationary": "latent",
    "autoencoder": "latent",
    "autoencoder_density": "latent",
    "flow": "temper",
    "flow_transfer": "temper",
}
"""Study whose networks an entrant has."""
KINDS: Final = "A model that is not given the domain makes the same images for all of them."


def models_section(made: Mapping[str, Made], epochs: int) -> Section:
    """Describe the entrants.

    Parameters
    ----------
    made
        What each made.
    epochs
        Epochs of every training.
    """
    rows = [
        {
            "model": label_of(name),
            "of the study": SOURCES.get(name, "yours"),
            "parameters": "–" if each.parameters is None else f"{each.parameters:,}",
            "epochs": "–" if each.given == YOURS else str(epochs),
            "is given": each.given,
            "images": len(each.images),
        }
        for name, each in made.items()
    ]
    text = (
        f"Every network is trained for {epochs} epochs; an epoch shows each training chip once. "
        "Sizes and learning rates are those of its own study in this configuration: they are not "
        f"tuned for these chips, and a step of one costs more than that of another. {KINDS} "
        "A model that fits for one purpose may not fit for another: a transfer starts from real "
        "chips, the others from random numbers."
    )
    table = Table.of(pd.DataFrame(rows), "Models, what they are given, and what they made.")
    return Section(title="Models", parts=(Part(title="Models", text=text, tables=(table,)),))
