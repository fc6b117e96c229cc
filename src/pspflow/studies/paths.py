"""Types of paths: what lies there. Help texts and the provenance of artefacts hang on them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pspflow.studies.stage import INPUT, named_paths

NAMED = Parameter(converter=named_paths, n_tokens=-1, consume_multiple=True, accepts_keys=False)
"""Parameter of a mapping of names to paths: a flag that takes as many NAME=PATH as follow it."""

Sheet = Annotated[Path, Parameter(help="CSV or Parquet sheet with one row per image.")]
"""A user's file: its images count as inputs too, so that its stages record it themselves."""
CatalogueTable = Annotated[Path, Parameter(help="Table of the micrographs."), INPUT]
RegionTable = Annotated[
    Path, Parameter(help="Table of the rectangles that train, validate and test."), INPUT
]
MicrographStore = Annotated[Path, Parameter(help="Zarr store of the micrographs."), INPUT]
ChipTable = Annotated[Path, Parameter(help="Table of the chips."), INPUT]
ChipCountTable = Annotated[Path, Parameter(help="Table of the numbers of chips."), INPUT]
GridTable = Annotated[
    Path, Parameter(help="Table of the settings of the persistence images."), INPUT
]
CoverageTable = Annotated[
    Path, Parameter(help="Table of the pairs' weight outside the grid."), INPUT
]
PersistenceStore = Annotated[Path, Parameter(help="Zarr store of the persistence images."), INPUT]
ShardStores = Annotated[
    tuple[Path, ...],
    Parameter(help="Zarr stores of the shares, in order.", consume_multiple=True),
    INPUT,
]
Weights = Annotated[Path, Parameter(help="Weights of the trained model."), INPUT]
NamedWeights = Annotated[
    Mapping[str, Path], Parameter(help="MODEL=PATH: weights of trained models."), NAMED, INPUT
]
NamedHistories = Annotated[
    Mapping[str, Path],
    Parameter(help="TRAINING=PATH: tables of losses and measures by epoch."),
    NAMED,
    INPUT,
]
NamedTables = Annotated[Mapping[str, Path], Parameter(help="NAME=PATH: tables."), NAMED, INPUT]
WrittenTables = Annotated[Mapping[str, Path], Parameter(help="NAME=PATH: tables to write."), NAMED]
NamedStores = Annotated[Mapping[str, Path], Parameter(help="NAME=PATH: Zarr stores."), NAMED, INPUT]
NamedSections = Annotated[
    Mapping[str, Path],
    Parameter(help="CHAPTER=PATH: sections of the chapters, in reading order."),
    NAMED,
    INPUT,
]
SectionFile = Annotated[Path, Parameter(help="JSON file to write: the section of the report.")]
FigureFolder = Annotated[Path, Parameter(help="Folder of the PNG figures to write.")]
