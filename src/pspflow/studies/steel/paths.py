"""Types of paths of this study: what lies there; see `pspflow.studies.paths`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pspflow.studies.stage import INPUT

MeasureTable = Annotated[
    Path, Parameter(help="Table of the chips' conditions, ferrite fraction and path."), INPUT
]
CodeWeights = Annotated[Path, Parameter(help="Weights of the trained VQ-VAE."), INPUT]
CodeStore = Annotated[Path, Parameter(help="Zarr store of the codes of chips."), INPUT]
PriorWeights = Annotated[Path, Parameter(help="Weights of the trained PixelCNN."), INPUT]
FrequencyTable = Annotated[Path, Parameter(help="Table of the codes' frequencies."), INPUT]
TruthTable = Annotated[
    Path, Parameter(help="Table of chips simulated at further conditions."), INPUT
]
GridTable = Annotated[
    Path, Parameter(help="Table of chips generated on a grid of conditions."), INPUT
]
LikelihoodFile = Annotated[
    Path, Parameter(help="Likelihoods of measured morphology, likelihood.safetensors."), INPUT
]
