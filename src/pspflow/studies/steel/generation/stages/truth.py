"""Stage: micrographs are simulated at further conditions, which no model has seen."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.microstructure.chips import chip_rows, cut
from pspflow.seeds import generator
from pspflow.studies.shared.images.options import ChipOptions
from pspflow.studies.stage import Seed, stage
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.images.options import COOLING_RATE, SteelSimulationOptions
from pspflow.studies.steel.images.specimens import drawn_micrograph
from pspflow.studies.steel.morphology.measured import measured
from pspflow.studies.steel.morphology.options import MeasureOptions


@stage
def truth(
    *,
    store: Path,
    table: Path,
    options: GenerationOptions = GenerationOptions(),
    simulated: SteelSimulationOptions = SteelSimulationOptions(),
    chips: ChipOptions = ChipOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Simulate micrographs at each further cooling rate, and measure chips of them.

    Parameters
    ----------
    store
        Zarr store to write: the chips.
    table
        Parquet table to write: micrograph, cooling rate and measures of every chip.
    options
        Further rates, micrographs of each, and most chips of each.
    simulated
        Size of the micrographs.
    chips
        How micrographs are cut.
    measuring
        Which phase is ferrite.
    """
    wanted = [
        (rate, number) for (rate,) in options.further for number in range(options.truth_micrographs)
    ]
    images, tables = [], []
    for rate, number in progress(wanted, len(wanted), "micrographs", "micrograph"):
        pixels = drawn_micrograph(rate, simulated, seed, number, "truth")
        name = f"{rate:g}_{number:04d}"
        cut_out = cut(pixels, _windows(pixels, name, chips, seed), chips.size_px)
        rng = generator(seed, "chips of the truth", rate, number)
        most = -(-options.chips_per_condition // options.truth_micrographs)
        few = cut_out[np.sort(rng.permutation(len(cut_out))[:most])]
        keys = pd.DataFrame({"micrograph": name, COOLING_RATE: rate}, index=range(len(few)))
        tables.append(pd.concat([keys, measured(few, measuring, simulated.pixel_size_um)], axis=1))
        images.append(few)
    found = pd.concat(tables, ignore_index=True)
    with new_store(store, origin) as group:
        put_array(group, "images", np.concatenate(images), ("chip", "y", "x"), "grey level")
    write_table(table, found, origin)
    log.info("%d chips of %d micrographs", len(found), len(wanted))


def _windows(pixels: np.ndarray, name: str, chips: ChipOptions, seed: int) -> pd.DataFrame:
    """Place chips in a micrograph as those of the study are."""
    height, width = pixels.shape
    edges = {"row_start": 0, "row_stop": height, "column_start": 0, "column_stop": width}
    region = pd.Series({"micrograph": name, "split": "truth", **edges})
    windows = chips.placement_rule.windows(region, seed)
    image = {"micrograph": name, "specimen": name, "domain": ""}
    return chip_rows(windows, chips.size_px, image, "truth")
