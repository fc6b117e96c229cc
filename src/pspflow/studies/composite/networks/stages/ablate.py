"""Stage: structures are rebuilt from slices along one axis, and along all three."""

from pathlib import Path
from typing import Final

import numpy as np
import torch

from pspflow.io.arrays import get_array, new_store, open_store, put_array, reading
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.models.style import StyleLoss
from pspflow.models.vae_regression import binarise
from pspflow.seeds import generator
from pspflow.studies.composite.networks.ablation import VARIANTS, longest, mismatches, rebuild
from pspflow.studies.composite.networks.captions import OBSERVED
from pspflow.studies.composite.networks.network import to_input
from pspflow.studies.composite.networks.options import AblationOptions
from pspflow.studies.composite.networks.reconstruction_losses import style_features
from pspflow.studies.composite.paths import StructureStore, StructureTable, StyleWeights
from pspflow.studies.composite.structures.sets import DIMS, PHASE
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage

POOL: Final = 256
"""Number of structures, from the first, among which the longest along x are chosen."""
UNIT_STRUCTURES: Final = 16
"""Structures from which the style loss takes its unit."""
NOISE: Final = (0.05, 0.95)
"""Range of the noise that voxels start from."""


@stage
def ablate(
    *,
    structures: StructureStore,
    table: StructureTable,
    style_weights: StyleWeights | None = None,
    rebuilt: Path,
    mismatch: Path,
    options: AblationOptions = AblationOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Rebuild structures by the style loss of slices along x alone, and along x, y and z.

    Parameters
    ----------
    style_weights
        File of VGG19's weights; none: fixed random filters.
    rebuilt
        Zarr store to write: phase ids of the structures and of both variants.
    mismatch
        Parquet table to write: error of the autocorrelation along each axis, by structure.
    options
        Steps and number of structures.
    """
    torch.set_num_threads(threads)
    voxels = get_array(open_store(structures), PHASE)
    with reading(voxels):
        pool = np.asarray(voxels[:POOL])
    chosen = longest(pool, options.structures)
    observed = pool[chosen]
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

    names = read_table(table)["structure"].to_numpy()[chosen]
    errors = mismatches(made, names)
    with new_store(rebuilt, origin) as group:
        group.attrs["variants"] = list(made)
        dims = ("variant", *DIMS)
        put_array(group, PHASE, np.stack(list(made.values())), dims, "1")
    write_table(mismatch, errors, origin)
