# Temper study: persistence images and normalizing flows of heat-treated microstructures.
# Needs: simulated specimens (temper.images.source: simulated), or a sheet of your micrographs.
# Makes, in results/RUN/temper: a folder for each chapter, report.html, evidence/

TEMPER = CONFIG.temper
TEMPER_DIR = f"{OUT}/temper"
IMAGES["temper"] = TEMPER.images
PERSISTENCE["temper"] = TEMPER.persistence


localrules:
    temper,
    temper_persistence,


rule temper:
    """The whole study, with its report."""
    input:
        lambda wildcards: made("temper"),
        f"{TEMPER_DIR}/report.html",
        f"{TEMPER_DIR}/evidence",


rule temper_persistence:
    """Persistence images of every chip, with the sections of the report up to them."""
    input:
        lambda wildcards: made("temper", "images", "persistence"),
