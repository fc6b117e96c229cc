"""Options of the texture study; their defaults are the demo, their docstrings its help."""

from typing import Self

from pydantic import model_validator

from pspflow.options import Options
from pspflow.studies.texture.design.options import DesignOptions
from pspflow.studies.texture.evaluation.options import EvaluationOptions
from pspflow.studies.texture.loop.options import LoopOptions
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.textures.options import TexturesOptions


class TextureOptions(Options):
    """The texture study."""

    textures: TexturesOptions = TexturesOptions()
    """Candidate textures, and those of validation and test."""
    plasticity: PlasticityOptions = PlasticityOptions()
    """Where anisotropy parameters come from."""
    loop: LoopOptions = LoopOptions()
    """Forward and inverse models, and what is observed next."""
    evaluation: EvaluationOptions = EvaluationOptions()
    """How models are compared."""
    design: DesignOptions = DesignOptions()
    """Textures for wanted anisotropy."""

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        if self.plasticity.source == "table" and "full" in self.loop.arms:
            raise ValueError(
                "plasticity.source is 'table', but arm full of loop.arms needs the parameters of "
                "every candidate; remove full."
            )
        return self
