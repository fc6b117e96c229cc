"""Writing simulated specimens the way a user keeps them: TIFF images and a CSV sheet."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile
from joblib import Parallel, delayed

from pspflow.io.artefacts import replacing
from pspflow.logs import progress
from pspflow.simulate import TEMPERS, Specimen, Temper, simulate_micrograph, simulate_specimens

MICROMETRES_PER_CENTIMETRE = 1e4


def write_simulated(
    sheet: Path,
    images: Path,
    count: int,
    size_px: int,
    pixel_size_um: float,
    seed: int,
    threads: int,
) -> None:
    """Simulate specimens and write one micrograph a temper, and the sheet that names them.

    Parameters
    ----------
    sheet
        CSV file to write, last.
    images
        Folder to write.
    count
        Number of specimens.
    size_px, pixel_size_um
        Edge of a micrograph and of its pixels.
    seed
        Seed of specimens and images.
    threads
        Processes to work with.
    """
    specimens = simulate_specimens(count, seed)
    jobs = [(i, specimen, temper) for i, specimen in enumerate(specimens) for temper in TEMPERS]
    with replacing(images) as staged:
        staged.mkdir()
        work = Parallel(n_jobs=threads, return_as="generator")(
            delayed(_write_micrograph)(
                staged / _file_name(specimen, temper),
                specimen,
                temper,
                size_px,
                pixel_size_um,
                (seed, i, TEMPERS.index(temper)),
            )
            for i, specimen, temper in jobs
        )
        for _ in progress(work, len(jobs), "simulated micrographs", "micrograph"):
            pass
    folder = Path(os.path.relpath(images, sheet.parent)).as_posix()
    rows = pd.DataFrame(
        {
            "image": f"{folder}/{_file_name(specimen, temper)}",
            "domain": temper,
            "specimen": specimen.name,
            "pixel_size_um": pixel_size_um,
            "feed_rate_mm_min": round(specimen.feed_rate_mm_min, 2),
            "uts_t5_mpa": round(specimen.uts_t5_mpa, 1),
            "uts_t6_mpa": round(specimen.uts_t6_mpa, 1),
        }
        for _, specimen, temper in jobs
    )
    with replacing(sheet) as staged_sheet:
        rows.to_csv(staged_sheet, index=False)


def _file_name(specimen: Specimen, temper: Temper) -> str:
    return f"{specimen.name}_{temper}.tif"


def _write_micrograph(
    path: Path,
    specimen: Specimen,
    temper: Temper,
    size_px: int,
    pixel_size_um: float,
    seed: tuple[int, int, int],
) -> None:
    rng = np.random.default_rng(seed)
    pixels = simulate_micrograph(specimen.precipitates(temper), size_px, pixel_size_um, rng)
    per_cm = MICROMETRES_PER_CENTIMETRE / pixel_size_um
    tifffile.imwrite(
        path,
        pixels,
        compression="zlib",
        resolution=(per_cm, per_cm),
        resolutionunit="CENTIMETER",
        software="pspflow (simulated)",
    )
