"""Statistics of phases and local fields over structures, beside those that the report prints."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pspflow.studies.composite.localization import paper

Moments = Iterable[tuple[np.ndarray, np.ndarray]]
"""Mean and standard deviation of every structure of a batch, shape ``(n,)`` each."""


def moments_of(fields: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of each field, (n, edge, edge, edge)."""
    flat = fields.reshape(len(fields), -1).astype(np.float64)
    return flat.mean(axis=1), flat.std(axis=1)


def statistics_table(found: dict[str, Moments]) -> pd.DataFrame:
    """Average the moments over structures, as the report does in section 4.2.

    Parameters
    ----------
    found
        Of `phase`, `strain` and `stress`, the moments of each batch of structures.

    Returns
    -------
    One row per quantity: quantity, unit, report, here, structures.
    """
    rows = []
    for name, moments in found.items():
        both = [np.concatenate(parts) for parts in zip(*moments, strict=True)]
        for kind, values in zip(("mean", "deviation"), both, strict=True):
            unit, printed = paper.FIELD_STATISTICS[f"{name} {kind}"]
            rows.append((f"{name} {kind}", unit, printed, float(values.mean()), len(values)))
    return pd.DataFrame(rows, columns=["quantity", "unit", "report", "here", "structures"])
