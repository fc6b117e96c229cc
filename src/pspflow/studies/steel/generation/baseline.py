"""PixelCNN against the baseline whose codes are drawn each by itself: difference by measure."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from pspflow.studies.steel.generation.distances import COVERAGE, DENSITY
from pspflow.studies.steel.generation.making import INDEPENDENT, PRIOR
from pspflow.studies.steel.generation.moments import (
    GENERATED,
    Drawn,
    Measured,
    references_of,
)
from pspflow.studies.steel.morphology.moments import MOMENTS, Quantity, limits_of

Pairs = Iterator[tuple[str, str, str, str, np.ndarray, np.ndarray]]
"""Code model, domain, measure, unit, values of PixelCNN and of the baseline: (1 + R,) each."""


def moment_pairs(sets: Sequence[Measured], drawn: Drawn, quantities: Sequence[Quantity]) -> Pairs:
    """Yield sizes of errors of means and variances, (1 + R,), by PixelCNN and by the baseline."""
    references = references_of(sets)
    made = {
        (each.code_model, each.domain): each
        for each in sets
        if each.kind == GENERATED and each.source == INDEPENDENT
    }
    for each in sets:
        base = made.get((each.code_model, each.domain))
        if base is None or each.source != PRIOR or each.trained_on != base.trained_on:
            continue
        real = drawn[references[each.place].keys]
        for quantity in quantities:
            for moment in MOMENTS:
                key = quantity.name, moment
                ours, theirs = (
                    np.abs(quantity.error(drawn[one.keys][key], real[key], moment))
                    for one in (each, base)
                )
                name = f"error of the {moment} of {quantity.name}"
                unit = quantity.error_unit(moment)
                yield each.code_model, each.domain, name, unit, ours, theirs


def distance_pairs(measured: Mapping[tuple[str, str], np.ndarray], name: str, unit: str) -> Pairs:
    """Yield one distance, or coverage, by PixelCNN and by the baseline.

    Parameters
    ----------
    measured
        See `distances.distances`; sets are named as `set_name` does.
    name, unit
        Of the measure.
    """
    if name.startswith(DENSITY):  # neither more nor less of it is better
        return
    for (made, domain), values in measured.items():
        model, _, source = made.partition(" ")
        base = measured.get((set_name(model, INDEPENDENT), domain))
        if source == PRIOR and base is not None:
            yield model.partition("/")[0], domain, name, unit, values, base


def set_name(training: str, source: str) -> str:
    """Name a set of generated chips: CODE_MODEL/TRAINED_ON, and where the codes come from."""
    return f"{training} {source}"


def baseline_table(pairs: Pairs, resolved: Mapping[str, bool]) -> pd.DataFrame:
    """Tabulate differences of PixelCNN to the baseline.

    Parameters
    ----------
    pairs
        See `moment_pairs` and `distance_pairs`.
    resolved
        Domain, whether it has enough test micrographs for an interval.

    Returns
    -------
    DataFrame
        `code_model`, `domain`, `measure`, `unit`, `pixelcnn`, `independent`, `difference`, `low`,
        `high`, `better`: -1 where a smaller value is better, 1 where a larger one is.
    """
    rows = []
    for model, domain, name, unit, ours, theirs in pairs:
        difference = ours - theirs
        ends = (np.nan, np.nan)
        if resolved[domain] and np.isfinite(difference[0]):
            ends = limits_of(difference)[1:]
        better = 1 if name.startswith(COVERAGE) else -1
        values = (float(ours[0]), float(theirs[0]), float(difference[0]), *ends, better)
        rows.append((model, domain, name, unit, *values))
    columns = ["code_model", "domain", "measure", "unit", "pixelcnn", "independent"]
    return pd.DataFrame(rows, columns=[*columns, "difference", "low", "high", "better"])
