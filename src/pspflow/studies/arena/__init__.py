"""Arena: generative models of several studies, and yours, on one shared set of chips."""

CHAPTERS = ("chips", "models", "measures")
STANDS_ON = ("temper", "steel", "latent")
"""Studies whose trained networks it loads; nothing else imports several studies."""
COVER = ("measures", "ratios")
"""Chapter and figure that stand for the study on a run's front page."""
