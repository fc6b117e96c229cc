"""Options of the plasticity: where the anisotropy parameters of a texture come from."""

from math import ceil, floor
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from pspflow.options import Count, Options

ROUNDING: Final = 1e-6
ClassPath = Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]


class TaylorOptions(Options):
    """The Taylor model of this package."""

    slip: Literal["fcc", "bcc"] = "fcc"
    """Slip systems: fcc {111}<110>, or bcc {110}<111> and {112}<111>."""
    rate_sensitivity: Annotated[float, Field(ge=0.01, le=0.3)] = 0.05
    """Exponent m of the slip rate: at .05 a cube texture has .898 at 15 to 30 degrees, at the limit
    of 0 .845. 1 divided by a whole number."""

    @field_validator("rate_sensitivity")
    @classmethod
    def _of_a_whole_exponent(cls, value: float) -> float:
        if abs(round(1 / value) * value - 1) > ROUNDING:
            low, high = 1 / ceil(1 / value), 1 / floor(1 / value)
            raise ValueError(
                f"{value:g} is not 1 divided by a whole number; give {low:.7g} or {high:.7g}."
            )
        return value


class TableOptions(Options):
    """A laboratory, or a code that runs elsewhere."""

    folder: Path | None = None
    """Folder of the exchange: wanted.csv and orientations/ are written there, and you write
    measured.csv, one row per texture, with its name and the 54 parameters."""


class PlasticityOptions(Options):
    """Where anisotropy parameters come from."""

    source: Literal["taylor", "table", "python"] = "taylor"
    """taylor: computed here; table: a file that you fill between two calls of snakemake; python: a
    class of yours."""
    taylor: TaylorOptions = TaylorOptions()
    """Source `taylor`."""
    table: TableOptions = TableOptions()
    """Source `table`."""
    python: ClassPath | None = None
    """Source `python`: MODULE:CLASS, in the folder where snakemake runs, or installed; its method
    `anisotropy_parameters(orientations, weights)` returns the 54 parameters of one texture."""
    shards: Count = 2
    """Number of jobs that the textures of a set are divided among."""

    @model_validator(mode="after")
    def _source_fits(self) -> Self:
        if self.source == "table" and self.table.folder is None:
            raise ValueError("source is 'table', so set table.folder to a folder of yours.")
        if self.source == "python" and self.python is None:
            raise ValueError("source is 'python', so set python to MODULE:CLASS.")
        return self

    def chosen(self) -> Self:
        """Reset the sources that are not used."""
        return self.without(*({"taylor", "table", "python"} - {self.source}))

    @property
    def truth(self) -> Self:
        """The part that changes the result."""
        return self.chosen().without("shards")
