# Steel study: micrographs by cooling rate, VQ-VAE and conditional PixelCNN, forward and inverse.
# Needs: simulated micrographs (steel.images.source: simulated), or a sheet of your micrographs with
# the columns named in steel.images.conditions.
# Makes, in results/RUN/steel: a folder for each chapter, report.html, evidence/

STEEL = CONFIG.steel
STEEL_DIR = f"{OUT}/steel"
IMAGES["steel"] = STEEL.images
STEEL_MODELS = list(STEEL.codes.models)
# networks that see every domain, and those trained without one
STEEL_ARMS = {
    "all": STEEL_MODELS,
    "held_out": (
        list(STEEL.codes.held_out.models) if STEEL.codes.held_out.domain else []
    ),
}


localrules:
    steel,


wildcard_constraints:
    code_model="|".join(STEEL_MODELS),
    trained_on="|".join(STEEL_ARMS),


rule steel:
    """The whole study, with its report."""
    input:
        lambda wildcards: made("steel"),
        f"{STEEL_DIR}/report.html",
        f"{STEEL_DIR}/evidence",
