"""Micrographs of simulated specimens: one specimen for each cooling rate, as in the paper."""

from functools import partial

import numpy as np

from pspflow.seeds import generator
from pspflow.simulate import simulate_steel_micrograph
from pspflow.studies.shared.images.simulated import SimulatedMicrograph
from pspflow.studies.steel.images.options import COOLING_RATE, RATES, SteelSimulationOptions


def specimen_name(cooling_rate_c_s: float) -> str:
    """Return the name of the specimen cooled at a rate: A10-03 is the paper's at 3 °C/s."""
    return f"A10-{cooling_rate_c_s:02g}"


def simulated_micrographs(options: SteelSimulationOptions, seed: int) -> list[SimulatedMicrograph]:
    """List the micrographs of every cooling rate, with what their sheet says of them.

    Parameters
    ----------
    options
        Number and size of the micrographs.
    seed
        Seed of the images. The i-th micrograph of a rate does not depend on how many follow it.
    """
    return [
        SimulatedMicrograph(
            name=f"{specimen_name(rate)}_{number:04d}",
            domain=domain,
            specimen=specimen_name(rate),
            measured={COOLING_RATE: rate},
            draw=partial(drawn_micrograph, rate, options, seed, number),
        )
        for domain, rate in RATES.items()
        for number in range(1, options.micrographs_per_rate + 1)
    ]


def drawn_micrograph(
    cooling_rate_c_s: float,
    options: SteelSimulationOptions,
    seed: int,
    number: int,
    purpose: str = "micrograph",
) -> np.ndarray:
    """Return one micrograph (rows, columns) uint8 of any cooling rate.

    Parameters
    ----------
    cooling_rate_c_s
        Cooling rate in °C/s.
    options
        Size of a pixel and of the micrograph.
    seed
        Seed of the run.
    number
        Number of the micrograph among those of its rate.
    purpose
        What it is for: micrographs that test a model must be other ones than those of the sheet.
    """
    rng = generator(seed, purpose, cooling_rate_c_s, number)
    size_px = (options.height_px, options.width_px)
    return simulate_steel_micrograph(cooling_rate_c_s, rng, size_px, options.pixel_size_um)
