"""Stage: micrographs of a database are stored once, at one scale."""

from pathlib import Path

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import GREY
from pspflow.io.micrographs import read_micrograph
from pspflow.io.tables import read_table
from pspflow.logs import log, progress
from pspflow.microstructure.rescale import resize
from pspflow.studies.latent.curation.rows import KEPT
from pspflow.studies.latent.paths import ImageFolder, MicrographTable
from pspflow.studies.stage import stage


@stage
def micrographs(
    *,
    table: MicrographTable,
    images: ImageFolder,
    micrographs: Path,
    origin: Provenance,
) -> None:
    """Read, crop, rescale and store every kept micrograph, as 8-bit grey.

    The table says how many rows of each image are above its bar. An image that cannot be read is
    left out, and named in the store.

    Parameters
    ----------
    micrographs
        Zarr store to write: one group per micrograph.

    Raises
    ------
    InputError
        If no image can be read.
    """
    rows = read_table(table)
    kept = rows[rows["reason"] == KEPT]
    files = [images / image for image in kept["image"]]
    unreadable: dict[str, str] = {}
    with new_store(micrographs, origin.including({"images": files})) as store:
        entries = zip(kept.itertuples(), files, strict=True)
        for entry, file in progress(entries, len(kept), "micrographs", "micrograph"):
            try:
                pixels = read_micrograph(file)
            except InputError as error:
                log.warning("%s", error)
                unreadable[entry.micrograph] = str(error)
                continue
            whole = pixels[: entry.height_px]
            scaled = resize(whole, entry.scaled_height_px, entry.scaled_width_px)
            group = store.create_group(entry.micrograph)
            put_array(group, GREY, scaled, ("y", "x"), "grey level")
        if len(unreadable) == len(kept):
            raise InputError(f"{images}: none of its {len(kept)} images can be read; see the log.")
        store.attrs["unreadable"] = unreadable
    log.info(
        "Stored %d micrographs; %d cannot be read", len(kept) - len(unreadable), len(unreadable)
    )
