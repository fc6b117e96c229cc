"""Stage: micrographs are simulated."""

from pathlib import Path

from pspflow.io.artefacts import Provenance
from pspflow.logs import log
from pspflow.studies.shared.images.simulated import write_simulated
from pspflow.studies.stage import Seed, Threads, stage
from pspflow.studies.steel.images.options import SteelSimulationOptions
from pspflow.studies.steel.images.specimens import simulated_micrographs


@stage
def simulate(
    *,
    sheet: Path,
    images: Path,
    options: SteelSimulationOptions = SteelSimulationOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Simulate steel and write it as a user would: a folder of TIFF images and a sheet.

    Parameters
    ----------
    sheet
        CSV sheet to write.
    images
        Folder of TIFF images to write.
    options
        Number and size of the micrographs.
    """
    micrographs = simulated_micrographs(options, seed)
    write_simulated(sheet, images, micrographs, options.pixel_size_um, origin, threads)
    log.info("Simulated %d micrographs of steel: %s", len(micrographs), sheet)
