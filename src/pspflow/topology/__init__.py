"""Persistence pairs and persistence images of 2-D images: arrays in, arrays out.

`PersistenceImageLayer` computes the same as a torch module. Names are imported on first use: the
compiled kernels need numba and the layer needs torch, and each takes a second to load.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pspflow.topology.images import PersistenceImager, persistence_images
    from pspflow.topology.layer import PersistenceImageLayer
    from pspflow.topology.pairs import close_essential_class, critical_pixels, persistence_pairs

__all__ = [
    "PersistenceImageLayer",
    "PersistenceImager",
    "close_essential_class",
    "critical_pixels",
    "persistence_images",
    "persistence_pairs",
]
MODULES = {
    "images": ("PersistenceImager", "persistence_images"),
    "layer": ("PersistenceImageLayer",),
    "pairs": ("close_essential_class", "critical_pixels", "persistence_pairs"),
}


def __getattr__(name: str) -> Any:
    """Import a public name, and the module that defines it, on first use."""
    for module, names in MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
