"""Options of ferrite fraction and mean free path; their docstrings are the schema's help."""

from typing import Literal

from pspflow.options import Options, Positive
from pspflow.studies.steel.images.options import Condition


class MorphologyOptions(Options):
    """How a chip is divided into ferrite and pearlite."""

    phase: Literal["light", "dark"] = "light"
    """Which phase is ferrite; picral leaves it light."""
    background_px: Positive | None = None
    """Standard deviation of the Gaussian that is subtracted from each chip, real or generated, as
    uneven light; below two mean free paths it shortens paths. Null: none (the paper's)."""


class MeasureOptions(MorphologyOptions):
    """What the stage `measure` takes."""

    conditions: tuple[Condition, ...] = ()
    """Columns of the sheet that the models are conditioned on; the stage checks them."""
