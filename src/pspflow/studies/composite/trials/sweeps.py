"""What is said and drawn of each sweep: of what varies over a few values."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Sweep(NamedTuple):
    """The part, the table and the figure of a sweep."""

    title: str
    text: str
    caption: str
    """Of the table and the figure."""
    column: str
    """What varies, in the table of the trials."""
    axis: str
    """What varies, in the figure."""
    measures: tuple[str, ...]
    """Measures of the table."""
    panels: Mapping[str, str]
    """Measures of the figure and their labels."""


SWEEPS: Final[dict[str, Sweep]] = {
    "latent": Sweep(
        title="Latent size",
        text="The paper chooses 16 of 2 to 64 dimensions by reconstruction, accuracy and the "
        "entropy of the posteriors. A dimension is active if it holds more than 0.1 nats about "
        "a structure.",
        caption="Measures of validation structures by dimensions of the latent space.",
        column="latent",
        axis="latent dimensions",
        measures=("reconstruction", "mape", "entropy", "active_dimensions", "design_error"),
        panels={
            "reconstruction": "reconstruction loss",
            "mape": "MAPE (%)",
            "active_dimensions": "active dimensions",
        },
    ),
    "components": Sweep(
        title="Components of the prior",
        text="A component stands for the morphology that most of its training structures "
        "have; separation is the share of validation structures whose most likely component "
        "stands for theirs. Beside it stands the share that one level of C11 tells apart, "
        "since the prior knows C11. The gain is by how much latents are more likely under the "
        "prior of their C11 than under one "
        "Gaussian for all; other than the log density, it does not depend on their scale.",
        caption="Measures of validation structures by components of the prior.",
        column="components",
        axis="components of the prior",
        measures=(
            "separation",
            "separation_by_c11",
            "density_gain",
            "log_density",
            "mape",
            "design_error",
        ),
        panels={
            "separation": "structures told apart",
            "density_gain": "gain in log density (nats)",
            "mape": "MAPE (%)",
        },
    ),
    "spread": Sweep(
        title="Start of the components",
        text="The paper does not print from where the means of its components start. Ours "
        "start close together, as the first weights of a dense layer do; here they start "
        "further apart, in the training with the rest and in the refit. The measures are those "
        "of the components of the prior; the prior is that which was trained with the rest.",
        caption="Measures of validation structures by the spread from which components start.",
        column="prior_spread",
        axis="starting spread",
        measures=("separation", "separation_by_c11", "density_gain", "mape", "design_error"),
        panels={
            "separation": "structures told apart",
            "density_gain": "gain in log density (nats)",
            "design_error": "error of designs (%)",
        },
    ),
}
"""Sweeps by what varies, in the order of the report."""
