"""Simulated specimens as a user would bring them: a folder of TIFF images and a sheet."""

import os
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.sheet import write_sheet
from pspflow.logs import progress
from pspflow.seeds import generator
from pspflow.simulate import TEMPERS, Specimen, Temper, simulate_micrograph, simulate_specimens
from pspflow.studies.temper.options import SimulateOptions


def write_simulated(
    sheet: Path, images: Path, options: SimulateOptions, seed: int, jobs: int
) -> None:
    """Simulate specimens and write one micrograph a temper, and the sheet that names them.

    Parameters
    ----------
    sheet
        CSV file to write, last.
    images
        Folder to write; every image carries its provenance.
    options
        Number and size of the micrographs.
    seed
        Seed of specimens and images.
    jobs
        Processes to work with.
    """
    origin = Provenance.of("temper simulate", {}, options, seed)
    specimens = simulate_specimens(options.specimens, seed)
    wanted = [(specimen, temper) for specimen in specimens for temper in TEMPERS]
    with replacing(images) as staged:
        staged.mkdir()
        work = Parallel(n_jobs=jobs, return_as="generator")(
            delayed(_write_micrograph)(staged, specimen, temper, options, seed, origin)
            for specimen, temper in wanted
        )
        for _ in progress(work, len(wanted), "simulated micrographs", "micrograph"):
            pass
    folder = Path(os.path.relpath(images, sheet.parent))
    rows = [_row(specimen, temper, folder, options) for specimen, temper in wanted]
    write_sheet(sheet, pd.DataFrame(rows))


def _file_name(specimen: Specimen, temper: Temper) -> str:
    return f"{specimen.name}_{temper}.tif"


def _row(
    specimen: Specimen, temper: Temper, folder: Path, options: SimulateOptions
) -> dict[str, object]:
    return {
        "image": (folder / _file_name(specimen, temper)).as_posix(),
        "domain": temper,
        "specimen": specimen.name,
        "pixel_size_um": options.pixel_size_um,
        "feed_rate_mm_min": round(specimen.feed_rate_mm_min, 2),
        "uts_t5_mpa": round(specimen.uts_t5_mpa, 1),
        "uts_t6_mpa": round(specimen.uts_t6_mpa, 1),
    }


def _write_micrograph(
    folder: Path,
    specimen: Specimen,
    temper: Temper,
    options: SimulateOptions,
    seed: int,
    origin: Provenance,
) -> None:
    rng = generator(seed, "micrograph", specimen.name, temper)
    structure = specimen.precipitates(temper)
    pixels = simulate_micrograph(structure, options.size_px, options.pixel_size_um, rng)
    path = folder / _file_name(specimen, temper)
    write_tiff(path, pixels, options.pixel_size_um, origin.as_json())
