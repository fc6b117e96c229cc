"""Sentences that are computed from the measures of real chips, and the paper's values beside."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.studies.steel.images import paper
from pspflow.studies.steel.images.paper import Moments
from pspflow.studies.steel.morphology.moments import FRACTION, PATH

PAPERS: Final[Mapping[str, Mapping[str, Moments]]] = {
    FRACTION: paper.FERRITE_PERCENT,
    PATH: paper.MEAN_FREE_PATH_UM,
}
TABLES: Final = {FRACTION: "Table I", PATH: "Table II"}


def papers_values(
    domains: Sequence[str], chip_px: int, pixel_size_um: float | None
) -> Mapping[str, Mapping[str, Moments]] | None:
    """Return the paper's values, if the run has its domains, its chips and its pixels."""
    same = pixel_size_um is not None and np.isclose(pixel_size_um, paper.PIXEL_SIZE_UM, rtol=0.01)
    comparable = paper.papers_domains(domains) and chip_px == paper.CHIP_PX and same
    return PAPERS if comparable else None


def findings(
    moments: pd.DataFrame,
    papers: Mapping[str, Mapping[str, Moments]] | None,
    *,
    simulated: bool,
) -> tuple[str, ...]:
    """Say how many chips have no value or a doubtful one, and how far the paper's values are."""
    said = []
    chips = moments[moments["quantity"] == FRACTION]
    total = int((chips["chips"] + chips["one_phase"]).sum())
    if lost := int(chips["one_phase"].sum()):
        said.append(f"{lost} of {total:,} chips have one phase; tables leave them out.")
    if doubtful := int(chips["one_peak"].sum()):
        said.append(
            f"{doubtful} of {total:,} chips have grey levels of one peak, so that Otsu's threshold "
            "may divide one phase; they are counted, and their values are doubtful."
        )
    if papers is not None:
        whose = "simulated" if simulated else "these"
        made = "; the simulator was made to follow them" if simulated else ""
        said += [
            _difference(str(quantity), rows, papers[str(quantity)], whose) + made + "."
            for quantity, rows in moments.groupby("quantity", sort=False)
        ]
    return tuple(said)


def _difference(
    quantity: str, rows: pd.DataFrame, papers: Mapping[str, Moments], whose: str
) -> str:
    """Say the largest differences of mean and variance, each with its interval."""
    said = []
    for moment in ("mean", "variance"):
        points = quantity == FRACTION and moment == "mean"
        base = np.array([[getattr(papers[each], moment)] for each in rows["domain"]])
        ends = rows[[moment, f"{moment}_low", f"{moment}_high"]].to_numpy(np.float64) - base
        ends *= 1 if points else 100 / base
        if np.isnan(ends[:, 0]).all():
            continue
        worst = int(np.nanargmax(np.abs(ends[:, 0])))
        value, low, high = ends[worst]
        within = "" if np.isnan(low) else f", {low:+.1f} to {high:+.1f}"
        unit, where = "points" if points else "%", rows["domain"].iloc[worst]
        said.append(f"{value:+.1f} {unit} ({where}{within}) in the {moment}")
    return (
        f"{' and '.join(said)}: largest differences of the {quantity} of {whose} chips from that "
        f"of the paper's training chips ({TABLES[quantity]})"
    )
