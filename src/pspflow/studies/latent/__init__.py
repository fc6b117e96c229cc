"""Latent study: datasets of microstructures, autoencoders and a generative adversarial network."""

CHAPTERS = ("datasets", "curation", "networks", "evaluation")
