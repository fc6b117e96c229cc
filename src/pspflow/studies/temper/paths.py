"""Types of paths of this study: what lies there; see `pspflow.studies.paths`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pspflow.studies.stage import INPUT

AccuracyTable = Annotated[
    Path, Parameter(help="Table of the accuracies of what is predicted from chips."), INPUT
]
ConfusionTable = Annotated[
    Path, Parameter(help="Table of the domains that chips are classified as."), INPUT
]
CorrelationTable = Annotated[
    Path, Parameter(help="Table of the rank correlations of labels."), INPUT
]
PlausibilityTable = Annotated[
    Path, Parameter(help="Table of the distances of synthetic chips to real ones."), INPUT
]
EffectTable = Annotated[
    Path, Parameter(help="Table of the effects of topological regularisation."), INPUT
]
CopyTable = Annotated[
    Path, Parameter(help="Table of synthetic chips that are near to training chips."), INPUT
]
PreservationTable = Annotated[
    Path, Parameter(help="Table of the accuracies of labels of transferred chips."), INPUT
]
TruthTable = Annotated[
    Path, Parameter(help="Table of the true structure of simulated specimens."), INPUT
]
AgreementTable = Annotated[
    Path, Parameter(help="Table of how readings of single specimens agree with the truth."), INPUT
]
GainTable = Annotated[
    Path, Parameter(help="Table of the gains of transfers over the untransferred source."), INPUT
]
