"""What the report says about the inverse: text and tables."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.report.section import Figure, Part, Section, Table
from pspflow.report.tables import with_interval
from pspflow.studies.steel.inverse.findings import findings
from pspflow.studies.steel.inverse.options import InverseOptions
from pspflow.studies.steel.inverse.wishes import NEAREST, PROCESS, PROPERTIES

CAPTIONS: Final = {
    "wishes": "Wanted and reached ferrite fraction and mean free path: mean and standard "
    "deviation of the chips of each wish, and the nearest training chip; on the line a wish is "
    "met.",
    "posteriors": "Posteriors of micrographs whose condition is known (dashed), from the lowest "
    "to the highest: by generated chips, with the path corrected, and by real micrographs alone.",
    "coverage": "Inferred and true condition of micrographs, and how many truths lie in central "
    "intervals of each level; grey: where 95 % of right posteriors would be.",
}
WISHES: Final = (
    "The paper proposes to give properties to PixelCNN as conditions, and tests none. Here ferrite "
    "fraction and mean free path of test chips are wanted, spread over the domains and their "
    "quantiles, and chips are generated, decoded and measured. Beside them: chips of PixelCNN at "
    "the condition of the grid whose mean is nearest to the wish; training chips at random; and "
    "the nearest training chip, which is what a search reaches without a network. Every wish "
    "counts alike; intervals are of chips resampled within the wishes."
)
BAYES: Final = (
    "The posterior of a condition is computed by Bayes' rule. Prior: uniform between the lowest "
    "and the highest trained value, in the logarithm where the condition is one. Likelihood: the "
    "mean ferrite fraction and path over an area have a Student's t distribution in logit and "
    "logarithm; their means and variances are polynomials in the condition (at most of degree 3 "
    "and 2) fitted to chips generated on a grid of conditions, and the uncertainty of the fitted "
    "mean counts. How the variance falls with the area is learned from chips of training "
    "micrographs that do not overlap: a share of it lies between micrographs of one condition and "
    "stays within a micrograph, the rest falls with the number of chips. An area smaller than a "
    "chip counts as a fraction of one, a larger one than a micrograph as several micrographs. How "
    "both measures scatter together is learned from the same chips. Scatter between specimens is "
    "not in it where a condition has one specimen."
)
CORRECTION: Final = (
    "Corrected: the ratio of the real path to the generated one is a linear function of the "
    "condition, in logarithms, fitted to validation micrographs; where these scatter more than the "
    "likelihood says, its variances grow by the ratio. Real: the same likelihood fitted "
    "to training micrographs at their own conditions and interpolated; it needs no generative "
    "model."
)


def inverse_section(
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Figure],
    options: InverseOptions,
    *,
    simulated: bool,
) -> Section:
    """Report wishes and inferred conditions.

    Parameters
    ----------
    tables
        `errors`, `wishes`, `calibration`, `tested` as `findings` takes them, and `prior` of
        `tested.without_a_measure`.
    figures
        Figures by name, those of `CAPTIONS`.
    options
        Options of the chapter.
    simulated
        Whether micrographs are simulated.
    """
    return Section(
        title="Inverse: morphology to structure, and to the condition",
        findings=findings(
            tables["errors"],
            tables["wishes"],
            tables["calibration"],
            tables["tested"],
            simulated=simulated,
        ),
        parts=(
            Part(
                title="Chips for wanted morphology",
                text=WISHES,
                figures=(figures["wishes"],),
                tables=(
                    Table.of(
                        _short(tables["errors"]),
                        "Errors of the chips: bias and root mean square, of the ferrite fraction "
                        f"in points and of the path in percent of the wish; {options.wishes} "
                        f"wishes of {options.chips_per_wish} chips.",
                    ),
                    Table.of(_wanted(tables["wishes"]), "What is wanted, and means reached."),
                ),
            ),
            Part(
                title="Conditions of measured morphology",
                text=f"{BAYES} {CORRECTION} {_tested(options, simulated=simulated)}",
                figures=(figures["posteriors"], figures["coverage"]),
                tables=(
                    Table.of(
                        _shares(tables["calibration"]),
                        "90 % intervals: how many hold the truth, with exact 95 % intervals; "
                        "their mean width, and error and bias of the posterior mean (in "
                        "logarithms where the condition is one); p-value of the ranks.",
                    ),
                    Table.of(tables["prior"], "The same without a measure, of the prior alone."),
                ),
            ),
            Part(
                title="Departures of the inverse",
                text="What the paper does, what runs here, and why.",
                tables=(Table.of(departures(), "Departures from the paper."),),
            ),
        ),
    )


def departures() -> pd.DataFrame:
    """Tabulate the departures: `what`, `paper`, `here`, `why`."""
    rows = (
        (
            "properties as conditions",
            "proposed, not run",
            "ferrite fraction and mean free path of the chip",
            "both are measured on every chip; strength and other properties are not",
        ),
        (
            "conditions from properties",
            "not considered",
            "posterior by Bayes' rule on a grid of generated chips",
            "an answer with its uncertainty, which can be tested",
        ),
    )
    return pd.DataFrame(rows, columns=["what", "paper", "here", "why"])


def _tested(options: InverseOptions, *, simulated: bool) -> str:
    if simulated:
        return (
            f"Tested on {options.tested_micrographs} new simulated micrographs, each at a cooling "
            "rate of its own that is drawn from the prior: means over the chips of a whole "
            "micrograph that do not overlap."
        )
    return (
        "Tested on the test micrographs, each at the condition of its sheet: means over the chips "
        "of a whole micrograph that do not overlap. Their conditions are not drawn from the prior, "
        "so that coverage may differ from its nominal value where the posterior is right."
    )


def _short(errors: pd.DataFrame) -> pd.DataFrame:
    kept = ["code_model", "source", "chips", "one_phase"]
    table = errors[kept].copy()
    for name in ("ferrite_points", "path_percent"):
        for kind in ("bias", "rms"):
            table[f"{name}_{kind}"] = [
                _range(row, f"{name}_{kind}") for row in errors.to_dict("records")
            ]
    return table


def _range(row: Mapping[str, float], name: str) -> str:
    return with_interval(row[name], row[f"{name}_low"], row[f"{name}_high"])


def _wanted(wishes: pd.DataFrame) -> pd.DataFrame:
    known = wishes[wishes["failure"] == ""]
    keys = ["code_model", "wish", "domain"]
    measures = ["ferrite_fraction", "mean_free_path_px"]
    wanted = known.groupby(keys, sort=False)[[f"wanted_{name}" for name in measures]].first()
    for source in (PROPERTIES, PROCESS, NEAREST):
        part = known[known["source"] == source]
        wanted = wanted.join(part.groupby(keys)[measures].mean().add_suffix(f"_{source}"))
    return wanted.reset_index()


def _shares(calibration: pd.DataFrame) -> pd.DataFrame:
    share = [
        f"{100 * row['share']:.0f} ({100 * row['share_low']:.0f} to {100 * row['share_high']:.0f})"
        for row in calibration.to_dict("records")
    ]
    table = calibration.drop(columns=["share", "share_low", "share_high"])
    table.insert(5, "share_percent", share)
    return table
