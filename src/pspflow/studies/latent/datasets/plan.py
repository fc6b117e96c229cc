"""Which images a dataset has, of which split each is, and whether its simulation is long enough."""

import numpy as np
import pandas as pd

from pspflow.simulate.potts.melt_pool import Teardrop
from pspflow.simulate.potts.paths import serpentine
from pspflow.studies.latent.datasets.options import Counts, DatasetsOptions
from pspflow.studies.latent.names import SimulatedName


def planned(name: SimulatedName, counts: Counts) -> pd.DataFrame:
    """List the images of a dataset: the first ones train, then others validate, the last test.

    Returns
    -------
    DataFrame
        Columns image_id, split and group (the image itself: each is simulated by itself).
    """
    ids = [f"{name}-{number:06d}" for number in range(counts.total)]
    split = np.repeat(["train", "validation", "test"], counts.sizes)
    return pd.DataFrame({"image_id": ids, "split": split, "group": ids})


def unfinished(name: SimulatedName, options: DatasetsOptions) -> str:
    """Say that a melt pool does not come to the end of its way; "" where it does, or there is none.

    Sites that no pool has visited keep their first spins: each is nearly a grain.
    """
    if name == "additive":
        given = options.additive
        passes = serpentine(given.sites, given.hatch_sites, given.overrun_sites)
        way, gone = sum(each.length for each in passes), given.time * given.speed
    elif name == "weld":
        # behind its widest place the pool is molten as far as its tail reaches
        tail = Teardrop(max(options.weld.pool_width_sites), options.weld.teardrop).tail
        way = options.weld.sites[1] - options.weld.margin_sites + tail
        gone = options.weld.time * options.weld.speed
    else:
        return ""
    if gone >= way * (1 - 1e-9):
        return ""
    return (
        f"The melt pool of {name} goes {gone:g} of the {way:.4g} sites of its way in its time: "
        f"sites it does not reach keep random spins; raise latent.datasets.{name}.time or speed."
    )
