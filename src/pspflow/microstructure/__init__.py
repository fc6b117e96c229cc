"""Image sets: the catalogue of micrographs, rescaling, splits, chips; descriptors of structures."""

from pspflow.microstructure.morphology import (
    Morphology,
    ferrite_fraction,
    mean_free_path,
    measure_morphology,
)

__all__ = ["Morphology", "ferrite_fraction", "mean_free_path", "measure_morphology"]
