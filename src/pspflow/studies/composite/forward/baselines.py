"""Baselines of forward prediction: averages of the phases, and regressions on statistics.

A baseline joins the study by its entry in `BASELINES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation import regressors as fit
from pspflow.evaluation.regressors import Prediction, Regression, Sets
from pspflow.mechanics import hill_stiffness
from pspflow.microstructure.two_point import two_point_statistics
from pspflow.studies.composite.networks.recipes import PLAIN_AUTOENCODERS, RECIPES
from pspflow.studies.composite.structures.properties import NORMAL, POSITIONS, TARGETS, Target


@dataclass(frozen=True)
class Known:
    """What the baselines know of the structures of a run, n of them, and of their properties."""

    target: Target
    """The properties that are predicted."""
    values: np.ndarray
    """Solved properties in GPa, (n, properties); those of test structures are not looked at."""
    fractions: np.ndarray
    """Volume fractions of phase 1, (n,)."""
    moduli: pd.DataFrame
    """Moduli of phases 0 and 1: columns young_gpa and poisson."""
    voxels: np.ndarray
    """Phase ids, (n, edge, edge, edge)."""
    latents: Mapping[str, np.ndarray]
    """Means of the posteriors of plain autoencoders by name, (n, latent) each."""
    sets: Sets
    """Rows to fit on and to choose by."""
    seed: int
    """Seed of draws and of the first weights."""

    @cached_property
    def scores(self) -> np.ndarray:
        """Principal components of the two-point statistics, (n, components)."""
        statistics = two_point_statistics(self.voxels).reshape(len(self.voxels), -1)
        return fit.principal_components(statistics, self.sets, self.seed)

    @property
    def given(self) -> tuple[np.ndarray, Sets, int]:
        """What every regression takes besides its features: values (n, m), sets, seed."""
        return self.values, self.sets, self.seed


@dataclass(frozen=True)
class Baseline:
    """A way to predict the stiffness without training a network on it."""

    label: str
    """What figures call it."""
    predict: Callable[[Known], Prediction]
    """Predicts the properties of all n structures."""
    autoencoder: str = ""
    """The plain autoencoder whose latents it takes, if any."""


def averages(fractions: np.ndarray, moduli: pd.DataFrame, target: Target) -> Prediction:
    """Return the Voigt-Reuss-Hill averages, which need no training.

    Parameters
    ----------
    fractions
        (n,) volume fractions of phase 1.
    moduli
        Moduli of phases 0 and 1: columns young_gpa and poisson.
    target
        Properties to return.
    """
    young, poisson = moduli["young_gpa"].to_numpy(), moduli["poisson"].to_numpy()
    hill = np.stack([hill_stiffness([1 - f, f], young, poisson) for f in fractions])
    places = dict(zip(NORMAL, POSITIONS, strict=True))
    mean = np.stack([hill[:, *places[column]] for column in TARGETS[target]], axis=1)
    return Prediction(mean, np.full_like(mean, np.nan))


REGRESSIONS: Final[dict[str, tuple[str, Regression]]] = {
    "linear": ("linear", fit.linear),
    "mlp": ("network", fit.perceptron),
    "gpr": ("GPR", fit.gaussian_process),
    "svr": ("SVR", fit.support_vectors),
}
"""Labels and regressions on latents."""


def _of_latents(autoencoder: str, label: str, regression: Regression) -> Baseline:
    return Baseline(
        f"{RECIPES[autoencoder].label} + {label}",
        lambda known: regression(known.latents[autoencoder], *known.given),
        autoencoder,
    )


BASELINES: Final = {
    "vrh": Baseline(
        "Voigt–Reuss–Hill", lambda known: averages(known.fractions, known.moduli, known.target)
    ),
    "volume_fraction": Baseline(
        "volume fraction, cubic", lambda known: fit.cubic(known.fractions[:, None], *known.given)
    ),
    "two_point_linear": Baseline(
        "two-point + ridge",
        lambda known: fit.leading(fit.ridge, fit.COMPONENTS, known.scores, *known.given),
    ),
    "two_point_gpr": Baseline(
        "two-point + GPR",
        lambda known: fit.leading(
            fit.gaussian_process, fit.PROCESS_COMPONENTS, known.scores, *known.given
        ),
    ),
    **{
        f"{autoencoder}_{name}": _of_latents(autoencoder, *regression)
        for autoencoder in PLAIN_AUTOENCODERS
        for name, regression in REGRESSIONS.items()
    },
}
"""Baselines by name, in the order of what they know of a structure."""
