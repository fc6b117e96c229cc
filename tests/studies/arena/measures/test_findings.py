"""Findings say what constructed ratios say: what is farthest first, intervals, copies."""

import numpy as np
import pandas as pd
import pytest

from pspflow.report.section import Figure
from pspflow.studies.arena.measures.descriptors import COPIES, COVERAGE, DENSITY, DISTANCES
from pspflow.studies.arena.measures.findings import findings, summary
from pspflow.studies.arena.measures.protocol import POOLED
from pspflow.studies.arena.measures.section import measures_section
from pspflow.studies.arena.names import TRAINING


def table(values, width=0.1, domain=POOLED):
    """Make ratios by entrant and measure; training chips have 1 in all."""
    rows = []
    for entrant, known in {TRAINING: {}, **values}.items():
        for measure in (*DISTANCES, DENSITY, COVERAGE, COPIES):
            if entrant == TRAINING and measure == COPIES:
                continue
            ratio = known.get(measure, 1.0)
            row = {"entrant": entrant, "domain": domain, "measure": measure, "unit": "1"}
            row |= {"images": 9, "real_images": 9, "value": ratio, "floor": 1.0, "ratio": ratio}
            rows.append(row | {"ratio_low": ratio - width, "ratio_high": ratio + width})
    return pd.DataFrame(rows)


def said(rows):
    """Join the findings."""
    return "\n".join(findings(rows))


def test_the_farthest_comes_first():
    """Its number, interval, measure and model."""
    rows = table({"dcgan": {"lineal path": 7.0}, "flow": {"two-point correlation": 3.0}})
    first = findings(rows)[0]
    assert first.startswith(
        "7 (6.9 to 7.1) times the distance of real halves: lineal path of DCGAN"
    )


def test_models_are_counted_as_farther_only_where_intervals_are_apart():
    """On 2 of 5, on 0 of 5 where the intervals reach each other."""
    far = {"two-point correlation": 2.0, "lineal path": 2.0, "volume fraction": 1.15}
    assert "2: DCGAN; 0: flow from noise: on so many of 5" in said(
        table({"dcgan": far, "flow": {}})
    )
    assert "0: DCGAN: on so many" in said(table({"dcgan": far}, width=0.6))


def test_without_intervals_nobody_is_called_farther():
    """The sentence says why."""
    rows = table({"dcgan": {"lineal path": 7.0}}, width=np.nan)
    text = said(rows)
    assert "No intervals are given" in text
    assert "on so many of" not in text
    assert "with certainty" not in text


def test_the_nearest_is_the_one_of_the_smallest_mean():
    """The mean is geometric, over distances alone; one training is said to be one."""
    values = {"dcgan": dict.fromkeys(DISTANCES, 2.0), "vq": {DISTANCES[0]: 32.0, COVERAGE: 0.0}}
    rows = table(values)
    assert summary(rows)["mean"].to_dict() == pytest.approx(
        {TRAINING: 1.0, "vq": 2.0, "dcgan": 2.0}
    )
    assert summary(rows).loc["vq", "of"] == DISTANCES[0]
    nearer = said(table(values | {"flow": dict.fromkeys(DISTANCES, 1.5)}))
    assert "1.5 times the distance of real halves on average over the distances: flow" in nearer
    assert "one training of each model" in nearer


def test_little_coverage_is_said():
    """The least and the most."""
    values = {"dcgan": {COVERAGE: 0.0}, "flow": {COVERAGE: 0.0}, "vq": {COVERAGE: 0.7}}
    assert (
        "0 (0 to 0) times: DCGAN, flow from noise, the least coverage of real halves; "
        "0.7 (0.7 to 0.7) times: VQ-VAE + PixelCNN, the most."
    ) in said(table(values, width=0))


def test_copies_are_said_where_they_are_certain():
    """Above 1 with the whole interval, or none."""
    assert "look for copies" in said(table({"dcgan": {COPIES: 9.0}}))
    assert "0 models have more images near a training chip" in said(
        table({"dcgan": {COPIES: 1.05}})
    )


def test_an_arena_without_models_says_nothing():
    """There is the ruler alone."""
    assert findings(table({})) == []


def test_tables_hold_every_model_and_domain():
    """Nearest first; by domain the geometric mean."""
    values = {"dcgan": dict.fromkeys(DISTANCES, 4.0), "mine": dict.fromkeys(DISTANCES, 2.0)}
    rows = pd.concat([table(values), *(table(values, domain=name) for name in ("a", "b"))])
    blank = Figure(name="x", png=b"", caption="")
    made = measures_section(rows, {"samples": blank, "ratios": blank})
    wide, _, by_domain, _ = (each for part in made.parts for each in part.tables)
    assert [row[0] for row in wide.cells] == ["real training chips", "mine", "DCGAN"]
    assert by_domain.header == ("model", "mean", "a", "b")
    assert by_domain.cells[-1] == ("DCGAN", "4", "4", "4")
