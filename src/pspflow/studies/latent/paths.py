"""Types of paths of this study: what lies there; see `pspflow.studies.paths`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pspflow.studies.paths import NAMED
from pspflow.studies.stage import INPUT

ImageStores = Annotated[
    tuple[Path, ...],
    Parameter(help="Zarr stores of the images of a dataset, in order.", consume_multiple=True),
    INPUT,
]
ImageTables = Annotated[
    tuple[Path, ...],
    Parameter(help="Tables of the images of a dataset, one for each store.", consume_multiple=True),
    INPUT,
]
MetadataTable = Annotated[Path, Parameter(help="CSV or Parquet table of a database."), INPUT]
MicrographTable = Annotated[Path, Parameter(help="Table of the database's micrographs."), INPUT]
MadeStore = Annotated[
    Path, Parameter(help="Zarr store of reconstructions, samples and strips of a dataset."), INPUT
]
NamedSnapshots = Annotated[
    Mapping[str, Path],
    Parameter(help="MODEL=PATH: folders of the weights after some epochs."),
    NAMED,
    INPUT,
]
UserMicrograph = Annotated[
    Path, Parameter(help="Your micrograph: TIFF, PNG, JPEG or BMP, 8-bit grey."), INPUT
]
