# Texture study: active learning of plastic anisotropy from texture, forward and inverse.
# Needs: nothing (texture.textures.source: simulated), or a sheet of your textures; nothing
# (texture.plasticity.source: taylor), a class of yours, or a folder in which you fill a table.
# Makes, in results/RUN/texture: a folder for each chapter, report.html, evidence/

TEXTURE = CONFIG.texture
TEXTURE_DIR = f"{OUT}/texture"


localrules:
    texture,


rule texture:
    """The whole study, with its report."""
    input:
        lambda wildcards: made("texture"),
        f"{TEXTURE_DIR}/report.html",
        f"{TEXTURE_DIR}/evidence",
