"""Small datasets and networks trained on them, for all tests of the chapter."""

from .small_set import networks, small_sets  # noqa: F401 - fixtures
