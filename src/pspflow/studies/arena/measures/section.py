"""What the report says about made images beside real ones."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import with_interval
from pspflow.studies.arena.measures.descriptors import DISTANCES, MEASURES
from pspflow.studies.arena.measures.findings import findings, summary
from pspflow.studies.arena.measures.protocol import POOLED
from pspflow.studies.arena.names import label_of

TEXT = (
    "Every set is compared with the same real test chips: those of one half of every test "
    "micrograph. Each value is divided by the floor, the value of the chips of the other halves: 1 "
    "is as near as real chips of the same micrographs are. Beside the models stand as many real "
    "training chips, of other micrographs. Distances are of mean features: volume fraction (of "
    "the lighter phase, after Otsu), two-point correlation, lineal path, Minkowski functionals "
    "(area, boundary, Euler characteristic) and persistence images. Means can be alike where "
    "single images are not: density and coverage (5 neighbours, texture features) say whether "
    "images lie where real ones do, and wherever. Near copies are images that are nearer to a "
    "training chip than 97.5 % of the floor's chips, by grey levels of 8 x 8 blocks; a transfer "
    "keeps much of the real chip that it starts from, which this does not measure. Brackets hold "
    "95 % intervals over test micrographs and images, not over trainings: each model was trained "
    "once."
)
CONDITIONS = (
    "The same within every domain: a model that does not know the domain is compared with each by "
    "images that are made alike. Means over the domains are geometric."
)


def measures_section(ratios: pd.DataFrame, figures: Mapping[str, Figure]) -> Section:
    """Write the section.

    Parameters
    ----------
    ratios
        See `protocol.compared`.
    figures
        `samples` and `ratios`.
    """
    pooled = ratios[ratios["domain"] == POOLED]
    parts = (
        Part(
            title="All domains together",
            text=TEXT,
            figures=(figures["samples"], figures["ratios"]),
            tables=(
                Table.of(_wide(pooled), "Ratio to real halves, all domains together."),
                Table.of(_values(pooled), "Values and floors behind the ratios.", detail=True),
            ),
        ),
        Part(
            title="By domain",
            text=CONDITIONS,
            tables=(
                Table.of(_by_domain(ratios), "Mean ratio of the distances, by domain."),
                Table.of(
                    _values(ratios[ratios["domain"] != POOLED]),
                    "Values, floors and ratios by domain.",
                    detail=True,
                ),
            ),
        ),
    )
    return Section(title="Made and real chips", findings=tuple(findings(ratios)), parts=parts)


def _wide(pooled: pd.DataFrame) -> pd.DataFrame:
    """Spread the ratios: a row for each entrant, nearest first, a column for each measure."""
    order = summary(pooled)
    rows = []
    for name, sums in order.iterrows():
        mine = pooled[pooled["entrant"] == name].set_index("measure")
        cells = {
            measure: with_interval(*mine.loc[measure, ["ratio", "ratio_low", "ratio_high"]])
            for measure in MEASURES
            if measure in mine.index
        }
        row = {"model": label_of(str(name)), "mean of distances": f"{sums['mean']:.3g}"}
        rows.append(row | cells)
    return pd.DataFrame(rows)


def _values(rows: pd.DataFrame) -> pd.DataFrame:
    """List values, floors and ratios."""
    shown = rows.assign(entrant=rows["entrant"].map(label_of)).rename(columns={"entrant": "model"})
    return shown.drop(columns="domain") if (shown["domain"] == POOLED).all() else shown


def _by_domain(ratios: pd.DataFrame) -> pd.DataFrame:
    """Average the ratios of the distances in every domain."""
    far = ratios[ratios["measure"].isin(DISTANCES) & (ratios["domain"] != POOLED)]
    logs = far.assign(log=np.log(far["ratio"]))
    wide = logs.pivot_table(index="entrant", columns="domain", values="log", sort=False)
    wide.insert(0, "mean", wide.mean(axis=1))
    table = np.exp(wide).sort_values("mean", kind="stable").reset_index(names="model")
    return table.assign(model=table["model"].map(label_of))
