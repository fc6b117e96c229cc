"""Persistence pairs and persistence images of 2-D images: arrays in, arrays out.

`pspflow.topology.layer` holds the same as a torch module; it is imported by itself since torch
takes a second to load.
"""

from typing import TYPE_CHECKING, Any

from pspflow.topology.images import PersistenceImager, persistence_images
from pspflow.topology.pairs import close_essential_class, critical_pixels, persistence_pairs

if TYPE_CHECKING:
    from pspflow.topology.layer import PersistenceImageLayer

__all__ = [
    "PersistenceImageLayer",
    "PersistenceImager",
    "close_essential_class",
    "critical_pixels",
    "persistence_images",
    "persistence_pairs",
]


def __getattr__(name: str) -> Any:
    """Import the layer, and torch with it, when it is asked for."""
    if name == "PersistenceImageLayer":
        from pspflow.topology.layer import PersistenceImageLayer  # noqa: PLC0415

        return PersistenceImageLayer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
