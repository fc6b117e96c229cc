"""What the trials found, in sentences computed from their table."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference, Finding, joined
from pspflow.studies.composite.forward import paper
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.structures import paper as papers_structures
from pspflow.studies.composite.trials.tables import (
    averaged,
    behind,
    curve,
    ranking,
    scored,
    sweep_of,
)

PAPERS_SPREADS: Final = 2
"""Of the paper's standard deviations, within which one training is not told from its value."""


class Scale(NamedTuple):
    """What the structures are."""

    edge_voxels: int
    papers_material: bool
    """Whether they are of the paper's material: only then its numbers compare."""


def findings(trials: pd.DataFrame, scale: Scale, networks: NetworkOptions) -> tuple[str, ...]:
    """Say what the trials found, what is worse first.

    Parameters
    ----------
    trials
        One row per trial and split, see `tables.COLUMNS`.
    scale
        What the structures are.
    networks
        The configured weights and sizes.
    """
    judged = [
        *curve_findings(trials, scale),
        *joined(
            search_findings(trials, networks),
            "configured weights of the loss compared with the best that were searched",
        ),
        *sweep_findings(trials, networks),
    ]
    return tuple(each.text for each in sorted(judged, key=lambda each: each.outcome))


def curve_findings(trials: pd.DataFrame, scale: Scale) -> list[Finding]:
    """Say how errors fall with the training structures, and whether the paper's are reached."""
    table = curve(trials)
    found, said = [], []
    for network, rows in table.groupby("network", sort=False):
        few, many = rows.iloc[0], rows.iloc[-1]
        said.append(
            f"{few['mape']:.2f} % from {few['training_structures']:,} and {many['mape']:.2f} % "
            f"from {many['training_structures']:,} by {network}"
        )
        reported = paper.FORWARD["c11"].get(str(network), {}).get("c11_gpa")
        if scale.papers_material and reported is not None:
            here = trials[
                (trials["varied"] == "structures")
                & (trials["split"] == "test")
                & (trials["network"] == network)
                & (trials["training_structures"] == many["training_structures"])
            ]
            found.append(_beside_paper(str(network), here, reported))
    size = (
        f"{scale.edge_voxels} voxels per edge, not the paper's {papers_structures.EDGE_VOXELS}"
        if scale.edge_voxels != papers_structures.EDGE_VOXELS
        else f"the paper's {scale.edge_voxels} voxels per edge"
    )
    found = joined(found, f"MAPE of C11 compared with the paper's, structures of {size}")
    if said:
        text = f"{'; '.join(said)}: learning curve, MAPE of C11 by training structures."
        found.append(Finding(UNDECIDED, text))
    return found


def _beside_paper(network: str, rows: pd.DataFrame, reported: paper.Forward) -> Finding:
    """Judge the errors at the largest number of training structures beside the paper's."""
    count, values = int(rows["training_structures"].iloc[0]), rows["mape"].to_numpy()
    excess = values - reported.mape
    if len(values) > 1:
        outcome = Difference.of(excess).outcome(-1)
        told = f"by the 95 % interval over {len(values)} trainings"
    else:
        within = abs(excess[0]) <= PAPERS_SPREADS * reported.mape_sd
        outcome = UNDECIDED if within else BETTER if excess[0] < 0 else WORSE
        told = f"by {PAPERS_SPREADS} of the paper's standard deviations, of one training"
    enough = count >= 0.95 * papers_structures.TRAINING_STRUCTURES
    verdict = {
        WORSE: "its error does not come with its number of structures"
        if enough
        else "its error is not reached with fewer structures",
        UNDECIDED: "no difference from it can be told",
        BETTER: "the error is below it",
    }[outcome]
    capped = int((rows["ended_by"] == "cap").sum())
    ended = f"; {capped} of {len(rows)} ended at its cap of steps" if capped else ""
    if capped and outcome == WORSE:
        outcome, verdict = UNDECIDED, "with more steps it might come nearer: that is not decided"
    return Finding(
        outcome,
        f"{values.mean():.2f} % by {network} from {count:,} structures, the paper "
        f"{reported.mape:.2f} ± {reported.mape_sd:.2f} % from about "
        f"{papers_structures.TRAINING_STRUCTURES:,}, {verdict} ({told}{ended})",
    )


def search_findings(trials: pd.DataFrame, networks: NetworkOptions) -> list[Finding]:
    """Say of each network whether the configured weights are those that rank first."""
    rows = scored(trials)
    return [_weights(rows, str(name), networks) for name in dict.fromkeys(rows["network"])]


def _weights(rows: pd.DataFrame, network: str, networks: NetworkOptions) -> Finding:
    objective = networks.objective(network)
    configured = (objective.regression_weight, objective.kl_weight)
    ranked = ranking(rows, network)
    known = [(float(a), float(b)) for a, b in zip(*_weights_of(ranked), strict=True)]
    start = f"{network} with {configured[0]:g} (regression) and {configured[1]:g} (divergence)"
    if configured not in known:
        return Finding(UNDECIDED, f"{start}, not among the {len(known)} pairs searched")
    if known[0] == configured:
        return Finding(BETTER, f"{start}, first of {len(known)} on validation structures")
    difference = behind(rows, network, configured)
    percent = [100 * np.expm1(each) for each in (difference.mean, difference.low, difference.high)]
    beside = f"first of {len(known)} are {known[0][0]:g} and {known[0][1]:g}"
    score = f"score {percent[0]:+.1f} %"
    if difference.runs < 2:
        return Finding(
            UNDECIDED, f"{start}, {score}, one training of each cannot tell them apart; {beside}"
        )
    text = f"{start}, {score} ({percent[1]:+.1f} to {percent[2]:+.1f}), {beside}"
    return Finding(min(difference.outcome(-1), UNDECIDED), text)


def _weights_of(ranked: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return ranked["regression_weight"], ranked["kl_weight"]


def sweep_findings(trials: pd.DataFrame, networks: NetworkOptions) -> list[Finding]:
    """Say what the size of the latent space and the number of components change."""
    validation = trials[trials["split"] == "validation"]
    found = []
    latent = validation[validation["varied"] == "latent"]
    for network in dict.fromkeys(latent["network"]):
        measures = ["reconstruction", "mape", "active_dimensions"]
        table = averaged(latent[latent["network"] == network], ["latent"], measures)
        best = {name: table["latent"][table[name].idxmin()] for name in ("reconstruction", "mape")}
        sizes = ", ".join(f"{size:.0f}" for size in table["latent"])
        active = ", ".join(f"{value:.1f}" for value in table["active_dimensions"])
        found.append(
            f"{active} of {sizes} latent dimensions of {network} are active; the "
            f"reconstruction is best at {best['reconstruction']:.0f} and the MAPE at "
            f"{best['mape']:.0f} (validation; configured {networks.latent}, the paper 16)."
        )
    components = validation[validation["varied"] == "components"]
    for network, rows in components.groupby(sweep_of(components), sort=False):
        measures = ["density_gain", "separation"]
        table = averaged(rows, ["components"], [*measures, "separation_by_c11"]).sort_values(
            "components"
        )
        numbers = ", ".join(f"{number:.0f}" for number in table["components"])
        gains, shares = (", ".join(f"{value:.2f}" for value in table[each]) for each in measures)
        best = table["components"][table["density_gain"].idxmax()]
        found.append(
            f"{gains} nats, most with {best:.0f}: how much likelier latents of validation "
            f"structures are with {numbers} components of the prior of {network} than under one "
            f"Gaussian for all; components tell the morphology of {shares} of the structures, C11 "
            f"alone that of {table['separation_by_c11'].mean():.2f} (configured "
            f"{networks.components}, the paper 2)."
        )
    found += [
        _spread(rows, str(network), networks)
        for network, rows in validation[validation["varied"] == "spread"].groupby(
            "network", sort=False
        )
    ]
    return [Finding(UNDECIDED, text) for text in found]


def _spread(rows: pd.DataFrame, network: str, networks: NetworkOptions) -> str:
    """Say whether components that start further apart separate the morphologies."""
    measures = ["separation", "design_error"]
    table = averaged(rows, ["prior_spread"], [*measures, "separation_by_c11"])
    table = table.sort_values("prior_spread")
    tried = ", ".join(f"{value:g}" for value in table["prior_spread"])
    shares = ", ".join(f"{value:.2f}" for value in table["separation"])
    errors = ", ".join(f"{value:.1f}" for value in table["design_error"])
    return (
        f"{shares} of the validation structures have their morphology told by components of "
        f"{network} that start with a spread of {tried}, C11 alone tells that of "
        f"{table['separation_by_c11'].mean():.2f}; designs of C11 have errors of {errors} % "
        f"(configured {networks.prior_spread:g}; the paper prints none)."
    )
