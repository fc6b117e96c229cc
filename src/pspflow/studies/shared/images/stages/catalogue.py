"""Stage: a sheet and its images are checked."""

import hashlib
from pathlib import Path

from joblib import Parallel, delayed

from pspflow.errors import InputError, raise_problems
from pspflow.io import imagesets
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.micrographs import read_header
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.microstructure.catalogue import Source, build_catalogue
from pspflow.studies.paths import Sheet
from pspflow.studies.shared.images.options import CatalogueOptions
from pspflow.studies.stage import Threads, stage


@stage
def catalogue(
    *,
    sheet: Sheet,
    catalogue: Path,
    options: CatalogueOptions,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Check the sheet and its images, and plan each micrograph's crop, scale and size.

    Parameters
    ----------
    catalogue
        Parquet table to write: one row per micrograph.
    options
        Domains, labels and common scale.
    """
    rows = read_sheet(sheet)
    found = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(_source)(sheet, row, image) for row, image in rows["image"].items()
    )
    sources, problems = [], []
    for source, problem in progress(found, len(rows), "checking images", "image"):
        problems.extend([problem] if problem else [])
        sources.extend([source] if source else [])
    raise_problems(problems)
    table, problems = build_catalogue(
        rows,
        sources,
        options.labels,
        options.scale.annotation_bar_px,
        options.scale.pixel_size_um,
        options.scale.magnification,
    )
    raise_problems([problem.replace("Sheet", str(sheet), 1) for problem in problems])
    if table["colour"].any():
        log.info("%d of %d images hold colour: read as luminance", table["colour"].sum(), len(rows))
    if table["pixel_size_um"].isna().all() and (table["scale"] == 1).all():
        log.info("The sheet gives no scale: images keep their own pixels")
    images = [imagesets.image_path(sheet, image) for image in rows["image"]]
    write_table(catalogue, table, origin.including({"sheet": sheet, "images": images}))


def _source(sheet: Path, row: int, image: str) -> tuple[Source | None, str]:
    """Describe one image, or say what is wrong with it."""
    try:
        pixels = imagesets.read_image(sheet, row, image)
    except InputError as error:
        return None, str(error)
    path = imagesets.image_path(sheet, image)
    content = hashlib.blake2b(pixels.tobytes(), salt=str(pixels.shape).encode()[:16])
    source = Source(
        pixels.shape[0],
        pixels.shape[1],
        str(pixels.dtype),
        fingerprint(path),
        content.hexdigest(),
        read_header(path).colour,
    )
    return source, ""
