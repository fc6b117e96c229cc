"""What the report says of its curation, section 9; facts alone."""

from typing import Final

from pspflow.studies.latent.names import CropsName

SPHEROIDITE: Final = 374
"""Rows of the database's table whose primary microconstituent is spheroidite; counted on it."""
MICROGRAPHS: Final = 344
"""Micrographs that are used, section 9.1."""
MEDIAN: Final = 1964
"""Magnification that all are brought to, section 9.1."""
CROPS: Final[dict[CropsName, tuple[int, int]]] = {
    "uhcs_48x64": (74_581, 21_627),
    "uhcs_64x64": (90_000, 38_940),
}
"""Crops for training and for test, sections 9.3 and 10."""
