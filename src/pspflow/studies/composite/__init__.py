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
