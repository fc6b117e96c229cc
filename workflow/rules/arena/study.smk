# Arena: generative models of the studies, and yours, on one shared set of chips.
# Needs: the steel study's micrographs and catalogue (its chapter images), and your models, if
# arena.models.own names some.
# Makes, in results/RUN/arena: a folder for each chapter, report.html, evidence/

from pspflow.studies.arena.names import CODES, entrants_of
from pspflow.studies.arena.names import LATENT as LATENT_NAMES

ARENA = CONFIG.arena
ARENA_DIR = f"{OUT}/arena"
# flows need a second domain to transfer from
ARENA_NETWORKS = [
    name
    for name in ARENA.models.use
    if name != "flow" or len(CONFIG.steel.images.domains) > 1
]
# ways of making images, and the network behind each; yours have none
ARENA_ENTRANTS = {
    entrant: network for network in ARENA_NETWORKS for entrant in entrants_of(network)
} | dict.fromkeys(ARENA.models.own)


localrules:
    arena,


wildcard_constraints:
    arena_codes="|".join(CODES),
    arena_latent="|".join(LATENT_NAMES),
    entrant="|".join(ARENA_ENTRANTS) or "none",


rule arena:
    """The whole arena, with its report."""
    input:
        lambda wildcards: made("arena"),
        f"{ARENA_DIR}/report.html",
        f"{ARENA_DIR}/evidence",
