"""Structures rebuilt from slices: along one axis, and along all three.

Composite paper, appendix A and Figure 5. Slices normal to x contain no information on how far
grains reach along x; only the other slices do.
"""

from typing import Final

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from pspflow.models.composite.statistics_loss import autocovariances
from pspflow.models.style import AXES
from pspflow.studies.composite.networks.captions import AXIS_NAMES, OBSERVED

VARIANTS: Final = {"x": (0,), "xyz": AXES}
"""Axes along which slices are matched."""
LEARNING_RATE: Final = 0.5


def longest(phases: np.ndarray, count: int) -> np.ndarray:
    """Choose the structures whose grains reach furthest along x, compared with y and z.

    Parameters
    ----------
    phases
        Phase ids, shape ``(n, edge, edge, edge)``.
    count
        How many at most.

    Returns
    -------
    Their places, the longest first.
    """
    means = autocorrelations(phases).mean(axis=2)
    excess = means[:, 0] - means[:, 1:].mean(axis=1)
    return np.argsort(-excess, kind="stable")[:count]


def autocorrelations(phases: np.ndarray) -> np.ndarray:
    """Compute periodic autocorrelations along x, y and z.

    Parameters
    ----------
    phases
        Phase ids, shape ``(n, edge, edge, edge)``, both phases in each.

    Returns
    -------
    Float64, shape ``(n, 3, edge // 2)``: at lags of 1, 2, … voxels along each axis, at most 1.
    """
    reach = phases.shape[1] // 2 + 1
    found = np.empty((len(phases), 3, reach - 1))
    for place, each in enumerate(phases):
        whole = autocovariances(torch.from_numpy(each.astype(np.float64))[None, None])[0].numpy()
        along = (whole[1:reach, 0, 0], whole[0, 1:reach, 0], whole[0, 0, 1:reach])
        found[place] = np.stack(along) / whole[0, 0, 0]
    return found


def rebuild(loss: nn.Module, observed: Tensor, noise: Tensor, steps: int) -> Tensor:
    """Change every voxel of noise until its slices look like those of observed structures.

    Parameters
    ----------
    loss
        Maps two batches of structures to a distance each.
    observed
        `b x 1 x n x n x n`.
    noise
        Where voxels start from, of the same shape, between 0 and 1.
    steps
        Steps of Adam.

    Returns
    -------
    Tensor
        Soft structures, `b x 1 x n x n x n`.
    """
    logits = noise.logit().requires_grad_()
    optimiser = torch.optim.Adam([logits], LEARNING_RATE)
    for _ in range(steps):
        optimiser.zero_grad()
        loss(logits.sigmoid(), observed).sum().backward()
        optimiser.step()
    return logits.detach().sigmoid()


def mismatches(made: dict[str, np.ndarray], names: np.ndarray) -> pd.DataFrame:
    """Compare the autocorrelations of rebuilt structures with those of the observed ones.

    Parameters
    ----------
    made
        Variant, phase ids ``(n, edge, edge, edge)``; among them `OBSERVED`.
    names
        Names of the structures, ``(n,)``.

    Returns
    -------
    Columns structure, slices (x or xyz), axis (x, y, z), error (root mean square over the lags, of
    a quantity that is 1 at most), volume_fraction_error (rebuilt minus observed).
    """
    true = autocorrelations(made[OBSERVED])
    fractions = {variant: each.mean(axis=(1, 2, 3)) for variant, each in made.items()}
    parts = []
    for variant in VARIANTS:
        errors = np.sqrt(((autocorrelations(made[variant]) - true) ** 2).mean(axis=2))
        away = fractions[variant] - fractions[OBSERVED]
        parts.append(
            pd.DataFrame(
                {
                    "structure": np.repeat(names, 3),
                    "slices": variant,
                    "axis": np.tile(list(AXIS_NAMES), len(names)),
                    "error": errors.ravel(),
                    "volume_fraction_error": np.repeat(away, 3),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
