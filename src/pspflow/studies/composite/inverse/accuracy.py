"""Accuracy of inferred structures: tables of their errors, with the paper's values beside.

The paper's values hold for its material, and stand beside its own networks with their joint prior.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score

from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.options import SET_KEYS
from pspflow.studies.composite.networks.recipes import RECIPES, NetworkName
from pspflow.studies.composite.structures.properties import NORMAL, TARGETS, Target


def summary(candidates: pd.DataFrame, target: Target, *, papers_material: bool) -> pd.DataFrame:
    """Summarise the errors of each model and prior over all instances and runs.

    Parameters
    ----------
    candidates
        As `infer` writes them.
    target
        What was wanted.
    papers_material
        Whether the structures are of the paper's material.

    Returns
    -------
    One row per set, model and prior: these, components, runs, instances (of all runs), inside
    (those within the training structures' range), and in percent
    error_percent, over all components, and error_percent_sd, of its means over the runs, NaN for
    one alone;
    likeliest_error_percent, over the component of the greatest weight in each instance;
    best_error_percent, over the component of the lowest error in each instance, which takes a
    solution of every component to know;
    r2, of achieved against wanted values over all components, the mean over the properties; NaN
    if only one value is wanted;
    paper_error_percent and paper_r2, NaN where the paper has none.
    """
    rows = []
    for (name, model, prior), part in candidates.groupby(SET_KEYS, sort=False):
        instances = part.groupby(["run", "instance"])
        in_paper = papers_material and target == "c11" and published(model, prior) == "mixture"
        rows.append(
            {
                "set": name,
                "model": model,
                "prior": prior,
                "components": part["component"].nunique(),
                "runs": part["run"].nunique(),
                "instances": len(instances),
                "inside": int(instances["inside"].first().sum()),
                "error_percent": part["error_percent"].mean(),
                "error_percent_sd": part.groupby("run")["error_percent"].mean().std(),
                "likeliest_error_percent": likeliest(part)["error_percent"].mean(),
                "best_error_percent": instances["error_percent"].min().mean(),
                "r2": np.mean([_r2(part, name) for name in TARGETS[target]]),
                "paper_error_percent": paper.INVERSE_ERROR_PERCENT if in_paper else np.nan,
                "paper_r2": paper.INVERSE_R2 if in_paper else np.nan,
            }
        )
    return pd.DataFrame(rows)


def likeliest(candidates: pd.DataFrame) -> pd.DataFrame:
    """Keep the candidate of the likeliest component for each model, prior, run and instance."""
    keys = [*SET_KEYS, "run", "instance"]
    return candidates.loc[candidates.groupby(keys, sort=False)["weight"].idxmax()]


def volume_fractions(candidates: pd.DataFrame, *, papers_material: bool) -> pd.DataFrame:
    """Tabulate volume fractions by wanted C11, composite paper, Table 6.

    Parameters
    ----------
    candidates
        As `infer` writes them for c11.
    papers_material
        Whether the structures are of the paper's material.

    Returns
    -------
    One row per set, model, prior, component and wanted value: these (components from 1, the one of
    the lowest mean volume fraction in each run, as in the paper's table), and the means over the
    runs of weight, volume_fraction, c11_gpa and error_percent; paper_volume_fraction, NaN where the
    paper has none.
    """
    keys = [*SET_KEYS, "component", "wanted_c11_gpa"]
    measured = ["weight", "volume_fraction", "c11_gpa", "error_percent"]
    table = candidates.assign(component=candidates["component"] + 1)
    table = table.groupby(keys, sort=False)[measured].mean().reset_index()
    table["paper_volume_fraction"] = [
        _reported_fraction(*row) if papers_material else np.nan
        for row in table[["model", "prior", "component", "wanted_c11_gpa"]].itertuples(index=False)
    ]
    return table


def component_errors(candidates: pd.DataFrame, *, papers_material: bool) -> pd.DataFrame:
    """Average the errors of each component of the stiffness, composite paper, Table 10.

    Parameters
    ----------
    candidates
        As `infer` writes them for normal.
    papers_material
        Whether the structures are of the paper's material.

    Returns
    -------
    One row per set, model, prior and property: these, error_percent (mean absolute,
    over all instances and components of the prior), likeliest_error_percent (over the likeliest
    component) and paper_error_percent, NaN without the paper's material.
    """
    wanted = candidates[[f"wanted_{name}" for name in NORMAL]].to_numpy(np.float64)
    errors = 100 * relative_errors(candidates[list(NORMAL)].to_numpy(np.float64), wanted)
    each = pd.DataFrame(errors, candidates.index, list(NORMAL)).rename_axis(columns="property")
    chosen = {"error_percent": candidates, "likeliest_error_percent": likeliest(candidates)}
    means = {
        name: each.loc[rows.index].groupby([rows[k] for k in SET_KEYS], sort=False).mean().stack()  # noqa: PD013 - keeps the order
        for name, rows in chosen.items()
    }
    table = pd.DataFrame(means).loc[means["error_percent"].index].reset_index()
    table["paper_error_percent"] = [
        paper.VECTOR_ERRORS_PERCENT[kind][name]
        if papers_material and (kind := published(model, prior))
        else np.nan
        for model, prior, name in table[["model", "prior", "property"]].itertuples(index=False)
    ]
    return table


def published(model: NetworkName, prior: str) -> str | None:
    """Name the paper's prior that a network and its prior are, none if they are ours."""
    recipe = RECIPES[model]
    if recipe.ours or prior != "joint":
        return None
    return "mixture" if recipe.mixture else "gaussian"


def _r2(part: pd.DataFrame, name: str) -> float:
    wanted = part[f"wanted_{name}"]
    return float(r2_score(wanted, part[name])) if wanted.max() > wanted.min() else np.nan


def _reported_fraction(model: NetworkName, prior: str, component: int, wanted_gpa: float) -> float:
    """Return the paper's volume fraction for one of its own priors, NaN where it has none."""
    kind = published(model, prior)
    key = f"mixture component {component}" if kind == "mixture" else str(kind)
    fractions = paper.INVERSE_VOLUME_FRACTIONS.get(key)
    if fractions is None or wanted_gpa not in paper.INVERSE_TARGETS_GPA:
        return np.nan
    return fractions[paper.INVERSE_TARGETS_GPA.index(wanted_gpa)]
