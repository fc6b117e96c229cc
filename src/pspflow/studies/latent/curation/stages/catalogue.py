"""Stage: the rows of a metadata table are kept or dropped."""

from pathlib import Path

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import write_table
from pspflow.logs import log, log_table
from pspflow.studies.latent.curation.catalogue import read_sizes, with_scale
from pspflow.studies.latent.curation.options import CatalogueOptions
from pspflow.studies.latent.curation.rows import KEPT, count_flow, judge_rows, required_columns
from pspflow.studies.latent.paths import ImageFolder, MetadataTable
from pspflow.studies.stage import stage


@stage
def catalogue(
    *,
    table: MetadataTable,
    images: ImageFolder,
    micrographs: Path,
    options: CatalogueOptions = CatalogueOptions(),
    origin: Provenance,
) -> None:
    """Keep the usable rows of a metadata table, and say of every other one why it is dropped.

    Parameters
    ----------
    micrographs
        Parquet table to write: every row of the metadata table, with its reason, size and scale.
    options
        Columns, wanted rows and the common scale.

    Raises
    ------
    InputError
        If a column is missing, or no row is left.
    """
    columns, rows = options.columns, options.rows
    cells = read_sheet(table, required_columns(columns, rows), "micrograph")
    found = judge_rows(cells, columns, rows)
    if not (found["reason"] == KEPT).any():
        raise InputError(
            f"{table}: no row of {rows.microconstituent!r} can be used; the column "
            f"{columns.microconstituent!r} has {_few(found['microconstituent'])}, and rows need a "
            "magnification and a sample."
        )
    wanted = found["reason"] == KEPT
    found = with_scale(read_sizes(found, images, options.scale), options.scale)
    if not (found["reason"] == KEPT).any():
        why = found.loc[wanted, "reason"].value_counts()
        raise InputError(
            f"{images}: none of the {wanted.sum()} images that {table} names for use can be used "
            f"({', '.join(f'of {count}, {reason}' for reason, count in why.items())}); correct "
            "curation.database.images, or the images."
        )
    write_table(micrographs, found, origin)
    log_table(count_flow(found, rows.microconstituent))
    log.info("All are brought to a magnification of %g", found["common_magnification"].iloc[0])


def _few(values: object) -> str:
    names = sorted({str(each) for each in values} - {""})  # type: ignore[attr-defined]
    return ", ".join(map(repr, names[:8])) or "nothing"
