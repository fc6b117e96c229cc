"""What the tables of the loops say: where each stopped and why, and where its time went."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.models.texture.stopping import mean_change
from pspflow.report.section import Headline
from pspflow.studies.texture.loop import paper
from pspflow.studies.texture.loop.arms import ARMS, LABELS
from pspflow.studies.texture.loop.departures import smaller
from pspflow.studies.texture.loop.options import LoopOptions

STOP_QUANTITY = "Observations at which the active arm stopped"
Tables = Mapping[str, pd.DataFrame]
"""Tables of the loops by their names, ARM/startN."""


def arm_of(name: str) -> str:
    """Return the arm of a loop, ARM/startN."""
    return name.partition("/")[0]


def criterion(history: pd.DataFrame, window: int) -> NDArray[np.float64]:
    """Return the left side of equation 10 after every iteration, (n,); infinity at first."""
    values = history["validation_per_point"].to_numpy()
    return np.array([mean_change(values[: end + 1], window) for end in range(len(values))])


def loops_table(histories: Tables, observed: Tables, options: LoopOptions) -> pd.DataFrame:
    """Tabulate how each loop ended.

    Returns
    -------
    Columns arm, start, observations, failures (textures without parameters), iterations,
    log_likelihood per validation texture, change (left side of equation 10, NaN before it has a
    value), mean_error_% of round trips by the arm's own forward model, and stopped.
    """
    rows = []
    for name, history in histories.items():
        last, change = history.iloc[-1], float(criterion(history, options.window)[-1])
        rows.append(
            {
                "arm": arm_of(name),
                "start": int(name.rpartition("start")[2]),
                "observations": int(last["observations"]),
                "failures": int((observed[name]["failure"] != "").sum()),
                "iterations": len(history),
                "log_likelihood": float(last["validation_per_point"]),
                "change": change if np.isfinite(change) else np.nan,
                "mean_error_%": float(last["own_error_mean"]),
                "stopped": last["stopped"],
            }
        )
    return pd.DataFrame(rows)


def seconds_table(seconds: Tables) -> pd.DataFrame:
    """Tabulate the mean seconds of an iteration by part, over the starts of each arm."""
    rows = []
    for arm in dict.fromkeys(map(arm_of, seconds)):
        joined = pd.concat([each for name, each in seconds.items() if arm_of(name) == arm])
        parts = joined.filter(like="seconds_").mean()
        rows.append(
            {
                "arm": arm,
                "iterations": len(joined),
                **{str(name).removeprefix("seconds_"): float(v) for name, v in parts.items()},
                "all": float(parts.sum()),
            }
        )
    return pd.DataFrame(rows)


def findings(
    loops: pd.DataFrame, histories: Tables, seconds: Tables, options: LoopOptions
) -> tuple[str, ...]:
    """Write the findings, what went wrong first.

    Parameters
    ----------
    loops
        See `loops_table`.
    histories, seconds
        Tables of the iterations, and of how long they took.
    options
        Options of the chapter.
    """
    ends = [_end(str(arm), part, options) for arm, part in loops.groupby("arm", sort=False)]
    stops = f"{'; '.join(ends)}: observations at which loops ended."
    return tuple(
        each
        for each in (*_left_out(histories, options), *_failed(loops), stops, _time(seconds))
        if each
    )


def stop_headline(loops: pd.DataFrame, options: LoopOptions) -> Headline:
    """Compare where the active arm stopped with the paper."""
    ends = loops[loops["arm"] == "active"]
    settled = ends["change"] < options.tolerance
    reached = ends.loc[settled, "observations"]
    here = _range(ends["observations"]) + (f" ({len(ends)} starts)" if len(ends) > 1 else "")
    row = {"quantity": STOP_QUANTITY, "paper": f"{paper.STOP:,}", "here": here}
    if not settled.all():
        why = f"{_of(int((~settled).sum()), len(ends))} ended before the likelihood settled"
        return Headline(**row, verdict="not reached", why=why)
    if differs := smaller(options):
        return Headline(**row, verdict="not comparable", why=", ".join(differs))
    verdict = "reached" if reached.mean() <= paper.STOP else "not reached"
    return Headline(**row, verdict=verdict)


def _end(arm: str, ends: pd.DataFrame, options: LoopOptions) -> str:
    """Say where the loops of an arm ended, and why."""
    label = LABELS[arm]
    if len(ends) == 1:
        only = ends.iloc[0]
        stopped = str(only["stopped"]).removesuffix(".")
        return f"{only['observations']:,} by {label} ({stopped[:1].lower()}{stopped[1:]})"
    said = f"{_range(ends['observations'])} by {label} in {len(ends)} loops"
    if arm not in ARMS or not ARMS[arm].settles:
        return f"{said} (their limit)"
    settled = int((ends["change"] < options.tolerance).sum())
    return (
        f"{said} (in {_of(settled, len(ends))} the log-likelihood had settled within "
        f"{options.tolerance:g} per validation texture)"
    )


def _left_out(histories: Tables, options: LoopOptions) -> list[str]:
    """Say how many drawn textures have no parameters."""
    drawn = options.trip_samples * options.trip_textures
    sentences = []
    for arm in dict.fromkeys(map(arm_of, histories)):
        part = [each for name, each in histories.items() if arm_of(name) == arm]
        lost = sum(int(each["samples_left_out"].sum()) for each in part)
        if not lost:
            continue
        last = sum(int(each["samples_left_out"].iloc[-1]) for each in part)
        sentences.append(
            f"{lost:,} textures that flows of arm {LABELS[arm]} drew for round trips, of at most "
            f"{drawn:,} in an iteration, have no positive yield stress by the forward model and "
            f"are left out of the errors; {last:,} of them in last iterations."
        )
    return sentences


def _failed(loops: pd.DataFrame) -> list[str]:
    failed = int(loops.loc[loops["arm"] != "full", "failures"].sum())
    if not failed:
        return []
    return [
        f"{failed:,} of the textures that loops chose had no parameters by the ground truth, and "
        "others were taken; observed.parquet of each loop says why."
    ]


def _time(seconds: Tables) -> str:
    """Say where the time of an iteration of the active arm goes."""
    table = seconds_table(seconds).set_index("arm")
    if "active" not in table.index:
        return ""
    row = table.loc["active"]
    # in the order of the table: that of the seconds would be another in each run
    parts = row.drop(["iterations", "all"]).astype(float)
    named = {"gp": "Gaussian process", "checks": "likelihoods and round trips"}
    said = ", ".join(f"{named.get(str(n), str(n))} {v:.2g}" for n, v in parts.items())
    return (
        f"{float(row['all']):.3g} s for an iteration of the active arm: {said}. The paper names "
        f"{paper.GP_MINUTES} minutes for its Gaussian process and {paper.FLOW_MINUTES} for its "
        "flow, at its sizes, on 16 cores and four GPUs."
    )


def _range(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low:,}" if low == high else f"{values.mean():,.0f} on average ({low:,} to {high:,})"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} {'loop' if whole == 1 else 'loops'}"
