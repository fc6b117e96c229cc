"""Names of trainings, ARM/startN, and how arms are called and drawn."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Self, cast

from pspflow.report.style import COLOURS
from pspflow.studies.texture.loop.arms import LABELS
from pspflow.studies.texture.loop.options import ARM_NAMES, ArmName

ACTIVE, RANDOM, FULL = "active", "random", "full"
VARIANTS: Final = ("active_batch", "active_warm")
"""Arms that choose as `active` does, and take less time."""
COLOUR_OF: Final[dict[str, str]] = dict(zip(ARM_NAMES, COLOURS, strict=False))


class Training(NamedTuple):
    """One loop of one arm."""

    arm: str
    start: int

    @classmethod
    def of(cls, name: str) -> Self:
        """Read ARM/startN.

        Raises
        ------
        ValueError
            If it is not of that form.
        """
        arm, slash, start = name.partition("/start")
        if not (slash and start.isdigit()):
            raise ValueError(f"{name!r} is no training; write ARM/startN.")
        return cls(arm, int(start))


def in_order(arms: Iterable[str]) -> list[str]:
    """Return each arm once, in the order of the configuration's list."""
    there = set(arms)
    return [arm for arm in ARM_NAMES if arm in there]


def label_of(arm: str) -> str:
    """Call an arm as figures of the loop do."""
    return LABELS[cast("ArmName", arm)]
