"""Shares of a set's anisotropy parameters: computed piece by piece, and joined."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.resuming import again
from pspflow.io.tables import read_table, table_provenance, write_table
from pspflow.logs import log
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import FAILURE, NAME, TEXTURE, parameter_table
from pspflow.studies.texture.plasticity.truth import GroundTruth
from pspflow.studies.texture.textures.store import TextureSet

PIECES: Final = {"taylor": 100, "python": 1}
"""Textures between two files on disk: some ten seconds of the Taylor model, one call of a class."""
MOST_FAILURES: Final = 0.1
"""Share of a set's textures without parameters beyond which the set cannot be used."""


def pieces(
    textures: TextureSet,
    names: Sequence[str],
    part: slice,
    truth: GroundTruth,
    options: PlasticityOptions,
    folder: Path,
    origin: Provenance,
) -> Iterator[pd.DataFrame]:
    """Yield the parameters of a share in pieces; those that lie in `folder` are not asked again.

    A table is asked once, so that it learns of all textures that it lacks.

    Parameters
    ----------
    textures, names
        The set.
    part
        Rows of the share.
    truth, options
        Where parameters come from.
    folder
        Where pieces are kept; `origin` is recorded in each.
    """
    step = PIECES.get(options.source, max(1, part.stop - part.start))
    for first in range(part.start, part.stop, step):
        path = folder / f"{first}.parquet"
        rows = np.arange(first, min(first + step, part.stop))
        piece = _found(path, rows)
        if piece is None:
            asked = list(names[first : rows[-1] + 1])
            grains = [textures.symmetric_grains(int(row)) for row in rows]
            found = truth.parameters(grains, asked)
            failures = [found.failures.get(place, "") for place in range(len(rows))]
            piece = _kept(path, parameter_table(rows, asked, found.parameters, failures), origin)
        yield piece


def _found(path: Path, rows: NDArray[np.int64]) -> pd.DataFrame | None:
    """Read a piece; None if there is none, or, with a warning, if it is damaged."""
    try:
        piece = read_table(path)
    except FileNotFoundError:
        return None
    except InputError as error:
        log.warning("%s It is computed again.", error)
        return None
    return piece if TEXTURE in piece and piece[TEXTURE].tolist() == rows.tolist() else None


def _kept(path: Path, piece: pd.DataFrame, origin: Provenance) -> pd.DataFrame:
    """Keep a piece, and read it as a process does that goes on later."""

    def work() -> pd.DataFrame:
        write_table(path, piece, origin)
        return read_table(path)

    return again(work, path.parent)


def remove_pieces(folder: Path) -> None:
    """Remove the pieces of a share that is written; another share's may lie beside them."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):  # another share's lie in it, or another process has removed it
        folder.parent.rmdir()


def join_shares(
    shards: Sequence[Path], names: Sequence[str], target: Path, stage: str
) -> tuple[pd.DataFrame, Provenance]:
    """Join the shares of a set.

    Parameters
    ----------
    shards
        Tables of the shares, in order.
    names
        Names of the set's textures.
    target
        What is joined; errors name it.
    stage
        Name of the stage that joins.

    Returns
    -------
    The table of the set, and its provenance: that of the shares, with their fingerprint.

    Raises
    ------
    InputError
        If the shares are not those of one set, made with the same options, in order.
    """
    records = [table_provenance(shard) for shard in shards]
    whole = [{**each, "options": {**each["options"], "shard": None}} for each in records]
    rows = pd.concat([read_table(shard) for shard in shards], ignore_index=True)
    ordered = rows[TEXTURE].tolist() == list(range(len(names)))
    if any(each != whole[0] for each in whole) or not ordered or rows[NAME].tolist() != list(names):
        raise InputError(
            f"{target.name}: its shares are not the {len(names)} textures of the set in order, "
            "answered by one source; delete them and rerun."
        )
    record = records[0]
    options = {name: value for name, value in record["options"].items() if name != "shard"}
    inputs = {**record["inputs"], "shards": fingerprint(*shards)}
    return rows, Provenance(stage, options, record["seed"], inputs)


def check_failures(rows: pd.DataFrame, target: Path) -> int:
    """Count the textures without parameters.

    Raises
    ------
    InputError
        If they are more than a tenth of the set.
    """
    failed = rows[rows[FAILURE] != ""]
    if len(failed) > MOST_FAILURES * len(rows):
        raise InputError(
            f"{target}: {len(failed)} of {len(rows)} textures have no parameters, more than a "
            f"tenth, {failed[NAME].iloc[0]!r} because of: {failed[FAILURE].iloc[0].rstrip('.')}; "
            "spread the orientations more, raise texture.plasticity.taylor.rate_sensitivity, or "
            "correct your class or table."
        )
    return len(failed)
