"""What the temper paper says of its micrographs and chips, and how those of a run differ."""

from collections.abc import Iterable

DOMAINS = ("as_extruded", "t5", "t6")
CHIP_PX = 128
"""Edge of a chip, section 3.1."""


def papers_domains(domains: Iterable[str]) -> bool:
    """Return whether a run has the paper's domains, and so values of the paper to compare with."""
    return tuple(domains) == DOMAINS


def differences(chip_px: int, *, simulated: bool) -> list[str]:
    """Name the differences in the data that forbid a comparison with the paper's values.

    Parameters
    ----------
    chip_px
        Edge of the run's chips.
    simulated
        Whether its specimens are simulated.
    """
    found = ["simulated specimens"] if simulated else []
    if chip_px != CHIP_PX:
        found.append(f"chips of {chip_px} pixels, not {CHIP_PX}")
    return found
