"""Composite study: stiffness and strain of two-phase structures, forward, inverse and local."""

CHAPTERS = (
    "structures",
    "networks",
    "forward",
    "trials",
    "inverse",
    "design",
    "families",
    "localization",
)
PAPER = (
    "Sardeshmukh et al., Material Microstructure Design Using VAE-Regression with "
    "Multimodal Prior; Tran et al., SAND2020-10580"
)
COVER = ("inverse", "c11_structures")
"""Chapter and figure that stand for the study on a run's front page."""
