"""Temper study: persistence images and normalizing flows of heat-treated microstructures."""

CHAPTERS = (
    *("images", "persistence", "domains", "labels", "pinet"),
    *("flows", "gan", "transfer", "specimens"),
)
PAPER = "Howland et al., ICML GRaM workshop 2024"
COVER = ("transfer", "chips")
"""Chapter and figure that stand for the study on a run's front page."""
