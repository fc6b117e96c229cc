"""Persistence pairs and persistence images of 2-D images: arrays in, arrays out."""

from pspflow.topology.images import PersistenceImager, persistence_images
from pspflow.topology.pairs import close_essential_class, critical_pixels, persistence_pairs

__all__ = [
    "PersistenceImager",
    "close_essential_class",
    "critical_pixels",
    "persistence_images",
    "persistence_pairs",
]
