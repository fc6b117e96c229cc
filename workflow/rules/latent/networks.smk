# Networks: autoencoders and adversarial networks, each trained on one dataset.
# Needs: the chapters datasets and curation.
# Makes, in results/RUN/latent/networks: DATASET/MODEL/* (weights.safetensors, history.parquet,
# errors.parquet, snapshots/), figures/training.*, section.json

LATENT_NETWORKS_DIR = f"{LATENT_DIR}/networks"
LATENT_NETWORKS_RUN = f"{LATENT_NETWORKS_DIR}/{{dataset}}/{{latent_model}}"
LATENT_NETWORKS_FIGURES = ["training"]
# network and what it is trained on, DATASET/MODEL
LATENT_NETWORKS_TRAINED = [
    f"{dataset}/{model}"
    for dataset in LATENT_DATASETS
    for model in LATENT_MODELS[dataset]
]
LATENT_NETWORKS_WEIGHTS = {
    name: f"{LATENT_NETWORKS_DIR}/{name}/weights.safetensors"
    for name in LATENT_NETWORKS_TRAINED
}
LATENT_NETWORKS_HISTORIES = {
    name: f"{LATENT_NETWORKS_DIR}/{name}/history.parquet"
    for name in LATENT_NETWORKS_TRAINED
}
LATENT_NETWORKS_ERRORS = {
    name: f"{LATENT_NETWORKS_DIR}/{name}/errors.parquet"
    for name in LATENT_NETWORKS_TRAINED
}
# crops of a database and variants of a micrograph are of real images
LATENT_NETWORKS_SIMULATED = [
    name
    for name in LATENT_DATASETS
    if name in LATENT.datasets.use
    and name != "inpainted"
    or name in LATENT.curation.use
    and LATENT.curation.source == "simulated"
]
MADE["latent"]["networks"] = [
    *LATENT_NETWORKS_WEIGHTS.values(),
    *LATENT_NETWORKS_HISTORIES.values(),
    *LATENT_NETWORKS_ERRORS.values(),
    *[f"{LATENT_NETWORKS_DIR}/{name}/snapshots" for name in LATENT_NETWORKS_TRAINED],
    *drawn(f"{LATENT_NETWORKS_DIR}/figures", LATENT_NETWORKS_FIGURES),
    f"{LATENT_NETWORKS_DIR}/section.json",
]


rule latent_networks_train:
    """Train an autoencoder or an adversarial network for a fixed number of epochs."""
    input:
        images=lambda wildcards: LATENT_STORES[wildcards.dataset],
        tables=lambda wildcards: LATENT_TABLES[wildcards.dataset],
    output:
        weights=f"{LATENT_NETWORKS_RUN}/weights.safetensors",
        history=f"{LATENT_NETWORKS_RUN}/history.parquet",
        errors=f"{LATENT_NETWORKS_RUN}/errors.parquet",
        snapshots=directory(f"{LATENT_NETWORKS_RUN}/snapshots"),
    log:
        f"{LATENT_DIR}/logs/networks/{{dataset}}/{{latent_model}}/train.log",
    benchmark:
        f"{LATENT_DIR}/benchmarks/networks/{{dataset}}/{{latent_model}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        # images stay in memory, a byte a pixel: 13 GB of 50,000 images of 512 x 512 pixels
        mem_mb=memory(32000),
        runtime=1440,
        gpu=1,
        device=CONFIG.device,
    params:
        options=lambda wildcards: options(
            LATENT.networks.training(wildcards.dataset, wildcards.latent_model)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent networks train"
        " --dataset {wildcards.dataset:q}"
        " --latent-model {wildcards.latent_model:q}"
        " --images {input.images:q}"
        " --tables {input.tables:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --errors {output.errors:q}"
        " --snapshots {output.snapshots:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule latent_networks_section:
    """Draw the learning curves, and write their section of the report."""
    input:
        LATENT_NETWORKS_WEIGHTS.values(),
        LATENT_NETWORKS_HISTORIES.values(),
        LATENT_NETWORKS_ERRORS.values(),
    output:
        section=f"{LATENT_NETWORKS_DIR}/section.json",
        figures=[
            report(
                f"{LATENT_NETWORKS_DIR}/figures/{name}.png",
                caption=caption("latent", "networks", name),
                category="Latent",
                labels=labelled("networks", name),
            )
            for name in LATENT_NETWORKS_FIGURES
        ],
        vectors=drawings(f"{LATENT_NETWORKS_DIR}/figures", LATENT_NETWORKS_FIGURES),
    log:
        f"{LATENT_DIR}/logs/networks/section.log",
    benchmark:
        f"{LATENT_DIR}/benchmarks/networks/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        weights=named(LATENT_NETWORKS_WEIGHTS),
        histories=named(LATENT_NETWORKS_HISTORIES),
        errors=named(LATENT_NETWORKS_ERRORS),
        figures=figure_folder,
        options=options(LATENT.networks),
        simulated=(
            ["--simulated", *LATENT_NETWORKS_SIMULATED]
            if LATENT_NETWORKS_SIMULATED
            else []
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent networks section"
        " --weights {params.weights:q}"
        " --histories {params.histories:q}"
        " --errors {params.errors:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.simulated:q}"
        " --seed {params.seed}"
