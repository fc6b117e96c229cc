"""Stage that draws the figures of forward predictions."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.pages import save_figure
from pspflow.io.tables import read_table
from pspflow.options import Names, Paths
from pspflow.studies.composite import forward_figures as draw
from pspflow.studies.composite.accuracy import ORDER, held_out_points, summary
from pspflow.studies.composite.rows import rows_of

COLUMN = "c11_gpa"


def forward_figures(
    *,
    target: str,
    models: Names,
    predictions: Paths,
    baselines: Path,
    latent_models: Names,
    latents: Paths,
    stiffness: Path,
    accuracy: Path,
    parity: Path,
    errors: Path,
    latent: Path | None = None,
    simulated: bool = False,
) -> None:
    """Draw predicted against solved C11, errors by model, and latent spaces.

    Parameters
    ----------
    target
        What the models predict: c11 or normal.
    models
        Models of the predictions, in their order, all of one run.
    predictions
        Tables of the networks' predictions.
    baselines
        Table of the baselines' predictions in that run.
    latent_models
        Models of the latents, in their order.
    latents
        Tables of the latents.
    stiffness
        Table of the solved stiffnesses.
    accuracy
        Table of the accuracies in all runs.
    parity
        PNG to write: predicted against solved C11.
    errors
        PNG to write: errors by model.
    latent
        PNG to write: latent spaces; needs latents.
    simulated
        Whether the structures are of the paper's kind, so that its values stand beside.
    """
    inputs: Inputs = {
        "predictions": predictions,
        "baselines": baselines,
        "latents": latents,
        "stiffness": stiffness,
        "accuracy": accuracy,
    }
    origin = Provenance.of(f"composite forward-figures {target}", inputs)
    points = pd.concat(
        part
        for part, *_ in held_out_points(
            models,
            [target] * len(models),
            ["0"] * len(models),
            predictions,
            [target],
            ["0"],
            [baselines],
            stiffness,
        )
    )
    places = {name: i for i, name in enumerate(ORDER)}
    points = points.sort_values("model", key=lambda column: column.map(places), kind="stable")
    save_figure(parity, draw.parity_figure(points, COLUMN), origin)
    table = summary(read_table(accuracy), target)
    save_figure(errors, draw.accuracy_figure(table, simulated=simulated), origin)
    if latent is not None:
        spaces = {
            model: _space(path, stiffness)
            for model, path in zip(latent_models, latents, strict=True)
        }
        save_figure(latent, draw.latent_figure(spaces, COLUMN), origin)


def _space(path: Path, stiffness: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the latents of the test structures, and their stiffness in GPa."""
    table = read_table(path)
    here = table[table["split"] == "test"]
    solved = rows_of(stiffness, here["structure"].to_numpy(), path)
    return here.filter(regex=r"^z\d+$").to_numpy(), solved[COLUMN].to_numpy()
