"""Stage: a database of micrographs is simulated."""

from pathlib import Path

from joblib import Parallel, delayed

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.sheet import write_sheet
from pspflow.logs import log, progress
from pspflow.studies.latent.curation.database import DatabaseEntry, plan_database, table_of
from pspflow.studies.latent.curation.options import SimulatedDatabaseOptions
from pspflow.studies.stage import Seed, Threads, stage


@stage
def simulate(
    *,
    table: Path,
    images: Path,
    options: SimulatedDatabaseOptions = SimulatedDatabaseOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Simulate a database of spheroidite micrographs, with gaps in its table as in a real one.

    Parameters
    ----------
    table
        CSV table to write, with the columns of the UHCS database that are used.
    images
        Folder of TIFF images to write, with annotation bars.
    options
        Number and size of the micrographs.
    """
    entries = plan_database(options, seed)
    with replacing(images) as staged:
        staged.mkdir()
        work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
            delayed(_write)(staged, entry, origin) for entry in entries
        )
        for _ in progress(work, len(entries), "simulated micrographs", "micrograph"):
            pass
    write_sheet(table, table_of(entries), sealed=True)
    log.info("Simulated %d micrographs of %d samples", len(entries), options.samples)


def _write(folder: Path, entry: DatabaseEntry, origin: Provenance) -> None:
    if entry.draw is not None:
        write_tiff(folder / entry.row["path"], entry.draw(), None, origin.as_json())
