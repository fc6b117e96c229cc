"""Options of the comparison; their docstrings are the schema's help."""

from typing import Annotated

from pydantic import Field

from pspflow.options import Options


class ArenaMeasuresOptions(Options):
    """How made images are compared with real test chips."""

    resamples: Annotated[int, Field(ge=50)] = 200
    """Resamples of micrographs and of made images, for the intervals."""
