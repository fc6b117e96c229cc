"""Sentences on models of codes, computed from their tables."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE
from pspflow.seeds import generator
from pspflow.studies.steel.codes.reconstructions import MEASURES, biases, differences

COMPARED: Final = ("path_bias_percent", "ferrite_bias_points", "mse")
"""Measures of the findings; that of the paper's decoder that matters most comes first."""


def findings(
    tables: Mapping[str, pd.DataFrame],
    histories: Mapping[str, pd.DataFrame],
    seed: int,
    *,
    simulated: bool,
) -> tuple[str, ...]:
    """Say how reconstructions are biased, which models differ, and which codes are never used.

    Parameters
    ----------
    tables
        Rows of `reconstructions.compared` by model, of the same chips.
    histories
        MODEL/TRAINED_ON, the training's history.
    seed
        Seed of the resamples.
    simulated
        Whether the chips are the simulated ones.
    """
    data = "simulated test chips" if simulated else "test chips"
    overall = {name: biases(rows, _resampling(seed)).iloc[-1] for name, rows in tables.items()}
    worst_first = sorted(overall.items(), key=lambda each: -abs(each[1]["path_bias_percent"]))
    return (
        *_compared(tables, seed, data),
        *[_bias(name, row, data) for name, row in worst_first],
        *unused(histories),
    )


def unused(histories: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Say of which codebooks validation chips leave codes unused: one sentence, or none."""
    kept = {name: each[each["kept"]].iloc[0] for name, each in histories.items()}
    found = [
        f"{row['dead_codes']:.0f} of {name} (perplexity {row['perplexity']:.1f})"
        for name, row in sorted(kept.items(), key=lambda each: -each[1]["dead_codes"])
        if row["dead_codes"] > 0
    ]
    if not found:
        return ()
    return (f"Codes that no validation chip has: {', '.join(found)}.",)


def bias_table(tables: Mapping[str, pd.DataFrame], seed: int) -> pd.DataFrame:
    """Tabulate errors and biases by model and domain; see `reconstructions.biases`."""
    parts = [biases(rows, _resampling(seed)).assign(model=name) for name, rows in tables.items()]
    joined = pd.concat(parts, ignore_index=True)
    return joined[["model", *[name for name in joined if name != "model"]]]


def _bias(name: str, row: "pd.Series[float]", data: str) -> str:
    path, points = row["path_bias_percent"], row["ferrite_bias_points"]
    if np.isnan(path):
        return f"No reconstruction by {name} of {data} has two phases, so that none is measured."
    return (
        f"Reconstructions by {name} of {data} change the mean free path by {path:+.1f} %"
        f"{_interval(row, 'path_bias_percent', '+.1f')} and the ferrite fraction by {points:+.2f} "
        f"points{_interval(row, 'ferrite_bias_points', '+.2f')}."
    )


def _interval(row: "pd.Series[float]", name: str, form: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if np.isnan(low):
        return ""
    return f" (95 % interval by micrograph {low:{form}} to {high:{form}})"


def _compared(tables: Mapping[str, pd.DataFrame], seed: int, data: str) -> list[str]:
    """Compare each further model with the first, measure by measure, the worse first."""
    first = next(iter(tables))
    said: list[tuple[int, str]] = []
    for measure in COMPARED:
        found = differences(tables, measure, lambda: _resampling(seed))
        for name, (value, low, high) in found.items():
            if np.isnan(low):
                continue
            outcome = UNDECIDED if low <= 0 <= high else BETTER if value < 0 else WORSE
            words = {
                WORSE: f"is worse with {name} than with {first}",
                UNDECIDED: f"cannot be told apart between {name} and {first}",
                BETTER: f"is better with {name} than with {first}",
            }
            said.append(
                (
                    outcome,
                    f"On {data}, the {MEASURES[measure]} {words[outcome]}: the difference in size "
                    f"is {value:+.3g} (95 % interval by micrograph {low:+.3g} to {high:+.3g}).",
                )
            )
    return [text for _, text in sorted(said, key=lambda each: each[0])]


def _resampling(seed: int) -> np.random.Generator:
    return generator(seed, "reconstructions")
