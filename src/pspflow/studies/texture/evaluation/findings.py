"""What was found on efficiency, errors and calibration, in sentences computed from the tables."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference, verdict
from pspflow.studies.texture.evaluation import paper
from pspflow.studies.texture.evaluation.arms import ACTIVE, RANDOM, VARIANTS
from pspflow.studies.texture.evaluation.comparisons import CALLED, LOGARITHMIC, along, at_stop
from pspflow.studies.texture.evaluation.curves import JUDGE_CALLED, of_arm
from pspflow.studies.texture.evaluation.efficiency import AT_STOP, FEW_STARTS, MEAN, MEASURES
from pspflow.studies.texture.evaluation.ranks import calibration_table
from pspflow.studies.texture.evaluation.results import Results, counted, test_errors, trainings
from pspflow.studies.texture.evaluation.verification import OWN_COEFFICIENTS, verified_errors
from pspflow.studies.texture.loop.round_trips import error_summary

NO_INTERVAL: Final = "one start has no interval"
WARM: Final = "active_warm"
"""Its flow is trained longer than that of arm random: what it saves is not due to its choice."""
NEAR_FLOOR: Final = 1.1
"""Errors below so many times that of arm full are those of a flow that has what it needs."""


def findings(results: Results) -> tuple[str, ...]:
    """Say what was found, what is worse first."""
    judged = [
        *_savings(results),
        *_comparisons(results),
        *_calibration(results),
        *_verified(results),
    ]
    ordered = [sentence for _, sentence in sorted(judged, key=lambda each: each[0])]
    return (*ordered, *_errors(results), *_draws(results))


def needs(value: float, most: float) -> str:
    """Write a number of observations, with > where it is beyond what was observed."""
    return f"{value:,.0f}" if np.isfinite(value) else f">{most:,.0f}"


def times(value: float, row: pd.Series) -> str:
    """Write a factor, with > where random observations never got there."""
    return (
        f"{value:.1f}" if np.isfinite(value) else f">{row['most_random'] / row['observations']:.1f}"
    )


def between(row: pd.Series, name: str) -> str:
    """Write the interval of a value of `efficiency`, or an empty text where there is none."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if np.isnan(low):
        return ""
    if name == "factor":
        ends = [times(each, row) for each in (low, high)]
    else:
        ends = [needs(each, row["most_random"]) for each in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _savings(results: Results) -> Iterator[tuple[int, str]]:
    table = results.efficiency
    shown = (table["at"] == AT_STOP) & (table["judge"] == results.judge)
    for _, row in table[shown & (table["arm"] != WARM)].iterrows():
        starts = counted(int(row["starts"]), "start")
        observed, factor = between(row, "random_observations"), between(row, "factor")
        if factor:
            rough = ", few for an interval" if row["starts"] < FEW_STARTS else ""
            interval = f" (95 % interval over {starts}{rough}: {observed})"
            outcome = (
                BETTER if row["factor_low"] > 1 else WORSE if row["factor_high"] < 1 else UNDECIDED
            )
            words = {
                BETTER: "it needs fewer",
                WORSE: "it needs more",
                UNDECIDED: "which needs fewer cannot be told, since the interval includes 1",
            }[outcome]
            factor = f" ({factor})"
        else:
            interval, outcome = "", UNDECIDED
            words = f"which needs fewer cannot be told, since {NO_INTERVAL}"
        needed = needs(row["random_observations"], row["most_random"])
        yield (
            outcome,
            f"{times(row['factor'], row)} times as many{factor}, the paper "
            f"{paper.FACTORS[0]:.0f} to {paper.FACTORS[1]:.0f}: arm random needs {needed} "
            f"observations{interval} for the {MEASURES[row['measure']]} of "
            f"{row['error_percent']:.2f} % at which arm {row['arm']} stopped after "
            f"{row['observations']:,.0f}, {JUDGE_CALLED[results.judge]}, with a pool of "
            f"{results.candidates:,} candidates (the paper: {paper.POOL:,}); {words}"
            f"{_floor(results, row)}.",
        )


def _floor(results: Results, row: pd.Series) -> str:
    """Say where the flow, and not the observations, sets the mean error at a stop."""
    floor, error = results.floors.get(results.judge), float(row["error_percent"])
    if floor is None or row["measure"] != MEAN:
        return ""
    near = error < NEAR_FLOOR * floor
    return f"; arm full has {floor:.2f} %" + (
        ", so that at the stop the flow sets the error, more than the observations" if near else ""
    )


def _comparisons(results: Results) -> Iterator[tuple[int, str]]:
    curves = results.curves
    at = _compared(at_stop(curves, ACTIVE, RANDOM))
    if at:
        stops = [rows["observations"].iloc[-1] for rows in of_arm(curves, ACTIVE).values()]
        yield (
            at[0],
            f"{at[1]}: active compared with random after as many observations "
            f"({np.mean(stops):,.0f}), {counted(results.starts, 'start')}, pool of "
            f"{results.candidates:,}.",
        )
    for arm in VARIANTS:
        found = _compared(along(curves, arm, ACTIVE))
        if found:
            seconds = [
                np.mean([rows["seconds"].iloc[-1] for rows in of_arm(curves, each).values()])
                for each in (arm, ACTIVE)
            ]
            yield (
                found[0],
                f"{found[1]}: arm {arm} compared with active along the whole curve, "
                f"{counted(results.starts, 'start')}, pool of {results.candidates:,}; its loop "
                f"took {seconds[0]:,.0f} s, that of active {seconds[1]:,.0f} s.",
            )


def _compared(differences: Mapping[str, Difference]) -> tuple[int, str] | None:
    """Say differences on every measure and what they decide; errors as ratios in percent."""
    if not differences:
        return None
    said, outcomes = [], {}
    for name, each in differences.items():
        error = name in LOGARITHMIC
        values = [each.mean, each.low, each.high]
        if error:
            values = [100 * np.expm1(value) for value in values]
        mean, low, high = (f"{value:+.0f} %" if error else f"{value:+.3f}" for value in values)
        interval = f" ({low} to {high})" if each.runs > 1 else ""
        said.append(f"{mean}{interval} in the {CALLED[name]}")
        outcomes[CALLED[name]] = each.outcome(-1 if error else 1)
    alone = all(each.runs < 2 for each in differences.values())
    why = NO_INTERVAL if alone else "the 95 % interval over starts includes 0"
    return min(outcomes.values()), f"{'; '.join(said)} ({verdict(outcomes, why)})"


def _calibration(results: Results) -> Iterator[tuple[int, str]]:
    table = calibration_table(results.ranks, results.samples)
    levels = [name for name in table if str(name).startswith("inside_")]
    parts, wrong = [], False
    for arm in (ACTIVE, RANDOM):
        rows = table[table["arm"] == arm]
        if rows.empty:
            continue
        inside = ", ".join(f"{rows[name].mean():.0f} %" for name in levels)
        many = rows["not_uniform"]
        wrong |= bool((many.fillna(0) > 0).any())
        if many.isna().any():
            uniform = "too few test textures to test whether ranks are uniform"
        else:
            low, high = int(many.min()), int(many.max())
            count = str(low) if low == high else f"{low} to {high}"
            uniform = f"ranks not uniform for {count} of 36 coefficients"
        parts.append(f"{inside} for arm {arm} ({uniform})")
    if parts:
        nominal = ", ".join(f"{str(name).split('_')[1]} %" for name in levels)
        yield (
            WORSE if wrong else UNDECIDED,
            f"{'; '.join(parts)}: true coefficients in central intervals of {nominal} of the "
            f"posterior, {results.test_textures:,} test textures (ranks by chi-square, 5 % for all "
            "together by Holm's method).",
        )


def _verified(results: Results) -> Iterator[tuple[int, str]]:
    if results.verified is None:
        return
    rows = verified_errors(results.verified).set_index("arm")
    floor = rows.loc[OWN_COEFFICIENTS, "error_percent"]
    said = ", ".join(
        f"{row['error_percent']:.1f} % by arm {arm} (its forward model says "
        f"{row['predicted_percent']:.1f} % of the same drawn textures, {row['outside']:.0f} of "
        f"{row['drawn']:.0f} of which lie outside the hull and are moved)"
        for arm, row in rows.drop(index=OWN_COEFFICIENTS).iterrows()
    )
    failed = int(rows["failures"].sum())
    yield (
        UNDECIDED,
        f"{said}: mean error of round trips of "
        f"{counted(int(rows['textures'].max()), 'test texture')}, checked by the ground truth; the "
        f"test textures' own coefficients reach {floor:.1f} %, since labels depend on more than "
        f"l = 12{f'; {failed} drawn textures failed' if failed else ''}.",
    )


def _errors(results: Results) -> Iterator[str]:
    """Say the errors of round trips, of all arms in one sentence."""
    parts = []
    for arm in (ACTIVE, RANDOM):
        found = [
            error_summary(test_errors(results.trips[name], results.judge))
            for name in trainings(results, arm)
        ]
        if not found:
            continue
        mean, worst = np.mean(found, axis=0)
        first = results.trips[trainings(results, arm)[0]]
        baseline = first.loc[first["set"] == "test", "error_mean"].mean()
        count = [rows["observations"].iloc[-1] for rows in of_arm(results.curves, arm).values()]
        parts.append(
            f"{mean:.2f} % by arm {arm} after {np.mean(count):,.0f} observations (95 % of them "
            f"below {worst:.2f} %; predicting the mean of what was observed has {baseline:.2f} %)"
        )
    if parts:
        yield (
            f"{'; '.join(parts)}: mean error of round trips of all {results.test_textures:,} test "
            f"textures, pool of {results.candidates:,} candidates, {JUDGE_CALLED[results.judge]}."
        )


def _draws(results: Results) -> Iterator[str]:
    """Say where drawn textures lie, of all arms in one sentence."""
    parts = []
    for arm in (ACTIVE, RANDOM):
        tables = [results.trips[name] for name in trainings(results, arm)]
        if not tables:
            continue
        rows = pd.concat(tables)
        outside = rows["hull_distance"].dropna()
        lost = rows["unphysical_own"].sum() / (len(rows) * results.samples)
        far = outside[outside > 0].median() if (outside > 0).any() else 0.0
        parts.append(
            f"{100 * (outside > 0).mean():.0f} % of {len(outside):,} by arm {arm} (by {far:.2f} "
            f"times random in the median; {100 * lost:.2g} % without a positive stress by the "
            "forward model are left out of the mean)"
        )
    if parts:
        yield f"{'; '.join(parts)}: drawn textures outside the hull of single crystals."
