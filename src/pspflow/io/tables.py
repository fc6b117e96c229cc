"""Tables between stages: Parquet, one row per thing, units in column names."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.digests import KEY, PLACEHOLDER, check, check_field, damaged, seal

PROVENANCE_KEY = b"pspflow_provenance"


def write_table(
    path: Path, frames: pd.DataFrame | Iterable[pd.DataFrame], provenance: Provenance
) -> int:
    """Write a table, whole or piece by piece, atomically.

    Parameters
    ----------
    path
        The Parquet file to make.
    frames
        One frame, or frames of one schema. Frames are written as they come, so that only one is
        in memory. The first one sets the schema.
    provenance
        Recorded in the file's metadata.

    Returns
    -------
    int
        Number of rows written.

    Raises
    ------
    ValueError
        If there is no frame.
    """
    pieces = [frames] if isinstance(frames, pd.DataFrame) else frames
    rows = 0
    with replacing(path) as staged:
        writer: pq.ParquetWriter | None = None
        try:
            for frame in pieces:
                table = pa.Table.from_pandas(frame, preserve_index=False)
                if writer is None:
                    meta = {PROVENANCE_KEY: provenance.as_json().encode()}
                    schema = table.schema.with_metadata({**(table.schema.metadata or {}), **meta})
                    writer = pq.ParquetWriter(
                        staged, schema, compression="zstd", write_page_checksum=True
                    )
                writer.write_table(table.cast(writer.schema))
                rows += len(frame)
            if writer is not None:
                # not among the schema's metadata, which the footer holds twice
                writer.add_key_value_metadata({KEY: PLACEHOLDER})
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            raise ValueError(f"{path.name}: no rows to write")
        seal(staged)
    return rows


def read_table(path: Path, categories: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table; columns named in `categories` become categories, which saves memory.

    Raises
    ------
    InputError
        If the file is cut short or damaged.
    """
    _checked_footer(path)
    try:
        table = pq.read_table(
            path, read_dictionary=list(categories), page_checksum_verification=True
        )
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, error) from error
    return table.to_pandas(ignore_metadata=True)


def table_provenance(path: Path) -> dict[str, Any]:
    """Return the provenance recorded in a table, or an empty record if it was not written here.

    Raises
    ------
    InputError
        If the file is cut short or damaged.
    """
    footer = _checked_footer(path)
    try:
        fields = footer.schema.to_arrow_schema().metadata or {}
        return dict(json.loads(fields.get(PROVENANCE_KEY, b"{}")))
    except (pa.ArrowException, ValueError) as error:
        raise damaged(path, error) from error


def _checked_footer(path: Path) -> pq.FileMetaData:
    """Read the footer of a table whose content fits its digest."""
    sealed = check(path)
    try:
        footer = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, error) from error
    check_field(path, footer.metadata or {}, sealed)
    return footer
