"""Arms: when their flows are trained, and what a change of options reruns."""

import pytest
from pydantic import ValidationError

from pspflow.studies.texture.loop.arms import ARMS, LABELS, planned_observations
from pspflow.studies.texture.loop.options import ARM_NAMES, LoopOptions

SMALL = LoopOptions(first=5, flow_every=10, most_observations=40, random_observations=200)


def test_every_arm_is_described():
    """What the configuration offers is data here, and has a name in figures."""
    assert set(LABELS) == set(ARM_NAMES)
    assert set(ARMS) == set(ARM_NAMES) - {"full"}


def test_arms_are_compared_at_the_same_observations():
    """All share their steps up to the limit; random goes on, and its steps grow by a quarter."""
    active = planned_observations(ARMS["active"], SMALL, 1000)
    assert active == [5, 15, 25, 35, 40]
    random = planned_observations(ARMS["random"], SMALL, 1000)
    assert random[:5] == active
    assert random[5:] == [53, 69, 89, 114, 145, 184, 200]


def test_no_more_is_planned_than_there_is():
    """A pool that is smaller than the limit ends the loop."""
    assert planned_observations(ARMS["random"], SMALL, 30) == [5, 15, 25, 30]
    assert planned_observations(ARMS["active"], SMALL, 40) == [5, 15, 25, 35, 40]


@pytest.mark.parametrize("arm", ARM_NAMES)
def test_an_option_that_does_not_act_reruns_nothing(arm):
    """Of the random arm's limit, a warm flow's epochs or the criterion, only its arms hear."""
    other = {"starts": 3, "arms": ("active", "random", "full"), "random_observations": 150}
    other |= {"tolerance": 0.5, "flow": {"warm_epochs": 3}}
    changed = LoopOptions.model_validate({**SMALL.model_dump(), **other})
    acting, before = changed.acting(arm), SMALL.acting(arm)
    assert (acting.random_observations != before.random_observations) == (arm == "random")
    assert (acting.flow.warm_epochs != before.flow.warm_epochs) == (arm == "active_warm")
    assert (acting.tolerance != before.tolerance) == (arm not in ("random", "full"))
    assert acting.starts == before.starts
    assert LoopOptions.model_validate(acting.model_dump()) == acting


def test_full_has_one_loop():
    """It starts with everything there is, so that starts do not tell its loops apart."""
    options = LoopOptions(arms=("active", "random", "full"), starts=2)
    assert options.loops == (
        ("active", 0),
        ("active", 1),
        ("random", 0),
        ("random", 1),
        ("full", 0),
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"arms": ("active", "full")}, "random is not listed"),
        ({"arms": ("active", "random", "active")}, "listed twice"),
        ({"first": 200, "most_observations": 100}, "make each larger"),
        ({"random_observations": 30_000}, "20000"),
    ],
)
def test_what_cannot_be_run_is_refused(given, said):
    """Each with a sentence that says what to change."""
    with pytest.raises(ValidationError, match=said):
        LoopOptions.model_validate(given)
