"""A small set of micrographs and models trained on it, for all tests of the chapter."""

from .small_set import models, steel_set  # noqa: F401 - fixtures
