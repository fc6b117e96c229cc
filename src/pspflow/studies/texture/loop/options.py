"""Options of the loop: arms, Gaussian process, flow, and when it ends."""

from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from pspflow.models.texture.stopping import TOLERANCE, WINDOW
from pspflow.options import Count, Options, Positive

ArmName = Literal["active", "random", "active_batch", "active_warm", "full"]
"""The paper's three arms, and two variants of the first that take less time."""
ARM_NAMES: Final[tuple[ArmName, ...]] = get_args(ArmName)


class GaussianProcessOptions(Options):
    """The forward model."""

    latents: Count | None = None
    """Latent functions; null: as many as independent outputs."""
    iterations: Count = 50
    """Steps of L-BFGS at most, each time that observations have come in."""


class FlowOptions(Options):
    """The inverse model."""

    blocks: Annotated[int, Field(ge=2, le=64)] = 6
    """Coupling blocks; the paper's 20."""
    width: Annotated[int, Field(ge=4, le=4096)] = 128
    """Neurons of each of the two hidden layers of a block; the paper's 128."""
    epochs: Count = 28
    """Passes over the pool; the paper's 70."""
    warm_epochs: Count = 8
    """Passes of an arm that goes on from its last flow."""
    batch_size: Count = 200
    """The paper's 200."""
    learning_rate: Positive = 0.01
    """Of Adam, at first; the paper's .01, which stays."""
    final_rate: Positive = 0.0001
    """At the end of the training, reached along half a cosine; the paper's is .01."""


class LoopOptions(Options):
    """Forward and inverse models, and what is observed next."""

    arms: Annotated[tuple[ArmName, ...], Field(min_length=2)] = ("active", "random")
    """active chooses by the determinant of the predicted covariance, random at random; active_batch
    chooses several at once; active_warm goes on from its last flow; full observes the whole pool
    and trains the flow on it directly. active and random are among them."""
    starts: Annotated[int, Field(ge=1, le=50)] = 1
    """Sets of first observations, each with a loop of every arm; the paper averages 50."""
    first: Annotated[int, Field(ge=5)] = 20
    """Observations that a loop starts with; the paper's 5."""
    flow_every: Count = 10
    """Observations between two trainings of the flow: one iteration. The paper's 1."""
    batch: Count = 10
    """The same for active_batch, which chooses them at once."""
    most_observations: Annotated[int, Field(ge=10)] = 80
    """Observations at which an active loop ends in any case; the paper's stopped at 1,076."""
    random_observations: Annotated[int, Field(ge=10, le=20_000)] = 120
    """The same for the random arm, at most what a Gaussian process takes exactly; beyond
    most_observations its steps grow by a quarter each."""
    window: Count = WINDOW
    """K of equation 10: changes of the likelihood that are averaged."""
    tolerance: Positive = TOLERANCE
    """φ of equation 10, on the mean log-likelihood per validation texture."""
    trip_textures: Count = 100
    """Test textures whose round trip is made after every training of a flow."""
    trip_samples: Count = 20
    """Textures drawn for each of them."""
    gp: GaussianProcessOptions = GaussianProcessOptions()
    """The forward model."""
    flow: FlowOptions = FlowOptions()
    """The inverse model."""

    @field_validator("arms")
    @classmethod
    def _arms_fit(cls, arms: tuple[ArmName, ...]) -> tuple[ArmName, ...]:
        if len(set(arms)) < len(arms):
            raise ValueError("an arm is listed twice; remove one.")
        for name in ("active", "random"):
            if name not in arms:
                raise ValueError(
                    f"{name} is not listed, with which the others are compared; add it."
                )
        return arms

    @model_validator(mode="after")
    def _lengths_fit(self) -> Self:
        if not self.first < self.most_observations <= self.random_observations:
            raise ValueError(
                f"first, most_observations and random_observations are {self.first}, "
                f"{self.most_observations} and {self.random_observations}; make each larger than "
                "the one before (the last two may be equal)."
            )
        return self

    def acting(self, arm: ArmName) -> Self:
        """Reset what has no effect on an arm, so that changing it reruns nothing."""
        reset = ["arms", "starts", "flow_every" if arm == "active_batch" else "batch"]
        if arm == "full":
            reset += ["first", "flow_every", "most_observations", "random_observations"]
        if arm in ("full", "random"):
            reset += ["window", "tolerance"]
        acting = self.without(*reset)
        if arm not in ("full", "random"):
            acting = acting.model_copy(update={"random_observations": self.most_observations})
        if arm != "active_warm":
            acting = acting.model_copy(update={"flow": self.flow.without("warm_epochs")})
        return acting

    @property
    def loops(self) -> tuple[tuple[ArmName, int], ...]:
        """List arm and start of every loop; full, which starts with everything, has one."""
        return tuple(
            (arm, start)
            for arm in self.arms
            for start in range(1 if arm == "full" else self.starts)
        )
