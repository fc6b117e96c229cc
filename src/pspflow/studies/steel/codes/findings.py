"""Sentences on models of codes, computed from their tables."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE
from pspflow.seeds import generator
from pspflow.studies.steel.codes.reconstructions import MEASURES, biases, differences

WORDS: Final = {WORSE: "worse", UNDECIDED: "not told apart", BETTER: "better"}
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
        *_biases(worst_first, data),
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
    return (f"{', '.join(found)}: codes that no validation chip has.",)


def bias_table(tables: Mapping[str, pd.DataFrame], seed: int) -> pd.DataFrame:
    """Tabulate errors and biases by model and domain; see `reconstructions.biases`."""
    parts = [biases(rows, _resampling(seed)).assign(model=name) for name, rows in tables.items()]
    joined = pd.concat(parts, ignore_index=True)
    return joined[["model", *[name for name in joined if name != "model"]]]


def _biases(rows: Sequence[tuple[str, "pd.Series[float]"]], data: str) -> list[str]:
    """Say what reconstructions change, of all models in one sentence, and which have no value."""
    known = [(name, row) for name, row in rows if not np.isnan(row["path_bias_percent"])]
    said = [
        f"No reconstruction by {name} of {data} has two phases, so that none is measured."
        for name, row in rows
        if np.isnan(row["path_bias_percent"])
    ]
    each = "; ".join(
        f"{row['path_bias_percent']:+.1f} %{_interval(row, 'path_bias_percent', '+.1f')} and "
        f"{row['ferrite_bias_points']:+.2f} points{_interval(row, 'ferrite_bias_points', '+.2f')} "
        f"by {name}"
        for name, row in known
    )
    if each:
        said.append(
            f"{each}: change of the mean free path and of the ferrite fraction in reconstructions "
            f"of {data} (95 % intervals by micrograph)."
        )
    return said


def _interval(row: "pd.Series[float]", name: str, form: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if np.isnan(low) else f" ({low:{form}} to {high:{form}})"


def _compared(tables: Mapping[str, pd.DataFrame], seed: int, data: str) -> list[str]:
    """Compare each further model with the first by every measure, the worse model first."""
    first = next(iter(tables))
    parts: dict[str, dict[int, list[str]]] = {}
    for measure in COMPARED:
        found = differences(tables, measure, lambda: _resampling(seed))
        for name, (value, low, high) in found.items():
            if np.isnan(low):
                continue
            outcome = UNDECIDED if low <= 0 <= high else BETTER if value < 0 else WORSE
            text = f"{MEASURES[measure]} {value:+.3g} ({low:+.3g} to {high:+.3g})"
            parts.setdefault(name, {}).setdefault(outcome, []).append(text)
    said = []
    for name, by_outcome in sorted(parts.items(), key=lambda each: min(each[1])):
        counts = ", ".join(
            f"{len(by_outcome.get(kind, ()))} {word}" for kind, word in WORDS.items()
        )
        each = "; ".join(
            f"{WORDS[kind]}: {', '.join(by_outcome[kind])}" for kind in WORDS if kind in by_outcome
        )
        said.append(
            f"{counts}: {name} compared with {first} on {data}, differences in size with 95 % "
            f"intervals by micrograph; {each}."
        )
    return said


def _resampling(seed: int) -> np.random.Generator:
    return generator(seed, "reconstructions")
