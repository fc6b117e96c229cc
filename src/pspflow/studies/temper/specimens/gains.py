"""What each kind of training gains over the untransferred source, over trainings and specimens."""

from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.calibration import holm
from pspflow.evaluation.contrasts import limits
from pspflow.studies.temper.flows.kinds import by_kind
from pspflow.studies.temper.specimens.agreement import Drawn
from pspflow.studies.temper.specimens.rulers import RULERS, SOURCE

COLUMNS: Final = (
    *("kind", "target", "source", "quantity", "trainings"),
    *("rho", "gain", "low", "high", "p_value", "p_adjusted"),
)


def gains(readings: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Compare rank correlations with those of the untransferred source.

    Parameters
    ----------
    readings
        See `agreement.agreement`; flows are named KIND/seedN.
    count
        Resamples of the specimens.
    rng
        Source of the resamples.

    Returns
    -------
    DataFrame
        One row per `kind`, `target`, `source` and `quantity`: `trainings`, the mean of their
        Spearman `rho`, its `gain` over the source with the ends of its 95 % interval, `low` and
        `high`, and its `p_value`, over trainings and specimens, see `contrasts`; `p_adjusted` for
        all directions and quantities of a kind (Holm). NaN where nothing can be told.
    """
    rows = []
    for (target, source, quantity), part in readings.groupby(
        ["target", "source", "quantity"], sort=False
    ):
        drawn = Drawn.of(part, count, rng)
        rhos = drawn.correlations()
        if SOURCE not in rhos:
            continue
        flows = [name for name in dict.fromkeys(part["flow"]) if name not in RULERS]
        for kind, names in by_kind(flows).items():
            ours = np.stack([rhos[name] for name in names])
            found = limits(ours, rhos[SOURCE][None], drawn.specimens)
            mean = float(ours[:, 0].mean())
            rows.append((kind, target, source, quantity, len(names), mean, *found, np.nan))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    adjusted = table.groupby("kind", sort=False)["p_value"].transform(_adjusted)
    return table.assign(p_adjusted=adjusted)


def _adjusted(p_values: pd.Series) -> pd.Series:
    known = p_values.dropna()
    return pd.Series(holm(known.to_numpy(np.float64)), index=known.index).reindex(p_values.index)
