"""What the report says about the comparison of arms: text and tables."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pspflow.mechanics.texture.maximum_entropy import FIRST_COUNTS
from pspflow.report.section import Figure, Part, Section, Table
from pspflow.studies.texture.evaluation import paper
from pspflow.studies.texture.evaluation.arms import ACTIVE, FULL, Training, in_order
from pspflow.studies.texture.evaluation.curves import JUDGE_CALLED, judges, of_arm
from pspflow.studies.texture.evaluation.efficiency import AT_STOP, FEW_STARTS
from pspflow.studies.texture.evaluation.findings import between, findings, needs, times
from pspflow.studies.texture.evaluation.headline import headline
from pspflow.studies.texture.evaluation.ranks import calibration_table, coefficient_tests
from pspflow.studies.texture.evaluation.results import Results, counted
from pspflow.studies.texture.evaluation.verification import KEPT, verified_errors
from pspflow.studies.texture.loop.round_trips import error_summary


def evaluation_section(results: Results, figures: Mapping[str, Figure]) -> Section:
    """Report how arms compare, round trips, posteriors and their calibration.

    Parameters
    ----------
    results
        Tables of the chapter.
    figures
        Figures by name.
    """
    return Section(
        title="Evaluation",
        headline=tuple(headline(results)),
        findings=findings(results),
        parts=(
            _curves(results, figures),
            _savings(results, figures),
            _trips(results, figures),
            _verified(results),
            _posteriors(results, figures),
            _calibration(results, figures),
        ),
    )


def _curves(results: Results, figures: Mapping[str, Figure]) -> Part:
    judge = (
        "Errors are judged twice: by each arm's own forward model, as the paper's, and by one "
        f"judge for all, the forward model of arm {FULL}, so that no arm marks its own work."
        if len(judges(results.curves)) > 1
        else f"Errors are by each arm's own forward model, as the paper's: without arm {FULL} "
        "there is no judge for all of them, and an arm that knows little may err in its own favour."
    )
    return Part(
        title="Likelihood and error by observations",
        text="Lines are means over starts (of errors, geometric), bands their range. "
        f"{judge} The paper's random arm is averaged over {paper.RANDOM_STARTS} starts; here there "
        f"{'is' if results.starts == 1 else 'are'} {counted(results.starts, 'start')}.",
        figures=(figures["likelihood"], figures["errors"]),
        tables=(
            Table.of(_ends(results.curves), "Arms at the end of their loops, means over starts."),
        ),
    )


def _ends(curves: pd.DataFrame) -> pd.DataFrame:
    rows = []
    shown = ["observations", "test_per_point", "test_per_dimension", "test_loss_per_dimension"]
    for judge in judges(curves):
        shown += [f"{judge}_error_mean", f"{judge}_error_95"]
    for arm in in_order(curves["arm"]):
        last = pd.DataFrame([rows.iloc[-1] for rows in of_arm(curves, arm).values()])
        means = last[[*shown, "seconds"]].astype(np.float64).mean()
        rows.append({"arm": arm, "starts": len(last), **means})
    return pd.DataFrame(rows).rename(
        columns=lambda name: f"{name}_percent" if "error" in str(name) else name
    )


def _savings(results: Results, figures: Mapping[str, Figure]) -> Part:
    return Part(
        title="What active learning saves",
        text="How many random observations lead to the mean round-trip error at which an active "
        "arm stopped, and to larger ones on its way. Errors scatter, since each point is of a new "
        "flow: all curves are first made to fall (isotonic regression of the logarithms) "
        "and read between their points. Intervals are from resampled starts of both arms"
        f"{_rough(results.starts)}. A > marks what random observations did not reach: the number "
        "behind it is the most that were observed. Where an error is near that of arm full, the "
        "flow sets it and not the observations: the factor there follows from scatter. The flow of "
        "arm active_warm is trained longer than random's, so that its factor is of both.",
        figures=(figures["factors"],),
        tables=(
            Table.of(
                savings_table(results.efficiency),
                "Observations for an error: the mean, or that which 95 % of the textures do not "
                "exceed; factor is random over the arm's.",
            ),
        ),
    )


def _rough(starts: int) -> str:
    if starts == 1:
        return "; a single start has none"
    if starts < FEW_STARTS:
        return f"; those of {starts} starts are rough"
    return ""


def savings_table(efficiency: pd.DataFrame) -> pd.DataFrame:
    """Write the table of efficiencies with > where random observations do not reach an error."""
    rows = []
    for _, row in efficiency.iterrows():
        most = float(row["most_random"])
        rows.append(
            {
                "arm": row["arm"],
                "judge": row["judge"],
                "error": row["measure"],
                "at": "its stop" if row["at"] == AT_STOP else "on the way",
                "error_percent": float(row["error_percent"]),
                "observations": f"{row['observations']:,.0f}",
                "random": needs(float(row["random_observations"]), most),
                "random_interval": between(row, "random_observations") or "–",
                "factor": times(float(row["factor"]), row),
                "factor_interval": between(row, "factor") or "–",
            }
        )
    return pd.DataFrame(rows)


def _trips(results: Results, figures: Mapping[str, Figure]) -> Part:
    return Part(
        title="Round trips",
        text=f"For the parameters of a texture the flow draws {results.samples} textures; reached "
        "is the mean of their parameters by a forward model's mean. The paper gives no formula for "
        "its error: here it is the norm of the difference over the norm of what was wanted, over "
        "all 54 parameters. Predicting the mean of what was observed is the baseline. The observed "
        "textures are the paper's training set. Arms are at the end of their loops, so that random "
        "may have observed more than active.",
        figures=(figures["trips"], figures["arms"]),
        tables=(Table.of(trip_table(results), "Round trips by training, errors in percent."),),
    )


def trip_table(results: Results) -> pd.DataFrame:
    """Summarise round trips by training and set."""
    rows = []
    for name, table in results.trips.items():
        for kind, part in table.groupby("set", sort=False):
            row: dict[str, object] = {"training": name, "set": kind, "textures": len(part)}
            for judge in judges(results.curves):
                mean, worst = error_summary(part[f"error_{judge}"].to_numpy(np.float64))
                row |= {f"{judge}_mean": mean, f"{judge}_95": worst}
            outside = part["hull_distance"].dropna()
            row |= {
                "baseline_mean": float(part["error_mean"].mean()),
                "unphysical_percent": float(
                    100 * part["unphysical_own"].sum() / (len(part) * results.samples)
                ),
                "outside_hull_percent": float(100 * (outside > 0).mean()),
            }
            rows.append(row)
    return pd.DataFrame(rows)


def _verified(results: Results) -> Part:
    title = "Round trips in the ground truth"
    if results.verified is None:
        return Part(
            title=title,
            text="Not checked: the ground truth is a table that is filled elsewhere, so drawn "
            "textures cannot be computed within the study.",
        )
    return Part(
        title=title,
        text="A forward model may be wrong where a flow draws. Drawn textures are therefore also "
        "given to the ground truth: coefficients outside the hull of single crystals are moved to "
        f"the nearest texture and, as only sharp crystals lie there, by {100 * (1 - KEPT[0]):.0f} "
        f"to {100 * (1 - KEPT[-1]):.0f} % toward random, as little as orientations of maximum "
        f"entropy ({FIRST_COUNTS[0]:,} or {FIRST_COUNTS[1]:,}) exist for; else they are the few "
        "crystals of the nearest mixture. They are symmetrised. Own coefficients are those of the "
        "test texture itself: labels depend on more than l = 12, so that nothing can be expected "
        "to reach less.",
        tables=(
            Table.of(
                verified_errors(results.verified),
                "Means over test textures; error percent is that of the mean over the drawn "
                "textures of each, as of a round trip; predicted percent is the same by the arm's "
                "forward model, of the same drawn textures before they are moved; single percent "
                "is that of single ones.",
            ),
        ),
    )


def _posteriors(results: Results, figures: Mapping[str, Figure]) -> Part:
    return Part(
        title="Posteriors",
        text="Three test textures by a rule: the least texture index, and of the upper quarter of "
        f"the index the least and the largest error of arm {ACTIVE}, "
        f"{JUDGE_CALLED[results.judge]}. Pole figures are from coefficients up to l = 12, with "
        "negative densities hatched; the most probable texture is the drawn one of the largest "
        "density.",
        figures=(figures["posteriors"],),
    )


def _calibration(results: Results, figures: Mapping[str, Figure]) -> Part:
    first = next(name for name in results.ranks if Training.of(name).arm == ACTIVE)
    return Part(
        title="Calibration of the posterior",
        text="Where a posterior is right, the true coefficient has any rank among the drawn ones "
        "with the same probability (simulation-based calibration). Ranks heaped in the middle come "
        "from a posterior that is too wide, at the ends from one that is too narrow. Flows are "
        "trained on predicted parameters with the forward model's uncertainty, and asked for true "
        "ones: while a forward model knows little, a posterior should be wide. The central "
        f"intervals are those that {results.samples} drawn textures allow.",
        figures=(figures["calibration"],),
        tables=(
            Table.of(
                calibration_table(results.ranks, results.samples),
                "Percent of all true coefficients in central intervals, and coefficients whose "
                "ranks are not uniform.",
            ),
            Table.of(
                coefficient_tests(results.ranks[first], results.samples),
                f"Ranks of each coefficient, {first}; mean rank 0.5 where right.",
            ),
        ),
    )
