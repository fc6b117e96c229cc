"""Stage: likelihoods of measured morphology given the conditions are fitted."""

from pathlib import Path

import numpy as np
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import read_chips
from pspflow.io.tables import read_table
from pspflow.io.weights import save_weights
from pspflow.logs import log
from pspflow.studies.paths import ChipTable
from pspflow.studies.stage import stage
from pspflow.studies.steel.inverse.inference import GENERATED, fit_inference, tensors_of
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.paths import GridTable, MeasureTable


@stage
def likelihood(
    *,
    measures: MeasureTable,
    chips: ChipTable,
    grid: GridTable,
    likelihood: Path,
    measuring: MeasureOptions = MeasureOptions(),
    origin: Provenance,
) -> None:
    """Fit the likelihoods of measured morphology: of generated chips, corrected, and of real ones.

    Parameters
    ----------
    likelihood
        File to write: coefficients of the fits, and the range of the conditions.
    measuring
        The conditions.

    Raises
    ------
    InputError
        If there are too few chips or micrographs.
    """
    found = fit_inference(
        read_table(measures), read_chips(chips), read_table(grid), measuring.conditions
    )
    arrays, model = tensors_of(found)
    tensors = {name: torch.tensor(values) for name, values in arrays.items()}
    save_weights(likelihood, tensors, model, origin)
    shares = np.diag(found.likelihoods[GENERATED].scatter.components.between)
    log.info(
        "Between micrographs lie %.0f %% of the variance of the ferrite fraction of chips, and "
        "%.0f %% of that of the path",
        *(100 * share for share in shares),
    )
