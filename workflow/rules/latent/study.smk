# Latent study: simulated datasets and crops of a database of micrographs; autoencoders and DCGAN.
# Needs: nothing, or your copy of the UHCS database (latent.curation.source: database).
# Makes, in results/RUN/latent: a folder for each chapter, report.html, evidence/

LATENT = CONFIG.latent
LATENT_DIR = f"{OUT}/latent"
LATENT_DATASETS = list(LATENT.names)
LATENT_SHARDS = shares(LATENT.datasets.shards)
# stores of images of each dataset, and their tables, in order
LATENT_STORES = {
    name: [f"{LATENT_DIR}/datasets/{name}/{shard}.zarr" for shard in LATENT_SHARDS]
    for name in LATENT.datasets.use
} | {
    name: [f"{LATENT_DIR}/curation/{name}/images.zarr"] for name in LATENT.curation.use
}
LATENT_TABLES = {
    name: [path.removesuffix("zarr") + "parquet" for path in paths]
    for name, paths in LATENT_STORES.items()
}
# networks of each dataset
LATENT_MODELS = {
    name: list(getattr(LATENT.networks.models, name)) for name in LATENT_DATASETS
}


localrules:
    latent,


wildcard_constraints:
    dataset="|".join(LATENT_DATASETS),
    latent_model="|".join(
        dict.fromkeys(model for models in LATENT_MODELS.values() for model in models)
    ),


rule latent:
    """The whole study, with its report."""
    input:
        lambda wildcards: made("latent"),
        f"{LATENT_DIR}/report.html",
        f"{LATENT_DIR}/evidence",
