"""Arms of the loop as data: how they choose what is observed next, and when flows are trained."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from pspflow.studies.texture.loop.options import LoopOptions

GROWTH: Final = 1.25
"""Growth of the random arm's steps beyond `most_observations`."""


@dataclass(frozen=True)
class Arm:
    """What tells one arm from another; all else is the same for all of them."""

    acquisition: Literal["determinant", "random"]
    """What is observed next: what the forward model knows least about, or anything."""
    one_by_one: bool
    """Whether the forward model is fitted anew after every observation."""
    warm: bool = False
    """Whether a flow goes on from the last one."""
    settles: bool = True
    """Whether the arm ends when the likelihood has settled (equation 10)."""

    def step(self, options: LoopOptions) -> int:
        """Return the observations of an iteration."""
        at_once = self.acquisition == "determinant" and not self.one_by_one
        return options.batch if at_once else options.flow_every


ARMS: Final[dict[str, Arm]] = {
    "active": Arm("determinant", one_by_one=True),
    "random": Arm("random", one_by_one=False, settles=False),
    "active_batch": Arm("determinant", one_by_one=False),
    "active_warm": Arm("determinant", one_by_one=True, warm=True),
}
"""The arms that observe step by step; `full` observes the whole pool at once."""
LABELS: Final[dict[str, str]] = {
    "active": "active",
    "random": "random",
    "active_batch": "active, chosen in batches",
    "active_warm": "active, flow goes on",
    "full": "all of the pool",
}
"""What figures and tables call the arms."""


def planned_observations(arm: Arm, options: LoopOptions, candidates: int) -> list[int]:
    """List the numbers of observations at which a flow is trained, one for every iteration.

    All arms share them up to `most_observations`, where a batch is as large as other steps.

    Parameters
    ----------
    arm
        The arm.
    options
        Options of the loop.
    candidates
        Size of the pool, which no number exceeds.
    """
    middle = options.most_observations
    plan = [*range(options.first, middle, arm.step(options)), middle]
    step = float(options.flow_every)
    while not arm.settles and plan[-1] < options.random_observations:
        step *= GROWTH
        plan.append(min(plan[-1] + math.ceil(step), options.random_observations))
    within = [count for count in plan if count < candidates]
    return plan if len(within) == len(plan) else [*within, candidates]
