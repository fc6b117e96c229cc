# Composite study: stiffness and strain of two-phase structures, forward, inverse and local.
# Needs: simulated structures (composite.structures.source: simulated), or a stack of yours with the
# moduli of its two phases.
# Makes, in results/RUN/composite: a folder for each chapter, report.html, evidence/

COMPOSITE = CONFIG.composite
COMPOSITE_DIR = f"{OUT}/composite"


localrules:
    composite,
    composite_structures,


rule composite:
    """The whole study, with its report."""
    input:
        lambda wildcards: made("composite"),
        f"{COMPOSITE_DIR}/report.html",
        f"{COMPOSITE_DIR}/evidence",


rule composite_structures:
    """Structures of every set with their stiffness, strain fields and splits."""
    input:
        lambda wildcards: made("composite", "structures"),
