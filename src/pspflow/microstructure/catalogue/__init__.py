"""The catalogue of micrographs: a user's sheet, checked row by row and converted to numbers."""

from pspflow.microstructure.catalogue.build import build_catalogue, catalogue_doubts
from pspflow.microstructure.catalogue.names import CROP_COLUMNS, MADE_COLUMNS, OWN_COLUMNS
from pspflow.microstructure.catalogue.source import Source

__all__ = [
    "CROP_COLUMNS",
    "MADE_COLUMNS",
    "OWN_COLUMNS",
    "Source",
    "build_catalogue",
    "catalogue_doubts",
]
