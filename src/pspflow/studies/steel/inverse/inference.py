"""What conditions are inferred with: three likelihoods, and the range of each condition."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.inverse.axes import Axis, axes_of, scaled_conditions
from pspflow.studies.steel.inverse.effects import Components
from pspflow.studies.steel.inverse.likelihood import Likelihood, Scatter
from pspflow.studies.steel.inverse.micrographs import (
    CHIPS,
    micrograph_means,
    pixel_size_of,
    scatter_of,
    separate_chips,
)
from pspflow.studies.steel.inverse.scales import MEASURES
from pspflow.studies.steel.inverse.smooth import Smooth

GENERATED, CORRECTED, REAL = LIKELIHOODS = ("generated", "corrected", "real")
"""Likelihoods: of generated chips; with the path corrected by validation micrographs; of training
micrographs at their own conditions alone, without a generative model."""
FEWEST: Final = 4
"""Measured chips that each condition needs for a covariance."""


class Inference(NamedTuple):
    """What is needed to infer conditions from measured morphology."""

    likelihoods: Mapping[str, Likelihood]
    """Those of `LIKELIHOODS`."""
    axes: tuple[Axis, ...]
    pixel_size_um: float | None


def fit_inference(
    measures: pd.DataFrame,
    chips: pd.DataFrame,
    grid: pd.DataFrame,
    conditions: Sequence[Condition],
) -> Inference:
    """Fit the likelihoods.

    Parameters
    ----------
    measures, chips
        Measures of the chips, and the table of chips in the same order.
    grid
        Measures of generated chips: a column for each condition, both measures, `failure`.
    conditions
        The conditions.

    Raises
    ------
    InputError
        If there are too few chips or micrographs.
    """
    separate = separate_chips(measures, chips)
    training = separate[separate["split"] == "train"]
    logs = {each.column: each.log for each in conditions}
    axes = axes_of(training, logs)
    scatter = scatter_of(training, int(chips["size_px"].iloc[0]))
    made = grid[grid["failure"] == ""].reset_index(drop=True)
    generated = _fitted(made, axes, scatter, np.arange(len(made)), "generated")
    units = pd.factorize(training["micrograph"])[0]
    real = _fitted(training, axes, scatter, units, "training")
    checked = micrograph_means(separate[separate["split"] == "validation"], list(logs))
    if checked.empty:
        raise InputError(
            "steel.inverse corrects the path by validation micrographs, but there are none; give "
            "steel.images.split a share for them."
        )
    corrected = generated.corrected(
        scaled_conditions(axes, checked),
        checked[list(MEASURES)].to_numpy(),
        checked[CHIPS].to_numpy() * scatter.chip_px2,
    )
    return Inference(
        {GENERATED: generated, CORRECTED: corrected, REAL: real}, axes, pixel_size_of(measures)
    )


def _fitted(
    table: pd.DataFrame, axes: Sequence[Axis], scatter: Scatter, units: np.ndarray, kind: str
) -> Likelihood:
    groups = table.groupby([axis.name for axis in axes], sort=True).ngroup().to_numpy()
    fewest = int(np.bincount(groups).min()) if len(groups) else 0
    if fewest < FEWEST:
        raise InputError(
            f"steel.inverse: one of the conditions has {fewest} {kind} chips with two phases that "
            f"do not overlap, but {FEWEST} are needed to learn how they scatter; give more "
            "micrographs, or raise steel.inverse.chips_per_grid_point."
        )
    return Likelihood.fit(
        scaled_conditions(axes, table), table[list(MEASURES)].to_numpy(), groups, units, scatter
    )


def tensors_of(found: Inference) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Take an inference apart into arrays and JSON-ready values, as it is stored."""
    arrays: dict[str, np.ndarray] = {}
    for name, each in found.likelihoods.items():
        for part, smooth in (("mean", each.mean), ("log_variance", each.log_variance)):
            arrays[f"{name}.{part}.powers"] = smooth.powers
            arrays[f"{name}.{part}.coefficients"] = smooth.coefficients
            arrays[f"{name}.{part}.covariance"] = smooth.covariance
    scatter = found.likelihoods[GENERATED].scatter
    arrays["between"], arrays["within"] = scatter.components.between, scatter.components.within
    return arrays, {
        "freedom": scatter.components.freedom,
        "chip_px2": scatter.chip_px2,
        "micrograph_px2": scatter.micrograph_px2,
        "axes": [asdict(axis) for axis in found.axes],
        "pixel_size_um": found.pixel_size_um,
    }


def inference_of(arrays: Mapping[str, np.ndarray], model: Mapping[str, Any]) -> Inference:
    """Put an inference together again."""
    likelihoods = {}
    components = Components(arrays["between"], arrays["within"], model["freedom"])
    scatter = Scatter(components, model["chip_px2"], model["micrograph_px2"])
    for name in LIKELIHOODS:
        mean, log_variance = (
            Smooth(
                *(
                    arrays[f"{name}.{part}.{each}"]
                    for each in ("powers", "coefficients", "covariance")
                )
            )
            for part in ("mean", "log_variance")
        )
        likelihoods[name] = Likelihood(mean, log_variance, scatter)
    axes = tuple(Axis(**axis) for axis in model["axes"])
    return Inference(likelihoods, axes, model["pixel_size_um"])


def load_inference(path: Path) -> Inference:
    """Read an inference from its file.

    Raises
    ------
    InputError
        If it is another model's file, or is cut short.
    """
    from pspflow.io.weights import load_weights  # noqa: PLC0415 - torch

    tensors, model = load_weights(path)
    if "freedom" not in model:
        raise InputError(
            f"{path}: these weights are none of an inference; name the file "
            "likelihood.safetensors of the chapter inverse."
        )
    return inference_of({name: each.numpy() for name, each in tensors.items()}, model)
