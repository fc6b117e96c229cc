"""Designs beside retrieval, target by target, and their difference with its interval."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.texture.design.options import ANGLES_DEG
from pspflow.studies.texture.design.quantities import STRESSES, Floats, r_values

WORSE, UNDECIDED, BETTER = range(3)
"""Outcomes of a comparison, in the order in which they are said."""
CONFIDENCE: Final = 0.95


class Difference(NamedTuple):
    """The error of designs less that of retrieval, in percentage points, over targets."""

    targets: int
    mean: float
    low: float
    high: float
    """Ends of the 95 % interval of the mean by Student's t; infinite for one target."""

    @classmethod
    def of(cls, points: Floats) -> "Difference":
        """Summarise the differences (n,) of the targets."""
        count, mean = len(points), float(np.mean(points))
        if count < 2:
            return cls(count, mean, -np.inf, np.inf)
        spread = float(np.std(points, ddof=1)) / np.sqrt(count)
        half = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * spread
        return cls(count, mean, mean - half, mean + half)

    @property
    def outcome(self) -> int:
        """Whether designs are worse or better, or the interval includes zero."""
        if self.low <= 0 <= self.high:
            return UNDECIDED
        return WORSE if self.mean > 0 else BETTER

    def __str__(self) -> str:
        if self.targets < 2:
            return f"difference {self.mean:+.1f} points for one target"
        return (
            f"difference over {self.targets} targets {self.mean:+.1f} points (95 % interval "
            f"{self.low:+.1f} to {self.high:+.1f})"
        )


def best_of(designs: pd.DataFrame) -> pd.DataFrame:
    """Set the best design of each target beside the best retrieved texture.

    Parameters
    ----------
    designs
        As of `designs.table_of`.

    Returns
    -------
    One row per target: target, design_percent, retrieved_percent, observed_percent (checked
    errors; NaN where nothing is checked), predicted_percent (of that design), hull_distance,
    observed_distance and tries (designs, and retrieved textures, that are checked).
    """
    rows = []
    for target, part in designs.groupby("target", sort=False):
        kinds = {origin: each.iloc[0] for origin, each in part.groupby("origin")}
        rows.append(
            {
                "target": target,
                **{
                    f"{origin}_percent": kinds[origin]["checked_error_percent"]
                    for origin in ("design", "retrieved", "observed")
                },
                "predicted_percent": kinds["design"]["predicted_error_percent"],
                "hull_distance": kinds["design"]["hull_distance"],
                "observed_distance": kinds["design"]["observed_distance"],
                "tries": int((part["origin"] == "design").sum()),
            }
        )
    return pd.DataFrame(rows)


def difference(best: pd.DataFrame) -> Difference | None:
    """Compare designs with retrieval, over targets where both are checked; None without any."""
    points = (best["design_percent"] - best["retrieved_percent"]).to_numpy(np.float64)
    points = points[np.isfinite(points)]
    return Difference.of(points) if points.size else None


def known_parameters(row: pd.Series) -> tuple[Floats, bool]:
    """Return the parameters (54,) of a row of designs, and whether they are checked."""
    checked = row[list(PARAMETER_NAMES)].to_numpy(np.float64)
    if np.isfinite(checked).all():
        return checked, True
    return row[[f"predicted_{name}" for name in PARAMETER_NAMES]].to_numpy(np.float64), False


def sheet_table(targets: pd.DataFrame, designs: pd.DataFrame) -> pd.DataFrame:
    """List r-value and yield stress by angle: wanted, of the best design and of retrieval.

    Returns
    -------
    One row per target and angle: target, angle_deg, and of r_value and stress (relative to the
    rolling direction) NAME_wanted (NaN where it is completed), NAME_design, NAME_retrieved; checked
    says whether the design's are checked or predicted.
    """
    rows = []
    for target, part in designs.groupby("target", sort=False):
        wanted = targets[targets["target"] == target].set_index("quantity")["wanted"].dropna()
        found = {origin: known_parameters(each.iloc[0]) for origin, each in part.groupby("origin")}
        whole = set(PARAMETER_NAMES) <= set(wanted.index)
        asked = r_values(wanted[list(PARAMETER_NAMES)].to_numpy(np.float64)) if whole else None
        for place, angle in enumerate(ANGLES_DEG):
            name = f"r_value_{angle}"
            stress = PARAMETER_NAMES[STRESSES[place]]
            row = {
                "target": target,
                "angle_deg": angle,
                "r_value_wanted": wanted.get(name, np.nan) if asked is None else asked[place],
                "stress_wanted": wanted.get(stress, np.nan),
            }
            for origin in ("design", "retrieved"):
                parameters = found[origin][0]
                row[f"r_value_{origin}"] = float(r_values(parameters)[place])
                row[f"stress_{origin}"] = float(parameters[STRESSES[place]])
            rows.append({**row, "checked": found["design"][1]})
    return pd.DataFrame(rows)
