"""What a measured texture is and does: the functions behind the commands analyse and sample.

Arrays in, arrays and dataclasses out; nothing here reads or writes a file.
"""

from pspflow.studies.texture.analysis.measured import Analysis, analyse_texture
from pspflow.studies.texture.analysis.plastic import Plastic, plastic_response
from pspflow.studies.texture.analysis.representation import Sample, sample_texture

__all__ = [
    "Analysis",
    "Plastic",
    "Sample",
    "analyse_texture",
    "plastic_response",
    "sample_texture",
]
