"""Types of paths of this study: what lies there; see `pspflow.studies.paths`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pspflow.studies.paths import NAMED
from pspflow.studies.stage import INPUT

StructureStore = Annotated[Path, Parameter(help="Zarr store of the structures."), INPUT]
StructureTable = Annotated[Path, Parameter(help="Table of the structures."), INPUT]
PhaseTable = Annotated[Path, Parameter(help="Table of the phases' moduli."), INPUT]
StiffnessTable = Annotated[Path, Parameter(help="Table of the solved stiffnesses."), INPUT]
FieldStore = Annotated[Path, Parameter(help="Zarr store of the local fields."), INPUT]
SplitTable = Annotated[Path, Parameter(help="Table of the splits."), INPUT]
StyleWeights = Annotated[Path, Parameter(help="File of VGG19's weights."), INPUT]
PredictionTable = Annotated[Path, Parameter(help="Table of predicted properties."), INPUT]
HistoryTable = Annotated[Path, Parameter(help="Table of a training's losses."), INPUT]
TrialTable = Annotated[Path, Parameter(help="Table of all trials."), INPUT]
LatentTable = Annotated[Path, Parameter(help="Table of the structures' latents."), INPUT]
ReconstructionTable = Annotated[Path, Parameter(help="Table of reconstructed structures."), INPUT]
ReconstructionStore = Annotated[
    Path, Parameter(help="Zarr store of structures and their reconstructions."), INPUT
]
RebuiltStore = Annotated[
    Path, Parameter(help="Zarr store of the structures rebuilt from slices."), INPUT
]
MismatchTable = Annotated[
    Path, Parameter(help="Table of the errors of rebuilt autocorrelations."), INPUT
]
AccuracyTable = Annotated[
    Path, Parameter(help="Table of the accuracies on test structures."), INPUT
]
DifferenceTable = Annotated[Path, Parameter(help="Table of differences of models."), INPUT]
StatisticsTable = Annotated[Path, Parameter(help="Table of the fields' statistics."), INPUT]
CandidateTable = Annotated[Path, Parameter(help="Table of the inferred structures."), INPUT]
CandidateStore = Annotated[Path, Parameter(help="Zarr store of the inferred structures."), INPUT]
ReferenceTable = Annotated[
    Path, Parameter(help="Table of real structures near each target."), INPUT
]
CertificateTable = Annotated[Path, Parameter(help="Table of the designs' certificates."), INPUT]
SearchTable = Annotated[Path, Parameter(help="Table of the searches."), INPUT]
SearchStore = Annotated[
    Path, Parameter(help="Zarr store of the latents and structures of the searches."), INPUT
]
ExampleStore = Annotated[Path, Parameter(help="Zarr store of example fields."), INPUT]
SpeedTable = Annotated[Path, Parameter(help="Table of computing times."), INPUT]
NamedPredictions = Annotated[
    Mapping[str, Path],
    Parameter(help="TARGET/NETWORK/runN=PATH: tables of properties that networks predict."),
    NAMED,
    INPUT,
]
NamedBaselines = Annotated[
    Mapping[str, Path],
    Parameter(help="TARGET/runN=PATH: tables of properties that the baselines predict."),
    NAMED,
    INPUT,
]
NamedLatents = Annotated[
    Mapping[str, Path],
    Parameter(help="NETWORK=PATH: tables of the structures' latents."),
    NAMED,
    INPUT,
]
NamedStructures = Annotated[
    Mapping[str, Path], Parameter(help="SET=PATH: Zarr stores of structures."), NAMED, INPUT
]
NamedStiffness = Annotated[
    Mapping[str, Path], Parameter(help="SET=PATH: tables of solved stiffnesses."), NAMED, INPUT
]
NamedSplits = Annotated[
    Mapping[str, Path], Parameter(help="SET=PATH: tables of the splits."), NAMED, INPUT
]
NamedErrors = Annotated[
    Mapping[str, Path],
    Parameter(help="runN=PATH: tables of errors on every family."),
    NAMED,
    INPUT,
]
NamedRebuilt = Annotated[
    Mapping[str, Path],
    Parameter(help="SET/runN=PATH: tables of rebuilt test structures."),
    NAMED,
    INPUT,
]
NamedRebuiltStructures = Annotated[
    Mapping[str, Path],
    Parameter(help="SET/runN=PATH: Zarr stores of rebuilt test structures."),
    NAMED,
    INPUT,
]
