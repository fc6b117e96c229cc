"""Options of the slice ablation: along which axes slices must be matched."""

from typing import Annotated

from pydantic import Field

from pspflow.options import Options

Count = Annotated[int, Field(ge=1)]


class AblationOptions(Options):
    """Structures rebuilt voxel by voxel from slices along one axis, or along all three."""

    steps: Count = 150
    """Steps of Adam, from noise."""
    structures: Annotated[int, Field(ge=1, le=64)] = 2
    """Structures that are rebuilt: those that are longest along x."""
