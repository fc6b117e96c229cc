"""Options of the steel study; their defaults are the demo, their docstrings its help."""

from collections import Counter
from typing import Self

from pydantic import model_validator

from pspflow.options import Options
from pspflow.studies.steel.codes.options import CodesOptions, TrainedOn
from pspflow.studies.steel.generation.options import GenerationOptions
from pspflow.studies.steel.images.options import SteelImagesOptions
from pspflow.studies.steel.inverse.options import InverseOptions
from pspflow.studies.steel.morphology.options import MeasureOptions, MorphologyOptions
from pspflow.studies.steel.prior.options import (
    Conditioning,
    PriorOptions,
    TrainingOptions,
)

STEP_PX = 8
"""Edge in pixels of what one code stands for: three halvings."""


class SteelOptions(Options):
    """The steel study."""

    images: SteelImagesOptions = SteelImagesOptions()
    """Micrographs, conditions and chips."""
    morphology: MorphologyOptions = MorphologyOptions()
    """Ferrite fraction and mean free path."""
    codes: CodesOptions = CodesOptions()
    """VQ-VAE: codes of chips."""
    prior: PriorOptions = PriorOptions()
    """PixelCNN: the distribution of codes."""
    generation: GenerationOptions = GenerationOptions()
    """Chips for given conditions."""
    inverse: InverseOptions = InverseOptions()
    """Conditions for wanted morphology."""

    @property
    def measuring(self) -> MeasureOptions:
        """The part that the stage `measure` takes."""
        return MeasureOptions(**self.morphology.model_dump(), conditions=self.images.conditions)

    def prior_training(self, trained_on: TrainedOn, conditioning: Conditioning) -> TrainingOptions:
        """Return what a training of the prior takes: what changes it, and no more."""
        return TrainingOptions(
            **self.prior.of_network.model_dump(),
            conditions=self.images.conditions if conditioning == "process" else (),
            held_out=self.codes.held_out.domain if trained_on == "held_out" else None,
        )

    @model_validator(mode="after")
    def _chips_hold_codes(self) -> Self:
        size, crop = self.images.chips.size_px, self.codes.crop_px
        if size % STEP_PX:
            raise ValueError(
                f"images.chips.size_px is {size}, but a code stands for {STEP_PX} x {STEP_PX} "
                f"pixels; make it a multiple of {STEP_PX}."
            )
        if crop is not None and crop > size:
            raise ValueError(
                f"codes.crop_px is {crop}, but chips have {size} pixels; make it {size} or less."
            )
        return self

    @model_validator(mode="after")
    def _held_out_is_a_domain(self) -> Self:
        name, names = self.codes.held_out.domain, list(self.images.labels)
        if name is None:
            return self
        if name not in names:
            raise ValueError(
                f"codes.held_out.domain is {name!r}, but the domains are {', '.join(names)}; name "
                "one of them, or null for none."
            )
        if len(names) < 2:
            raise ValueError(
                "codes.held_out.domain needs another domain to train on; set it to null."
            )
        return self

    @model_validator(mode="after")
    def _models_are_trained(self) -> Self:
        held_out = self.codes.held_out
        users = {
            "codes.held_out.models": held_out.models if held_out.domain else (),
            "inverse.models": self.inverse.models,
        }
        for key, models in users.items():
            strange = [each for each in models if each not in self.codes.models]
            if strange:
                raise ValueError(
                    f"{key} has {strange[0]!r}, which codes.models lacks; add it there."
                )
        return self

    @model_validator(mode="after")
    def _grid_is_small(self) -> Self:
        if self.inverse.models:
            self.inverse.check_grid(len(self.images.conditions))
        return self

    @model_validator(mode="after")
    def _further_conditions_fit(self) -> Self:
        columns = [each.column for each in self.images.conditions]
        # chips follow from their conditions: a second set would be the first once more
        twice = [values for values, n in Counter(self.generation.further).items() if n > 1]
        if twice:
            raise ValueError(f"generation.further has {list(twice[0])} twice; remove one.")
        for values in self.generation.further:
            if len(values) != len(columns):
                raise ValueError(
                    f"generation.further has {list(values)}, but the conditions are "
                    f"{', '.join(columns)}; give one value for each."
                )
            for value, condition in zip(values, self.images.conditions, strict=True):
                if condition.log and value <= 0:
                    raise ValueError(
                        f"generation.further has {value:g} for {condition.column!r}, whose "
                        "logarithm is used; give a value above 0."
                    )
        return self
