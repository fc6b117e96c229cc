"""Stage: specimens are simulated."""

from pathlib import Path

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.studies.shared.images.simulated import write_simulated
from pspflow.studies.stage import Seed, Threads, stage
from pspflow.studies.temper.images.options import SimulationOptions
from pspflow.studies.temper.images.specimens import simulated_micrographs, true_structures


@stage
def simulate(
    *,
    sheet: Path,
    images: Path,
    truth: Path,
    options: SimulationOptions = SimulationOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Simulate specimens and write them as a user would: a folder of TIFF images and a sheet.

    Parameters
    ----------
    sheet
        CSV sheet to write.
    images
        Folder of TIFF images to write.
    truth
        Parquet table to write: the structure of every specimen in every temper, which no sheet
        has: `specimen`, `domain`, `number_density_per_um2`, `mean_radius_um`.
    options
        Number and size of the micrographs.
    """
    micrographs = simulated_micrographs(options, seed)
    write_simulated(sheet, images, micrographs, options.pixel_size_um, origin, threads)
    write_table(truth, true_structures(options, seed), origin)
    log.info("Simulated %d specimens: %s", options.specimens, sheet)
