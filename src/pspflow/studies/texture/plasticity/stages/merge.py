"""Stage: the shares of the anisotropy parameters are joined."""

from pathlib import Path

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.studies.stage import stage
from pspflow.studies.texture.paths import ParameterShares, TextureTable
from pspflow.studies.texture.plasticity.shares import check_failures, join_shares
from pspflow.studies.texture.plasticity.tables import NAME


@stage
def merge(
    *, shards: ParameterShares, table: TextureTable, parameters: Path, origin: Provenance
) -> None:
    """Join the shares into a table of parameters, one row per texture of the set.

    Parameters
    ----------
    parameters
        Parquet table to write.

    Raises
    ------
    InputError
        If the shares are not those of one set, or more than a tenth of its textures have no
        parameters.
    """
    names = read_table(table)[NAME].tolist()
    rows, whole = join_shares(shards, names, parameters, origin.stage)
    failed = check_failures(rows, parameters)
    log.info("%d of %d textures have parameters", len(rows) - failed, len(rows))
    write_table(parameters, rows, whole)
