"""Options of the shared chips; their docstrings are the schema's help."""

from pspflow.options import Count, Options


class ArenaChipsOptions(Options):
    """The shared chips: 64 x 64 pixels of the steel study's micrographs, at its scale."""

    stride_px: Count = 64
    """Step of the grid on which they are cut."""
    chips_per_micrograph: Count = 16
    """Most chips of a micrograph."""
