"""Texture study: active learning of plastic anisotropy from texture, forward and inverse."""

CHAPTERS = ("textures", "plasticity", "loop", "evaluation", "design")
PAPER = (
    "Buzzy et al., Active learning for the design of polycrystalline textures using "
    "conditional normalizing flows"
)
COVER = ("design", "pole_figures")
"""Chapter and figure that stand for the study on a run's front page."""
