"""Latent study: datasets of microstructures, autoencoders and a generative adversarial network."""

CHAPTERS = ("datasets", "curation", "networks", "evaluation")
PAPER = "Tran, Rodgers and Wildey, SAND2020-10580"
COVER = ("datasets", "gallery")
"""Chapter and figure that stand for the study on a run's front page."""
