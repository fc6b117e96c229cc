"""Images of a dataset, written as they are made."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pspflow.io.arrays import RowWriter, add_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.latent.datasets.image_sets import IMAGE_DIMS, IMAGES, LABEL_DIMS, LABELS


class Made(NamedTuple):
    """Some images of a dataset, in order."""

    images: np.ndarray
    """(n, y, x) uint8."""
    labels: np.ndarray | None
    """(n, site_y, site_x) int32, the grain of each site; None where there are no grains."""
    columns: Mapping[str, np.ndarray]
    """Columns of the table, each (n,)."""


def write_images(
    store: Path, table: Path, rows: pd.DataFrame, made: Iterable[Made], origin: Provenance
) -> None:
    """Write images and their table, holding few of the images at a time.

    Parameters
    ----------
    store
        Zarr store to write: `images`, and `labels` where there are some.
    table
        Parquet table to write.
    rows
        One row per image; the columns of the images are added on the right.
    made
        The images of these rows, in pieces.
    origin
        Recorded in both.
    """
    columns: list[pd.DataFrame] = []
    with new_store(store, origin) as group:
        writers: dict[str, RowWriter] = {}
        for piece in made:
            arrays = {IMAGES: (piece.images, IMAGE_DIMS, "grey level")}
            if piece.labels is not None:
                arrays[LABELS] = (piece.labels, LABEL_DIMS, "1")
            for name, (values, dims, units) in arrays.items():
                if name not in writers:
                    shape = (len(rows), *values.shape[1:])
                    array = add_array(group, name, shape, values.dtype, dims, units)
                    writers[name] = RowWriter(array)
                writers[name].add(values)
            columns.append(pd.DataFrame(piece.columns))
        for writer in writers.values():
            writer.flush()
    drawn = pd.concat(columns, ignore_index=True)
    write_table(table, pd.concat([rows.reset_index(drop=True), drawn], axis=1), origin)
