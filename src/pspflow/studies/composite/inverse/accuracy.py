"""Accuracy of inferred structures: tables of their errors, with the paper's values beside.

The paper's values hold for its material, and stand beside its own networks with their joint prior.
"""

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score

from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.options import KEYS
from pspflow.studies.composite.networks.recipes import RECIPES, NetworkName
from pspflow.studies.composite.structures.properties import NORMAL, TARGETS, Target


def summary(candidates: pd.DataFrame, target: Target, *, papers_material: bool) -> pd.DataFrame:
    """Summarise the errors of each model and prior over all instances.

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
    One row per model and prior: model, prior, components, instances, inside (instances within the
    training structures' range), and in percent
    error_percent, over all components;
    likeliest_error_percent, over the component of the greatest weight in each instance;
    best_error_percent, over the component of the lowest error in each instance, which takes a
    solution of every component to know;
    r2, of achieved against wanted values over all components, the mean over the properties; NaN
    if only one value is wanted;
    paper_error_percent and paper_r2, NaN where the paper has none.
    """
    rows = []
    for (model, prior), part in candidates.groupby(KEYS, sort=False):
        in_paper = papers_material and target == "c11" and published(model, prior) == "mixture"
        rows.append(
            {
                "model": model,
                "prior": prior,
                "components": part["component"].nunique(),
                "instances": part["instance"].nunique(),
                "inside": part.loc[part["inside"], "instance"].nunique(),
                "error_percent": part["error_percent"].mean(),
                "likeliest_error_percent": likeliest(part)["error_percent"].mean(),
                "best_error_percent": part.groupby("instance")["error_percent"].min().mean(),
                "r2": np.mean([_r2(part, name) for name in TARGETS[target]]),
                "paper_error_percent": paper.INVERSE_ERROR_PERCENT if in_paper else np.nan,
                "paper_r2": paper.INVERSE_R2 if in_paper else np.nan,
            }
        )
    return pd.DataFrame(rows)


def likeliest(candidates: pd.DataFrame) -> pd.DataFrame:
    """Keep the candidate of the likeliest component for each model, prior and instance."""
    return candidates.loc[candidates.groupby([*KEYS, "instance"], sort=False)["weight"].idxmax()]


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
    One row per model, prior, component and wanted value: model, prior, component (from 1, the one
    of the lowest mean volume fraction, as in the paper's table), wanted_c11_gpa, weight,
    volume_fraction, c11_gpa, error_percent and paper_volume_fraction, NaN where the paper has none.
    """
    table = candidates.assign(component=candidates["component"] + 1)
    table["paper_volume_fraction"] = [
        _reported_fraction(*row) if papers_material else np.nan
        for row in table[["model", "prior", "component", "wanted_c11_gpa"]].itertuples(index=False)
    ]
    columns = [*KEYS, "component", "wanted_c11_gpa"]
    measured = ["weight", "volume_fraction", "c11_gpa", "error_percent"]
    return table[[*columns, *measured, "paper_volume_fraction"]]


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
    One row per model, prior and property: model, prior, property, error_percent (mean absolute,
    over all instances and components of the prior), likeliest_error_percent (over the likeliest
    component) and paper_error_percent, NaN without the paper's material.
    """
    wanted = candidates[[f"wanted_{name}" for name in NORMAL]].to_numpy(np.float64)
    errors = 100 * relative_errors(candidates[list(NORMAL)].to_numpy(np.float64), wanted)
    each = pd.DataFrame(errors, candidates.index, list(NORMAL)).rename_axis(columns="property")
    chosen = {"error_percent": candidates, "likeliest_error_percent": likeliest(candidates)}
    means = {
        name: each.loc[rows.index].groupby([rows[key] for key in KEYS], sort=False).mean().stack()  # noqa: PD013 - keeps the order
        for name, rows in chosen.items()
    }
    table = pd.DataFrame(means).loc[means["error_percent"].index].reset_index()
    table["paper_error_percent"] = [
        paper.VECTOR_ERRORS_PERCENT[kind][name]
        if papers_material and (kind := published(model, prior))
        else np.nan
        for model, prior, name in table[[*KEYS, "property"]].itertuples(index=False)
    ]
    return table


def published(model: NetworkName, prior: str) -> str | None:
    """Name the paper's prior that a network and its prior are, none if they are ours."""
    recipe = RECIPES[model]
    if recipe.statistics or prior != "joint":
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
