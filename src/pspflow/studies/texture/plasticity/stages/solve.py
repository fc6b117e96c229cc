"""Stage: the anisotropy parameters of textures are computed, or asked for."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.shards import share
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.studies.stage import Threads, stage
from pspflow.studies.texture.paths import TextureStore, TextureTable
from pspflow.studies.texture.plasticity.files import truth_files
from pspflow.studies.texture.plasticity.measured import fingerprint_of_rows
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.shares import pieces, remove_pieces
from pspflow.studies.texture.plasticity.tables import FAILURE, NAME, no_parameters
from pspflow.studies.texture.plasticity.truth import ground_truth
from pspflow.studies.texture.textures.store import open_textures


@stage
def solve(
    *,
    textures: TextureStore,
    table: TextureTable,
    solved: Path,
    shard: str = "1-of-1",
    options: PlasticityOptions = PlasticityOptions(),
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Compute the 54 anisotropy parameters of one share of a set, or ask for them.

    What is done is kept: a job that was killed goes on where it was.

    Parameters
    ----------
    solved
        Parquet table to write: parameters of each texture, or why it has none.
    shard
        Which share, for example `2-of-8`.
    options
        Where parameters come from.

    Raises
    ------
    InputError
        If the user's class or table cannot be used, or textures wait to be measured.
    """
    names = read_table(table)[NAME].tolist()
    part = share(len(names), shard)
    if files := truth_files(options):
        origin = origin.including({"truth": files})
        if options.source == "table":
            # the table grows while loops wait: what they read must not change with it
            rows_known = fingerprint_of_rows(files[0], names[part])
            origin = replace(origin, inputs={**origin.inputs, "truth": rows_known})
    truth = ground_truth(options, threads)
    folder = origin.resume_folder(solved)
    found = pieces(open_textures(textures), names, part, truth, options, folder, origin)
    count = part.stop - part.start
    done = progress(found, count, "anisotropy parameters", "texture", len)
    rows = pd.concat(done) if count else no_parameters()
    for row in rows[rows[FAILURE] != ""].itertuples():
        log.warning("Texture %s has no parameters: %s", row.name, row.failure)
    write_table(solved, rows, origin)
    remove_pieces(folder)
