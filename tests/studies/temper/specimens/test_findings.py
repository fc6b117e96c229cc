"""Sentences on constructed tables: worse, undecided and better, and what stands first."""

import numpy as np
import pandas as pd
import pytest

from pspflow.report.section import Figure
from pspflow.studies.temper.specimens.agreement import LIMITS, MEASURES
from pspflow.studies.temper.specimens.figures import specimens_figure
from pspflow.studies.temper.specimens.findings import findings, summary
from pspflow.studies.temper.specimens.options import SpecimenOptions
from pspflow.studies.temper.specimens.rulers import KNOWN, MATCHED, REAL, SOURCE
from pspflow.studies.temper.specimens.section import specimens_section

WAY = {"source": "raw", "target": "t5"}
DENSITY, RADIUS = "number_density_per_um2", "mean_radius_um"


def row(flow, rho=0.5, gain=(np.nan,) * 3, quantity=DENSITY, **way):
    """Make a row; a gain has its limits."""
    values = dict.fromkeys((*MEASURES, *LIMITS), np.nan)
    values |= {"rho": rho, "rho_low": rho - 0.1, "rho_high": rho + 0.1, "slope": 0.4}
    values |= dict(zip(("gain", "gain_low", "gain_high"), gain, strict=True))
    return {**WAY, **way, "quantity": quantity, "flow": flow, "specimens": 20, **values}


def table(*rows):
    """Make a table with rulers for number density."""
    rulers = [row(SOURCE, 0.6), row(MATCHED, 0.55), row(KNOWN, 0.8)]
    return pd.DataFrame([*rulers, row(REAL, 0.9, source="t5"), *rows])


def gained(kind="exact", gain=0.3, p=0.01, quantity=DENSITY, rho=0.5, trainings=5):
    """Make a row of gains."""
    values = {"rho": rho, "gain": gain, "low": gain - 0.2, "high": gain + 0.2}
    probabilities = {"p_value": p / 2, "p_adjusted": p}
    key = {"kind": kind, **WAY, "quantity": quantity, "trainings": trainings}
    return {**key, **values, **probabilities}


def sentences(*gains, agreement=None):
    """Say what gains show."""
    return findings(table() if agreement is None else agreement, pd.DataFrame(gains))


@pytest.mark.parametrize(
    ("gain", "p", "said", "listed"),
    [
        (-0.3, 0.01, "1 lower, 0 not told apart, 0 higher", "Lower: raw → t5."),
        (-0.3, 0.06, "0 lower, 1 not told apart, 0 higher", None),
        (0.3, 0.01, "0 lower, 0 not told apart, 1 higher", "Higher: raw → t5."),
        (0.9, np.nan, "0 lower, 1 not told apart, 0 higher", None),
    ],
)
def test_a_direction_is_judged_by_its_adjusted_probability(gain, p, said, listed):
    """Worse or better below 5 %, by the sign; without a probability nothing is told apart."""
    (sentence,) = sentences(gained(gain=gain, p=p))
    assert sentence.startswith(f"{said} of 1 than that of the untransferred source: rank corr")
    assert "of the number density read" in sentence
    assert ("raw → t5" in sentence) == (listed is not None)
    assert listed is None or f" {listed} " in sentence
    assert ("fewer than 12 specimens" in sentence) == np.isnan(p)
    assert sentence.endswith(
        "Correlations are 0.50; those of the untransferred sources 0.60, the source's true values "
        "0.80, real chips 0.90."
    )
    assert "single training" not in sentence
    (alone,) = sentences(gained(gain=gain, p=p, trainings=1))
    assert "Of a single training, others may differ: exact." in alone


def test_what_is_worse_stands_first():
    """Of quantities, and in a sentence of variants, in whatever order they are in the table."""
    made = sentences(
        gained("none", 0.2, p=0.5, quantity=RADIUS),
        gained("none", 0.2),
        gained("exact", -0.2),
    )
    assert ["number density" in each for each in made] == [True, False]
    assert made[0].startswith("1 lower, 0 not told apart, 1 higher of 2 than ")
    assert "Lower: raw → t5 (exact). Higher: raw → t5 (none)." in made[0]


def test_what_was_not_measured_is_a_dash():
    """With fewer than 3 held-out specimens, as in the smallest runs."""
    alone = pd.DataFrame([row("none/seed0", np.nan)])
    (sentence,) = sentences(gained("none", np.nan, np.nan, rho=np.nan), agreement=alone)
    assert sentence.endswith(
        "are –; those of the untransferred sources –, the source's true values –, real chips –."
    )


def test_trainings_are_averaged_and_rulers_stay():
    """By regularisation, direction and quantity."""
    found = summary(table(row("exact/seed0", 0.2), row("exact/seed1", 0.4)))
    assert found.set_index("flow")["rho"].to_dict() == pytest.approx(
        {SOURCE: 0.6, MATCHED: 0.55, KNOWN: 0.8, REAL: 0.9, "exact": 0.3}
    )


def test_the_section_has_its_figure_and_table():
    """The text says how many chips reading learned from."""
    made = table(row("exact/seed0", gain=(-0.2, -0.3, -0.1)))
    figure = specimens_figure(made)
    (axes,) = figure.axes
    assert axes.get_ylabel() == "rank correlation (1)"
    picture = Figure(name="correlations", png=b"", caption="Correlations.")
    gains = pd.DataFrame([gained(gain=-0.2)])
    section = specimens_section(made, gains, picture, SpecimenOptions(chips_per_specimen=17))
    (part,) = section.parts
    assert "up to 17 of a specimen" in part.text
    assert "Lower: raw → t5." in section.findings[0]
