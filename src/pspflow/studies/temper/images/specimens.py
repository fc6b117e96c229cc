"""Micrographs of simulated specimens: one of every temper."""

from functools import partial

import numpy as np
import pandas as pd

from pspflow.seeds import generator
from pspflow.simulate import TEMPERS, Specimen, Temper, simulate_micrograph, simulate_specimens
from pspflow.studies.shared.images.simulated import SimulatedMicrograph
from pspflow.studies.temper.images.options import SimulationOptions


def simulated_micrographs(options: SimulationOptions, seed: int) -> list[SimulatedMicrograph]:
    """List the micrographs of simulated specimens, with what their sheet says of them.

    Parameters
    ----------
    options
        Number and size of the micrographs.
    seed
        Seed of specimens and images.
    """
    return [
        SimulatedMicrograph(
            name=f"{specimen.name}_{temper}",
            domain=temper,
            specimen=specimen.name,
            measured={
                "feed_rate_mm_min": round(specimen.feed_rate_mm_min, 2),
                "uts_t5_mpa": round(specimen.uts_t5_mpa, 1),
                "uts_t6_mpa": round(specimen.uts_t6_mpa, 1),
            },
            draw=partial(_pixels, specimen, temper, options, seed),
        )
        for specimen in simulate_specimens(options.specimens, seed)
        for temper in TEMPERS
    ]


def true_structures(options: SimulationOptions, seed: int) -> pd.DataFrame:
    """Tabulate the structure of simulated specimens in every temper.

    Returns
    -------
    One row per specimen and temper: `specimen`, `domain`, `number_density_per_um2` and
    `mean_radius_um`, as `Precipitates` has them.
    """
    rows = []
    for specimen in simulate_specimens(options.specimens, seed):
        for temper in TEMPERS:
            found = specimen.precipitates(temper)
            values = (found.number_density_per_um2, found.mean_radius_um)
            rows.append((specimen.name, temper, *values))
    return pd.DataFrame(
        rows, columns=["specimen", "domain", "number_density_per_um2", "mean_radius_um"]
    )


def _pixels(
    specimen: Specimen, temper: Temper, options: SimulationOptions, seed: int
) -> np.ndarray:
    rng = generator(seed, "micrograph", specimen.name, temper)
    structure = specimen.precipitates(temper)
    return simulate_micrograph(structure, options.size_px, options.pixel_size_um, rng)
