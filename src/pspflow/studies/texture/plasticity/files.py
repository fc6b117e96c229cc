"""Files of the user that decide what the ground truth answers; light, since rules import it."""

from pathlib import Path
from typing import Final

from pspflow.studies.texture.plasticity.options import PlasticityOptions

MEASURED: Final = "measured.csv"
"""In the folder of the exchange, the table that the user fills."""


def truth_files(options: PlasticityOptions) -> list[Path]:
    """List the user's files that decide the answers, where they exist.

    The table of measurements; of the user's class the modules that lie in the current folder. A
    class that is installed, or found on PYTHONPATH, is not watched.
    """
    if options.source == "table":
        measured = Path(str(options.table.folder)) / MEASURED
        return [measured] if measured.is_file() else []
    return class_files(str(options.python)) if options.source == "python" else []


def class_files(place: str) -> list[Path]:
    """List the modules of `MODULE:CLASS` that lie in the current folder; of a package all."""
    top = place.partition(":")[0].partition(".")[0]
    alone = Path(f"{top}.py")
    return [alone] if alone.is_file() else sorted(Path(top).rglob("*.py"))
