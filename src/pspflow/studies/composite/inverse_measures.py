"""How well inverse design and annealing meet what was wanted, with the paper's values beside.

The paper's values hold for its data, and stand beside its own networks with their joint prior.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score

from pspflow.studies.composite import paper
from pspflow.studies.composite.misses import relative_misses
from pspflow.studies.composite.properties import NORMAL, TARGETS, Target
from pspflow.studies.composite.recipes import RECIPES, ModelName

KEYS = ["model", "prior"]
DESIGNER = "mixture_statistics"
"""The network whose designs are ranked."""


def summary(candidates: pd.DataFrame, target: Target, *, simulated: bool) -> pd.DataFrame:
    """Measure the errors of each model and prior over all instances.

    Parameters
    ----------
    candidates
        As `infer` writes them.
    target
        What was wanted.
    simulated
        Whether the structures are of the paper's kind.

    Returns
    -------
    A row a model and prior: model, prior, components, instances, inside (instances within the
    training structures' range), and in percent
    error_percent, over all components;
    likeliest_error_percent, over the component of the greatest weight in each instance;
    better_error_percent, over the component that comes nearest in each instance, which takes a
    solution of every component to know;
    r2, of achieved against wanted values over all components, the mean over the properties; NaN
    where one value alone is wanted;
    paper_error_percent and paper_r2, NaN where the paper has none.
    """
    rows = []
    for (model, prior), part in candidates.groupby(KEYS, sort=False):
        by_instance = part.groupby("instance")
        kind = _published(model, prior) if simulated and target == "c11" else None
        has_paper = kind == "mixture"
        rows.append(
            {
                "model": model,
                "prior": prior,
                "components": part["component"].nunique(),
                "instances": part["instance"].nunique(),
                "inside": part.loc[part["inside"], "instance"].nunique(),
                "error_percent": part["error_percent"].mean(),
                "likeliest_error_percent": likeliest(part)["error_percent"].mean(),
                "better_error_percent": by_instance["error_percent"].min().mean(),
                "r2": np.mean([_r2(part, name) for name in TARGETS[target]]),
                "paper_error_percent": paper.INVERSE_ERROR_PERCENT if has_paper else np.nan,
                "paper_r2": paper.INVERSE_R2 if has_paper else np.nan,
            }
        )
    return pd.DataFrame(rows)


def likeliest(candidates: pd.DataFrame) -> pd.DataFrame:
    """Keep the candidate of the likeliest component for each model, prior and instance."""
    return candidates.loc[candidates.groupby([*KEYS, "instance"], sort=False)["weight"].idxmax()]


def volume_fractions(candidates: pd.DataFrame, *, simulated: bool) -> pd.DataFrame:
    """Tabulate volume fractions by wanted C11, composite paper, Table 6.

    Parameters
    ----------
    candidates
        As `infer` writes them for c11.
    simulated
        Whether the structures are of the paper's kind.

    Returns
    -------
    A row a model, prior, component and wanted value: model, prior, component (from 1, the one of
    the lowest mean volume fraction, as in the paper's table), wanted_c11_gpa, weight,
    volume_fraction, c11_gpa, error_percent and paper_volume_fraction, NaN where the paper has none.
    """
    table = candidates.assign(component=candidates["component"] + 1)
    table["paper_volume_fraction"] = [
        _reported(*row) if simulated else np.nan
        for row in table[["model", "prior", "component", "wanted_c11_gpa"]].itertuples(index=False)
    ]
    columns = [*KEYS, "component", "wanted_c11_gpa"]
    measured = ["weight", "volume_fraction", "c11_gpa", "error_percent"]
    return table[[*columns, *measured, "paper_volume_fraction"]]


def component_errors(candidates: pd.DataFrame, *, simulated: bool) -> pd.DataFrame:
    """Average the errors of each component of the stiffness, composite paper, Table 10.

    Parameters
    ----------
    candidates
        As `infer` writes them for normal.
    simulated
        Whether the structures are of the paper's kind.

    Returns
    -------
    A row a model, prior and property: model, prior, property, error_percent (mean absolute, over
    all instances and components of the prior), likeliest_error_percent (over the likeliest
    component) and paper_error_percent, NaN without the paper's data.
    """
    rows = []
    for (model, prior), part in candidates.groupby(KEYS, sort=False):
        kind = _published(model, prior) if simulated else None
        errors, likeliest_errors = _misses(part), _misses(likeliest(part))
        for name in NORMAL:
            told = paper.VECTOR_ERRORS_PERCENT[kind][name] if kind else np.nan
            rows.append(
                {
                    "model": model,
                    "prior": prior,
                    "property": name,
                    "error_percent": errors[name],
                    "likeliest_error_percent": likeliest_errors[name],
                    "paper_error_percent": told,
                }
            )
    return pd.DataFrame(rows)


def ranked_summary(ranked: pd.DataFrame) -> pd.DataFrame:
    """Compare the solver-ranked best of several designs with retrieval, a row an instance.

    Parameters
    ----------
    ranked
        As `rank` writes them.

    Returns
    -------
    Columns instance (from 1), the wanted value if it is one alone, inside (whether it lies in the
    training structures' range), drawn (structures), best_of_n_error_percent, mean_error_percent
    (over all that were drawn), nearest_error_percent and nearest_structure (what retrieval returns:
    the training structure that comes nearest).
    """
    wanted = [name for name in ranked if name.startswith("wanted_")]
    table = ranked.groupby("instance", as_index=False).agg(
        **{name: (name, "first") for name in wanted if len(wanted) == 1},
        inside=("inside", "first"),
        drawn=("rank", "size"),
        best_of_n_error_percent=("error_percent", "min"),
        mean_error_percent=("error_percent", "mean"),
        nearest_error_percent=("nearest_error_percent", "first"),
        nearest_structure=("nearest_structure", "first"),
    )
    return table.assign(instance=table["instance"] + 1)


def ranked_sentence(ranked: pd.DataFrame, target: Target) -> str:
    """Say how far the best of several designs is from what was wanted, and how far retrieval.

    Parameters
    ----------
    ranked
        As `rank` writes them.
    target
        What was wanted.
    """
    rows = ranked_summary(ranked)
    called = "C11" if target == "c11" else "six components"
    best, drawn, near = rows[
        ["best_of_n_error_percent", "mean_error_percent", "nearest_error_percent"]
    ].mean()
    inside = rows[rows["inside"]]
    within = (
        f" For the {len(inside)} within the training structures' range, design misses by "
        f"{inside['best_of_n_error_percent'].mean():.1f} %, retrieval by "
        f"{inside['nearest_error_percent'].mean():.1f} %."
        if 0 < len(inside) < len(rows)
        else ""
    )
    return (
        f"Design, {called}: the solver-ranked best of {rows['drawn'].max()} drawn by {DESIGNER} "
        f"misses by {best:.1f} %, the mean over {len(rows)} targets (all that were drawn: "
        f"{drawn:.1f} %); the nearest training structure, which is retrieval, by {near:.1f} %: "
        + ("design" if best < near else "retrieval")
        + " comes nearer. Retrieval needs a structure that exists already; design makes new ones."
        + within
    )


def search_summary(searches: pd.DataFrame, *, simulated: bool) -> pd.DataFrame:
    """Compare searches from random and from inferred latents.

    Parameters
    ----------
    searches
        As `anneal` writes them.
    simulated
        Whether the structures are of the paper's kind.

    Returns
    -------
    A row a kind of start: start, searches, evaluations (mean of a search), and in percent
    start_error_percent (solved, of the starts), told_error_percent (what the objective's network
    sees at the ends), error_percent (solved, of the ends), best_error_percent (of the best search
    for each wanted value, which takes a solution of every end to know) and paper_error_percent,
    the bound that the paper gives for both.
    """
    wanted = searches["wanted_c11_gpa"]
    table = searches.assign(
        start_error_percent=100 * (searches["start_c11_gpa"] - wanted).abs() / wanted,
        told_error_percent=100 * (searches["told_c11_gpa"] - wanted).abs() / wanted,
    )
    rows = table.groupby("start", sort=False).agg(
        searches=("number", "size"),
        evaluations=("evaluations", "mean"),
        start_error_percent=("start_error_percent", "mean"),
        told_error_percent=("told_error_percent", "mean"),
        error_percent=("error_percent", "mean"),
    )
    best = table.groupby(["start", "instance"])["error_percent"].min()
    rows["best_error_percent"] = best.groupby("start").mean()
    rows["paper_error_percent"] = paper.ANNEALED_ERROR_PERCENT if simulated else np.nan
    return rows.reset_index()


def _r2(part: pd.DataFrame, name: str) -> float:
    wanted = part[f"wanted_{name}"]
    return float(r2_score(wanted, part[name])) if wanted.max() > wanted.min() else np.nan


def _misses(part: pd.DataFrame) -> dict[str, float]:
    """Average the miss of each of the six components, in percent."""
    wanted = part[[f"wanted_{name}" for name in NORMAL]].to_numpy(np.float64)
    misses = relative_misses(part[list(NORMAL)].to_numpy(np.float64), wanted)
    return dict(zip(NORMAL, 100 * misses.mean(axis=0), strict=True))


def _published(model: ModelName, prior: str) -> str | None:
    """Name the paper's prior that a network and its prior are, none if they are ours."""
    recipe = RECIPES[model]
    if recipe.statistics or prior != "joint":
        return None
    return "mixture" if recipe.mixture else "gaussian"


def _reported(model: ModelName, prior: str, component: int, wanted_gpa: float) -> float:
    """Return the paper's volume fraction for a prior of its own, NaN where it has none."""
    kind = _published(model, prior)
    key = f"mixture component {component}" if kind == "mixture" else str(kind)
    fractions = paper.INVERSE_VOLUME_FRACTIONS.get(key)
    if fractions is None or wanted_gpa not in paper.INVERSE_TARGETS_GPA:
        return np.nan
    return fractions[paper.INVERSE_TARGETS_GPA.index(wanted_gpa)]
