"""Temper study: persistence images and normalizing flows of heat-treated microstructures."""

CHAPTERS = (
    *("images", "persistence", "domains", "labels", "pinet"),
    *("flows", "gan", "transfer", "specimens"),
)
