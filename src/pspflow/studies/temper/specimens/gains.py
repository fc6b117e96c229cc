"""What each kind of training gains over the untransferred source, over trainings and specimens."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.calibration import holm
from pspflow.evaluation.contrasts import limits
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
        for kind, names in _kinds(list(dict.fromkeys(part["flow"]))).items():
            ours = np.stack([rhos[name] for name in names])
            found = limits(ours, rhos[SOURCE][None], drawn.specimens)
            mean = float(ours[:, 0].mean())
            rows.append((kind, target, source, quantity, len(names), mean, *found, np.nan))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    adjusted = table.groupby("kind", sort=False)["p_value"].transform(_adjusted)
    return table.assign(p_adjusted=adjusted)


def _kinds(flows: Sequence[str]) -> dict[str, list[str]]:
    """Collect the trainings of each kind."""
    found: dict[str, list[str]] = {}
    for name in flows:
        if name not in RULERS:
            found.setdefault(name.split("/")[0], []).append(name)
    return found


def _adjusted(p_values: pd.Series) -> pd.Series:
    known = p_values.dropna()
    return pd.Series(holm(known.to_numpy(np.float64)), index=known.index).reindex(p_values.index)
