"""Columns of a sheet and of the catalogue that have a meaning of their own."""

SHEET_COLUMNS = ("image", "domain", "specimen")
CROP_COLUMNS = ("crop_row_px", "crop_column_px", "crop_height_px", "crop_width_px")
SCALE_COLUMNS = ("pixel_size_um", "magnification")
GIVEN_COLUMNS = (*SHEET_COLUMNS, *CROP_COLUMNS, *SCALE_COLUMNS)
MADE_COLUMNS = (
    *("row", "micrograph", "scale", "height_px", "width_px", "depth", "colour"),
    *("label", "label_value"),
)
OWN_COLUMNS = frozenset((*MADE_COLUMNS, *GIVEN_COLUMNS))
"""Columns that describe an image; any other column of a sheet is a process or property."""
