"""Types of paths of this study: what lies there; see `pspflow.studies.paths`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pspflow.studies.stage import INPUT

SharedImages = Annotated[Path, Parameter(help="Zarr store of the shared chips' images."), INPUT]
SharedTable = Annotated[
    Path, Parameter(help="Table of the shared chips: split, micrograph, half, conditions."), INPUT
]
OwnModel = Annotated[
    Path,
    Parameter(help="Your Python file with the function images(count, condition, seed)."),
    INPUT,
]
