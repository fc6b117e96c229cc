"""What reproduced and what did not, in sentences computed from the tables."""

import pandas as pd

from pspflow.studies.composite import paper
from pspflow.studies.composite.accuracy import against, summary
from pspflow.studies.composite.inverse_measures import ranked_sentence, search_summary
from pspflow.studies.composite.inverse_measures import summary as inverse_summary
from pspflow.studies.composite.page import Tables
from pspflow.studies.composite.properties import Target

OURS = "mixture_statistics"
ALONE = "cnn_statistics"
PRINTED = "cpnet7"
PAPER_MAPE = paper.FORWARD["c11"]["gaussian"]["c11_gpa"].mape


def findings(tables: Tables, *, simulated: bool) -> list[str]:
    """Say how each of the paper's claims fares here.

    Parameters
    ----------
    tables
        `accuracy`, `inverse c11`, `inverse normal`, `ranked c11`, `ranked normal`, `searches`,
        `mismatch`, `localization`.
    simulated
        Whether the structures are of the paper's kind, so that its figures compare.
    """
    return [
        *_forward(tables["accuracy"], simulated),
        *_inverse(tables["inverse c11"], "c11", simulated),
        *_inverse(tables["inverse normal"], "normal", simulated),
        *(ranked_sentence(tables[f"ranked {name}"], name) for name in ("c11", "normal")),
        _search(tables["searches"], simulated),
        _slices(tables["mismatch"]),
        *_local(tables["localization"], simulated),
    ]


def _forward(accuracy: pd.DataFrame, simulated: bool) -> list[str]:
    sentences = []
    for target in ("c11", "normal"):
        means = summary(accuracy, target).groupby("model", sort=False)["mape"].mean()
        sentences += [
            f"Forward, {_called(target)}: the paper's VAE-regression ({name}) has a MAPE of "
            f"{means[name]:.2f} %, regression alone {means['cnn']:.2f} %; difference "
            f"{_difference(accuracy, target, name, 'cnn')}."
            for name in ("gaussian", "mixture")
            if {name, "cnn"} <= set(means.index)
        ]
        rivals = means.drop([name for name in means.index if "statistics" in name])
        if OURS in means and len(rivals):
            best = str(rivals.idxmin())
            ahead = means[OURS] < rivals.min()
            sentences.append(
                f"Forward, {_called(target)}: our {OURS} has {means[OURS]:.2f} %, "
                + ("better than" if ahead else "not better than")
                + f" the best of the others trained on the same data ({best}, "
                f"{rivals.min():.2f} %); difference {_difference(accuracy, target, OURS, best)}."
            )
        if {OURS, ALONE} <= set(means.index):
            sentences.append(
                f"Forward, {_called(target)}: what of that is the trunk, the logarithms and the "
                f"symmetric copies shows {ALONE}, which has them and no autoencoder: "
                f"{means[ALONE]:.2f} %; difference of {OURS} "
                f"{_difference(accuracy, target, OURS, ALONE)}."
            )
    if simulated:
        means = summary(accuracy, "c11").groupby("model", sort=False)["mape"].mean()
        reached = float(means.min()) <= PAPER_MAPE
        sentences.append(
            f"The paper's {PAPER_MAPE:.2f} % for C11, at 51 voxels and 5,300 training structures, "
            + (
                f"is reached at this scale by {means.idxmin()} ({means.min():.2f} %)."
                if reached
                else f"is not reached at this scale (best: {means.idxmin()}, {means.min():.2f} %)."
            )
        )
    return sentences


def _inverse(candidates: pd.DataFrame, target: Target, simulated: bool) -> list[str]:
    known = candidates[candidates["inside"]]
    outside = candidates["instance"].nunique() - known["instance"].nunique()
    sentences = []
    if outside:
        sentences.append(
            f"Inverse, {_called(target)}: {outside} wanted values lie outside the range of the "
            "training structures, and do not count here."
        )
    if known.empty:
        return sentences
    rows = inverse_summary(known, target, simulated=simulated).set_index(["model", "prior"])
    errors = rows["error_percent"]
    pair = [("gaussian", "joint"), ("mixture", "joint")]
    if all(key in errors.index for key in pair):
        one, many = (float(errors[key]) for key in pair)
        sentences.append(
            f"Inverse, {_called(target)}: with the paper's loss and prior the mixture misses by "
            f"{many:.1f} %, the Gaussian by {one:.1f} %: "
            + ("the mixture is better, as in the paper." if many < one else "the mixture is worse.")
            + (
                f" The paper's mixture misses by about {paper.INVERSE_ERROR_PERCENT:g} %."
                if simulated and target == "c11"
                else ""
            )
        )
    if (OURS, "refitted") in errors.index:
        row = rows.loc[(OURS, "refitted")]
        limit = paper.INVERSE_ERROR_PERCENT
        sentences.append(
            f"Inverse, {_called(target)}: {OURS} with the refitted prior misses by "
            f"{row['error_percent']:.1f} % over all components"
            + (
                f" ({'below' if row['error_percent'] < limit else 'not below'} {limit:g} %)"
                if simulated and target == "c11"
                else ""
            )
            + f", by {row['better_error_percent']:.1f} % with the better one."
        )
    return sentences


def _search(searches: pd.DataFrame, simulated: bool) -> str:
    rows = search_summary(searches, simulated=simulated).set_index("start")
    parts = [
        f"from {start} latents end {row['error_percent']:.1f} % off "
        f"({row['best_error_percent']:.1f} % the best for each target; {row['evaluations']:.0f} "
        "proposals)"
        for start, row in rows.iterrows()
    ]
    return f"Search: {', '.join(f'those {part}' for part in parts)}." + (
        f" The paper's are below {paper.ANNEALED_ERROR_PERCENT:g} % from both." if simulated else ""
    )


def _slices(mismatch: pd.DataFrame) -> str:
    means = mismatch.groupby("slices", sort=False)["error"].mean()
    one, all_three = float(means["x"]), float(means["xyz"])
    return (
        f"Slices along x alone leave an autocorrelation error of {one:.3f}, along all axes "
        f"{all_three:.3f}: "
        + ("all three are needed, as in the paper." if all_three < one else "unlike in the paper.")
    )


def _local(accuracy: pd.DataFrame, simulated: bool) -> list[str]:
    best = accuracy.set_index("model")["squared_pearson"]
    low, high = paper.LOCALIZATION_R2
    told = ", ".join(f"{name} {value:.3f}" for name, value in best.items())
    sentences = [f"Local strains, squared Pearson correlation on test structures: {told}."]
    if simulated and PRINTED in best.index:
        reached = float(best[PRINTED])
        place = "below" if reached < low else "within" if reached <= high else "above"
        sentences.append(
            f"CPNet ({PRINTED}) has {reached:.2f}, {place} the report's {low:.2f} to "
            f"{high:.2f} for 51 voxels"
            + (
                f"; a linear filter ({best['mks']:.2f}) is better than it."
                if best.get("mks", 0) > reached
                else "."
            )
        )
    return sentences


def _difference(accuracy: pd.DataFrame, target: str, model: str, other: str) -> str:
    """Say the mean difference of two models' MAPE on the same splits, with its deviation."""
    pairs = against(accuracy, model, [other])
    pairs = pairs[pairs["target"] == target]
    mean, spread = pairs["difference"].mean(), pairs["difference_sd"].mean()
    runs = int(pairs["runs"].min())
    deviation = f" ± {spread:.2f}" if runs > 1 else ""
    return f"{mean:+.2f}{deviation} points over {runs} run{'s' if runs > 1 else ''}"


def _called(target: str) -> str:
    return "C11" if target == "c11" else "six components"
