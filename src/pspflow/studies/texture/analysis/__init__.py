"""What a measured texture is and does: all that the commands analyse and sample call.

Arrays in, arrays, dataclasses and figures out; only reading and writing of orientations touch
files.
"""

from pspflow.io.textures import read_orientations
from pspflow.io.textures.mtex import write_orientations
from pspflow.studies.texture.analysis.map_picture import map_figure
from pspflow.studies.texture.analysis.measured import Analysis, analyse_texture
from pspflow.studies.texture.analysis.plastic import ANGLES_DEG, Plastic, plastic_response
from pspflow.studies.texture.analysis.representation import Sample, sample_texture
from pspflow.studies.texture.drawing import (
    in_plane_figure,
    odf_figure,
    pole_figures_figure,
    poles_of,
    poles_of_coefficients,
)

__all__ = [
    "ANGLES_DEG",
    "Analysis",
    "Plastic",
    "Sample",
    "analyse_texture",
    "in_plane_figure",
    "map_figure",
    "odf_figure",
    "plastic_response",
    "pole_figures_figure",
    "poles_of",
    "poles_of_coefficients",
    "read_orientations",
    "sample_texture",
    "write_orientations",
]
