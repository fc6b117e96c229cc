"""Steel study: cooling rate to microstructure and back, by VQ-VAE and conditional PixelCNN."""

CHAPTERS = ("images", "morphology", "codes", "prior", "generation", "inverse")
PAPER = "Noguchi and Inoue, Phys. Rev. E 104, 025302"
COVER = ("generation", "chips")
"""Chapter and figure that stand for the study on a run's front page."""
