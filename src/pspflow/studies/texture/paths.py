"""Types of paths of this study: what lies there; see `pspflow.studies.paths`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pspflow.studies.paths import NAMED
from pspflow.studies.stage import INPUT

TextureStore = Annotated[Path, Parameter(help="Zarr store of the textures of a set."), INPUT]
TextureTable = Annotated[Path, Parameter(help="Table of the textures of a set."), INPUT]
ParameterTable = Annotated[Path, Parameter(help="Table of the anisotropy parameters."), INPUT]
ParameterShares = Annotated[
    tuple[Path, ...],
    Parameter(help="Tables of the shares, in order.", consume_multiple=True),
    INPUT,
]
ProcessWeights = Annotated[Path, Parameter(help="Fitted Gaussian process."), INPUT]
FlowWeights = Annotated[Path, Parameter(help="Weights of the conditional flow."), INPUT]
ObservedTable = Annotated[Path, Parameter(help="Table of the observed textures."), INPUT]
TripTable = Annotated[Path, Parameter(help="Table of round trips."), INPUT]
PosteriorStore = Annotated[Path, Parameter(help="Zarr store of posteriors."), INPUT]
VerifiedTable = Annotated[
    Path, Parameter(help="Table of the round trips that the ground truth checked."), INPUT
]
CurveTable = Annotated[Path, Parameter(help="Table of errors by observations."), INPUT]
EfficiencyTable = Annotated[
    Path, Parameter(help="Table of the observations that arms need for an error."), INPUT
]
TargetTable = Annotated[Path, Parameter(help="Table of the wanted anisotropy."), INPUT]
DesignTable = Annotated[Path, Parameter(help="Table of the checked designs."), INPUT]
DesignStore = Annotated[Path, Parameter(help="Zarr store of the designed textures."), INPUT]
LoopTables = Annotated[
    Mapping[str, Path],
    Parameter(help="ARM/startN=PATH: tables, one of each loop."),
    NAMED,
    INPUT,
]
LoopStores = Annotated[
    Mapping[str, Path],
    Parameter(help="ARM/startN=PATH: Zarr stores of textures drawn, one of each loop."),
    NAMED,
    INPUT,
]
