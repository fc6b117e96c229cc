"""The stage that rebuilds structures from slices: along one axis, and along all three.

Composite paper, appendix A and Figure 5. Slices normal to x say nothing of how far grains reach
along x, so that only the other slices can.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from pspflow.io.arrays import get_array, new_store, open_store, put_array
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.pages import save_figure
from pspflow.io.tables import read_table, write_table
from pspflow.models.statistics_loss import autocovariances
from pspflow.models.style import AXES, StyleLoss
from pspflow.models.vae_regression import binarise
from pspflow.seeds import generator
from pspflow.studies.composite.ablation_figures import AXIS_NAMES, OBSERVED, ablation_figure
from pspflow.studies.composite.ablation_options import AblationOptions
from pspflow.studies.composite.networks import to_input
from pspflow.studies.composite.reconstruction import style_features
from pspflow.studies.composite.structures import DIMS, PHASE

VARIANTS: Final = {"x": (0,), "xyz": AXES}
"""Axes along which slices are matched."""
POOL: Final = 256
"""Structures, from the first, among which the longest along x are sought."""
UNIT_STRUCTURES: Final = 16
LEARNING_RATE: Final = 0.5
NOISE: Final = (0.05, 0.95)
"""Range of the noise that voxels start from."""


def slice_ablation(
    *,
    structures: Path,
    table: Path,
    style_weights: Path | None = None,
    rebuilt: Path,
    mismatch: Path,
    figure: Path,
    options: AblationOptions = AblationOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Rebuild structures by the style loss of slices along x alone, and along x, y and z.

    Parameters
    ----------
    structures
        Zarr store of the structures.
    table
        Table of the structures.
    style_weights
        VGG19's weights; none: fixed random filters.
    rebuilt
        Zarr store to write: phase ids of the structures and of both variants.
    mismatch
        Parquet table to write: error of the autocorrelation along each axis, by structure.
    figure
        PNG to write: the first structure, both variants and their central slices.
    options
        Steps and number of structures.
    seed
        Seed of the noise.
    threads
        Threads of torch.
    """
    torch.set_num_threads(threads)
    pool = np.asarray(get_array(open_store(structures), PHASE)[:POOL])
    chosen = longest(pool, options.structures)
    observed = pool[chosen]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    given, units = (
        to_input(torch.from_numpy(each).to(device)) for each in (observed, pool[:UNIT_STRUCTURES])
    )
    drawn = generator(seed, "composite slice ablation").uniform(*NOISE, given.shape)
    noise = torch.from_numpy(drawn).to(given)
    features = style_features(style_weights)
    made = {OBSERVED: observed}
    for variant, axes in VARIANTS.items():
        loss = StyleLoss(features, axes).to(device)
        loss.fit(units)
        soft = rebuild(loss, given, noise, options.steps)
        made[variant] = binarise(soft)[:, 0].to(torch.uint8).cpu().numpy()

    inputs: Inputs = {
        "structures": structures,
        "table": table,
        **({"style_weights": style_weights} if style_weights else {}),
    }
    origin = Provenance.of("composite slice-ablation", inputs, options, seed)
    names = read_table(table)["structure"].to_numpy()[chosen]
    errors = mismatches(made, names)
    with new_store(rebuilt, origin) as group:
        group.attrs["variants"] = list(made)
        dims = ("variant", *DIMS)
        put_array(group, PHASE, np.stack(list(made.values())), dims, "1")
    write_table(mismatch, errors, origin)
    first = {variant: each[0] for variant, each in made.items()}
    save_figure(figure, ablation_figure(first, errors), origin)


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
        Of the structures, ``(n,)``.

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
