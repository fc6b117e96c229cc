"""Tables of a transfer, made for the tests of what the report says of it."""

from itertools import permutations

import numpy as np
import pandas as pd

from pspflow.report.section import Figure
from pspflow.studies.temper.images.paper import DOMAINS
from pspflow.studies.temper.labels.classification import GAINS
from pspflow.studies.temper.transfer.findings import Results, by_measure, findings
from pspflow.studies.temper.transfer.judged.copies import COLUMNS as COPIES
from pspflow.studies.temper.transfer.judged.effects import COLUMNS
from pspflow.studies.temper.transfer.judged.rulers_met import rulers_met
from pspflow.studies.temper.transfer.judged.spread import spread_between_trainings
from pspflow.studies.temper.transfer.options import TransferOptions
from pspflow.studies.temper.transfer.plausibility import (
    FLOOR,
    KID,
    OTHERS,
    PERSISTENCE,
    SOURCE,
)
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED
from pspflow.studies.temper.transfer.section import Pictures, Scale, transfer_section

WAYS = list(permutations(DOMAINS, 2))
FLOWS = ("none/seed0", "none/seed1", "exact/seed0", "exact/seed1")
MEASURES = (PERSISTENCE, KID, "grey histogram")
FIRST, SECOND = (" → ".join(way) for way in WAYS[:2])
CHANCE = {"permuted_labels": 0.34, "permuted_low": 0.25, "permuted_high": 0.38}
SCALE = Scale(papers_domains=True, tested=True, differences=["simulated specimens"])


def plausibility(changes=(), ways=WAYS, flows=FLOWS):
    """Make distances: sources 10, floor 1, others 4, flows 5 and 6, but for what is changed."""
    rows = []
    for measure, unit in ((PERSISTENCE, "1"), (KID, "1"), ("grey histogram", "grey level")):
        for way in ways:
            standard = {SOURCE: 10.0, FLOOR: 1.0, OTHERS: 4.0}
            standard |= {flow: 5.0 + int(flow[-1]) for flow in flows}
            if measure == PERSISTENCE:
                standard |= dict(changes).get(way, {})
            rows += [(k, *way, measure, unit, v, v - 0.5, v + 0.5) for k, v in standard.items()]
    columns = ["flow", "source", "target", "measure", "unit", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def compared(differences, width=0.5, kind="exact", without=6.0, measure=PERSISTENCE, trainings=2):
    """Make effects of one variant; a difference within the width is chance, None: unknown."""
    rows = []
    for way, difference in zip(WAYS, differences, strict=True):
        known = {
            "low": difference - width if width else np.nan,
            "high": difference + width if width else np.nan,
            "p_value": (0.01 if abs(difference) > width else 0.5) if width else np.nan,
        }
        values = {"without": without, "with": without + difference, "difference": difference}
        keys = dict(
            zip(("variant", "compared_with", "source", "target"), (kind, "none", *way), strict=True)
        )
        rows.append({**keys, "measure": measure, **values, **known})
    table = pd.DataFrame(rows)
    made = table.assign(p_adjusted=table["p_value"], trainings=trainings, sd_over_trainings=0.1)
    return made[list(COLUMNS)]


def accuracies(values, low=None, flows=FLOWS, absent=(), gains=0.99):
    """Make label accuracies by direction, as the stage writes them; sources have `gains`."""
    rows = []
    for target in DOMAINS:
        others = [name for name in DOMAINS if name != target]
        if target in absent:
            note = f"{target} has no label"
            rows += [
                {"target": target, "source": a, "flow": "", "features": "", "note": note}
                for a in others
            ]
            continue
        for features in ("chips", "persistence images"):
            row = {"target": target, "label": "uts", "features": features, "note": ""}
            rows.append(row | {"flow": REAL, "source": target, "balanced_accuracy": 0.71})
            for a in others:
                rows.append(row | {"flow": UNTRANSFERRED, "source": a, "balanced_accuracy": 0.99})
                for flow in flows:
                    value = values.get((a, target), 0.3) + 0.02 * int(flow[-1])
                    limit = value - 0.05 if low is None else low
                    limits = {"low": limit, "high": value + 0.1, **CHANCE}
                    gain = value - gains
                    limits |= {"gain": gain, "gain_low": gain - 0.1, "gain_high": gain + 0.1}
                    rows.append(
                        row | {"flow": flow, "source": a, "balanced_accuracy": value} | limits
                    )
    columns = ["target", "label", "features", "flow", "source", "specimens", "chips"]
    return pd.DataFrame(rows).reindex(
        columns=[*columns, "classes", "balanced_accuracy", "low", "high", *CHANCE, *GAINS, "note"]
    )


def results(distances=None, effects=None, labels=None, flows=FLOWS):
    """Collect the tables of a transfer."""
    check = pd.DataFrame({"domain": list(DOMAINS), "bits_per_pixel": [3.25, 4.5, 5.125]})
    return Results(
        {name: check.assign(chips=10 + i) for i, name in enumerate(flows)},
        plausibility() if distances is None else distances,
        compared([-1.0] * 6) if effects is None else effects,
        spread_between_trainings(plausibility(), {}),
        pd.DataFrame(
            [(flow, *way, 40, 0.02) for flow in flows for way in WAYS], columns=list(COPIES)
        ),
        labels,
    )


def section(made=None, scale=SCALE):
    """Write the section of some results."""
    made = results() if made is None else made
    names = ("chips", "samples", "plausibility", "preservation")
    pictures = [Figure(name=name, png=f"PNG of {name}".encode(), caption=name) for name in names]
    if made.labels is None:
        pictures[-1] = None
    return transfer_section(made, Pictures(*pictures), TransferOptions(), scale)


def part(title, **kwargs):
    """Return one part of the section."""
    (found,) = (each for each in section(**kwargs).parts if each.title == title)
    return found


def sentence(*args, about, **kwargs):
    """Return the one finding that contains the words."""
    (found,) = (each for each in findings(results(*args, **kwargs)) if about in each)
    return found


def counted(distances, variant, measure):
    """Return the row of a variant and a measure in the table of rulers that are met."""
    table = rulers_met(by_measure(distances)).set_index(["variant", "measure"])
    return table.loc[variant, measure]


CLOSER = "are closer to real chips of the target than their untransferred sources"
NEAR = "from real chips of the target as real chips of other specimens are"
FLOORED = "as halves of these are from each other"
