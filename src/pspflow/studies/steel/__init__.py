"""Steel study: cooling rate to microstructure and back, by VQ-VAE and conditional PixelCNN."""

CHAPTERS = ("images", "morphology", "codes", "prior", "generation", "inverse")
