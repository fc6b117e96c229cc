"""What the latents of the plain autoencoders know of the stiffness, in sentences."""

from typing import Final

import pandas as pd

from pspflow.studies.composite.forward.accuracy import over_properties
from pspflow.studies.composite.forward.differences import compared, sentence

PAPERS: Final = "vae_gpr"
"""The paper's regression on latents of its autoencoder."""
OURS: Final = "vae_statistics_gpr"
FRACTION: Final = "volume_fraction"
"""The regression on the volume fraction alone."""


def latents_text(accuracy: pd.DataFrame) -> str:
    """Compare the regression on latents with what its latents could have kept; may be empty.

    Parameters
    ----------
    accuracy
        One row per model, target, property and run.
    """
    means = over_properties(accuracy, "c11", "mape").mean()
    said = []
    for other, role in (
        (FRACTION, "the volume fraction alone"),
        (OURS, "the same regression on the latents of vae_statistics"),
    ):
        if {PAPERS, other} <= set(means.index):
            found = sentence(compared(accuracy, "c11", PAPERS, other))
            said.append(
                f"Compared with {role} ({means[other]:.2f} %), the regression on the latents of "
                f"vae ({PAPERS}) has a MAPE of C11 of {means[PAPERS]:.2f} %: {found}."
            )
    if said:
        said.append(
            "An autoencoder that is not told the stiffness keeps of a structure what its "
            "reconstruction needs: the first comparison shows whether that is more than the volume "
            "fraction, the second whether another autoencoder keeps more."
        )
    return " ".join(said)
