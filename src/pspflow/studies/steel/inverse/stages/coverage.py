"""Stage: conditions of micrographs are inferred, and compared with the true ones."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import read_chips
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable
from pspflow.studies.stage import Seed, Threads, stage
from pspflow.studies.steel.images.options import SteelImagesOptions, SteelSimulationOptions
from pspflow.studies.steel.images.specimens import drawn_micrograph
from pspflow.studies.steel.inverse.inference import load_inference
from pspflow.studies.steel.inverse.micrographs import (
    CHIPS,
    mean_of,
    micrograph_means,
    separate_chips,
)
from pspflow.studies.steel.inverse.options import InverseOptions
from pspflow.studies.steel.inverse.scales import FRACTION, PATH
from pspflow.studies.steel.inverse.tested import Tested, inferred, simulated_rates
from pspflow.studies.steel.morphology.options import MeasureOptions, MorphologyOptions
from pspflow.studies.steel.paths import LikelihoodFile, MeasureTable


@stage
def coverage(
    *,
    measures: MeasureTable,
    chips: ChipTable,
    likelihood: LikelihoodFile,
    tested: Path,
    densities: Path,
    options: InverseOptions = InverseOptions(),
    measuring: MeasureOptions = MeasureOptions(),
    images: SteelImagesOptions = SteelImagesOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Infer the conditions of micrographs, and compare them with the true ones.

    Simulated data: new micrographs, each at a cooling rate of its own. A user's data: the test
    micrographs.

    Parameters
    ----------
    tested
        Parquet table to write: one row per micrograph, likelihood and condition.
    densities
        Parquet table to write: densities of the posteriors.
    options
        Options of the chapter.
    measuring
        How chips are measured, and the conditions.
    images
        Whether and how micrographs are simulated.

    Raises
    ------
    InputError
        If there is no test micrograph.
    """
    found = load_inference(likelihood)
    rows = read_chips(chips)
    size_px = int(rows["size_px"].iloc[0])
    if images.simulates:
        rates = simulated_rates(
            found.axes[0], options.tested_micrographs, generator(seed, "inverse", "rates")
        )
        micrographs = _simulated(
            rates.tolist(), images.simulated, measuring, size_px, seed, threads
        )
    else:
        separate = separate_chips(read_table(measures), rows)
        micrographs = _of_the_sheet(
            separate[separate["split"] == "test"], [axis.name for axis in found.axes], size_px
        )
    if not micrographs:
        raise InputError(
            "no test micrograph has a chip with two phases; give steel.images.split a share for "
            "test, or check morphology.phase."
        )
    results = [result for each in micrographs for result in inferred(each, found)]
    write_table(tested, pd.DataFrame([row for row, _ in results]), origin)
    write_table(densities, pd.concat([part for _, part in results], ignore_index=True), origin)
    log.info("Conditions of %d micrographs inferred: %s", len(micrographs), tested)


def _simulated(
    rates: Sequence[float],
    options: SteelSimulationOptions,
    measuring: MorphologyOptions,
    size_px: int,
    seed: int,
    processes: int,
) -> list[Tested]:
    work = Parallel(n_jobs=processes, return_as="generator")(
        delayed(_drawn)(rate, options, measuring, size_px, seed, number)
        for number, rate in enumerate(rates, 1)
    )
    made = progress(work, len(rates), "simulated micrographs", "micrograph")
    return [each for each in made if each is not None]


def _drawn(
    rate: float,
    options: SteelSimulationOptions,
    measuring: MorphologyOptions,
    size_px: int,
    seed: int,
    number: int,
) -> Tested | None:
    pixels = drawn_micrograph(rate, options, seed, number, "inverse coverage")
    measured = mean_of(pixels, size_px, measuring)
    if measured is None:
        return None
    fraction, path, chips = measured
    return Tested(f"simulated_{number:04d}", (rate,), (fraction, path), chips * size_px**2)


def _of_the_sheet(separate: pd.DataFrame, names: list[str], size_px: int) -> list[Tested]:
    return [
        Tested(
            str(row["micrograph"]),
            tuple(float(row[name]) for name in names),
            (float(row[FRACTION]), float(row[PATH])),
            float(row[CHIPS] * size_px**2),
        )
        for _, row in micrograph_means(separate, names).iterrows()
    ]
