"""Options of the curation; their defaults are the demo, their docstrings the schema's help."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pspflow.options import Count, Options, Positive, Share, Weight
from pspflow.studies.latent.names import CropsName


class Columns(Options):
    """Columns of the metadata table; the defaults are those of the UHCS database."""

    image: str = "path"
    """Name of the image file, in the folder of the images."""
    magnification: str = "magnification"
    """Magnification as text or number, such as 1964X or 4910x; may be empty."""
    microconstituent: str = "primary_microconstituent"
    """Primary microconstituent."""
    group: str = "sample_key"
    """What splits keep together: the sample that was photographed."""
    bar_length: str = "micron_bar"
    """Length of the micron bar."""
    bar_unit: str = "micron_bar_units"
    """Its unit: um, nm or mm."""
    bar_px: str = "micron_bar_px"
    """Its length in pixels."""


class SimulatedDatabaseOptions(Options):
    """A simulated database of spheroidite micrographs, with gaps in its table as in a real one."""

    samples: Annotated[int, Field(ge=4)] = 10
    """Samples, each with its own carbides."""
    micrographs_per_sample: Count = 3
    """Micrographs of each, at magnifications as frequent as in the UHCS database."""
    height_px: Annotated[int, Field(ge=64)] = 242
    """Rows of a micrograph without its annotation bar; the database's 484."""
    width_px: Annotated[int, Field(ge=64)] = 322
    """Columns; the database's 645."""


class DatabaseOptions(Options):
    """Your copy of the UHCS database, or a database of yours with such a table."""

    table: Path | None = None
    """CSV or Parquet table, one row per micrograph."""
    images: Path | None = None
    """Folder of the images."""
    columns: Columns = Columns()
    """Names of the table's columns."""


class RowOptions(Options):
    """Which rows of the table are used."""

    microconstituent: str = "spheroidite"
    """Primary microconstituent of the micrographs that are used."""
    exclude: tuple[str, ...] = ("micrograph1173", "micrograph1207")
    """Images that are left out, by name without its ending; the report's two of poor quality."""
    from_micron_bar: bool = False
    """Whether a missing magnification is computed from the micron bar, with the product of
    magnification and pixel size of the rows that have both; the report drops these rows."""


class ScaleOptions(Options):
    """How micrographs are brought to one scale."""

    annotation_bar_px: Annotated[int, Field(ge=0)] = 38
    """Rows that are cut off the bottom of every image."""
    magnification: Positive | None = None
    """Magnification that all are brought to; null: the median of the rows that
    the table allows, whether or not their files can be used."""
    max_upscale: Positive | None = None
    """Most enlargement of a micrograph; those that need more are left out. Null: any, as the
    report's. Enlarged micrographs are most of its crops, and hold interpolated pixels."""


class CatalogueOptions(Options):
    """What the stage `catalogue` takes."""

    columns: Columns = Columns()
    """Names of the table's columns."""
    rows: RowOptions = RowOptions()
    """Which rows are used."""
    scale: ScaleOptions = ScaleOptions()
    """Common scale."""


class CropOptions(Options):
    """Random crops, as many as in proportion to the area of a micrograph; report, equation 2."""

    redundancy: Positive = 1.5
    """Area of all crops over that of the micrograph (r); the report's 1.5."""
    min_contrast: Weight = 0.05
    """Range of the grey levels of a crop, from their 1st to their 99th percentile, over 255, below
    which it is marked as of low contrast."""
    low_contrast: Literal["mark", "reject"] = "mark"
    """Whether crops of low contrast are only marked, or left out."""


class CropSplitOptions(Options):
    """Which samples are for training, validation and test."""

    train: Share = 0.6
    """Share of the crops for training; the report's, 74,581 of 96,208, are split by crop."""
    validation: Share = 0.2
    """Share that chooses the epoch."""
    test: Share = 0.2
    """Share for the reported numbers."""

    @property
    def shares(self) -> dict[str, float]:
        """The shares by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(sum(self.shares.values()) - 1) > 1e-6 or min(self.shares.values()) == 0:
            raise ValueError(
                f"train, validation and test are {self.train}, {self.validation} and {self.test}; "
                "make them sum to 1, with each above 0."
            )
        return self


class CroppingOptions(CropOptions):
    """What the stage `crops` takes."""

    split: CropSplitOptions = CropSplitOptions()
    """Splits by sample."""


class CurationOptions(Options):
    """From a database of micrographs to crops of one scale."""

    use: tuple[CropsName, ...] = ("uhcs_48x64", "uhcs_64x64")
    """Datasets of crops; none: no curation."""
    source: Literal["simulated", "database"] = "simulated"
    """Which of the two sections below is used."""
    simulated: SimulatedDatabaseOptions = SimulatedDatabaseOptions()
    """Source `simulated`."""
    database: DatabaseOptions = DatabaseOptions()
    """Source `database`."""
    rows: RowOptions = RowOptions()
    """Rows of the table."""
    scale: ScaleOptions = ScaleOptions()
    """Common scale."""
    crops: CropOptions = CropOptions()
    """Crops."""
    split: CropSplitOptions = CropSplitOptions()
    """Splits by sample."""

    @model_validator(mode="after")
    def _source_fits(self) -> Self:
        if len(set(self.use)) < len(self.use):
            raise ValueError("use names a dataset twice; remove one.")
        missing = [name for name in ("table", "images") if getattr(self.database, name) is None]
        if self.use and self.source == "database" and missing:
            raise ValueError(
                f"source is 'database', so set {' and '.join(f'database.{n}' for n in missing)}."
            )
        return self

    @property
    def catalogue(self) -> CatalogueOptions:
        """What the stage `catalogue` takes; a simulated database has the usual columns."""
        real = self.source == "database"
        columns = self.database.columns if real else Columns()
        return CatalogueOptions(columns=columns, rows=self.rows, scale=self.scale)

    @property
    def cropping(self) -> CroppingOptions:
        """What the stage `crops` takes."""
        return CroppingOptions(**self.crops.model_dump(), split=self.split)

    def chosen(self) -> Self:
        """Reset the source that is not used."""
        return self.without("database" if self.source == "simulated" else "simulated")
