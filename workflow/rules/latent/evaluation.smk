# Evaluation: reconstructions and samples of the networks, and how far they are from real images.
# Needs: the chapters datasets, curation and networks.
# Makes, in results/RUN/latent/evaluation: DATASET/* (made.zarr, reconstructions.parquet,
# samples.parquet, copies.parquet), figures/*.png, section.json

LATENT_EVALUATION_DIR = f"{LATENT_DIR}/evaluation"
LATENT_EVALUATION_RUN = f"{LATENT_EVALUATION_DIR}/{{dataset}}"
LATENT_EVALUATION_MADE = {
    name: f"{LATENT_EVALUATION_DIR}/{name}/made.zarr" for name in LATENT_DATASETS
}
(
    LATENT_EVALUATION_RECONSTRUCTIONS,
    LATENT_EVALUATION_SAMPLES,
    LATENT_EVALUATION_COPIES,
) = (
    {
        name: f"{LATENT_EVALUATION_DIR}/{name}/{table}.parquet"
        for name in LATENT_DATASETS
    }
    for table in ("reconstructions", "samples", "copies")
)
# adversarial networks reconstruct nothing
LATENT_EVALUATION_FIGURES = [
    *[f"{name}_reconstructions" for name in LATENT_DATASETS if name != "uhcs_64x64"],
    *[f"{name}_samples" for name in LATENT_DATASETS],
    "strips",
]
# images of all datasets, and their tables, by DATASET/SHARD; crops are one: DATASET/images
LATENT_EVALUATION_STORES, LATENT_EVALUATION_TABLES = (
    {
        f"{name}/{Path(path).stem}": path
        for name in LATENT_DATASETS
        for path in paths[name]
    }
    for paths in (LATENT_STORES, LATENT_TABLES)
)
MADE["latent"]["evaluation"] = [
    *LATENT_EVALUATION_MADE.values(),
    *LATENT_EVALUATION_RECONSTRUCTIONS.values(),
    *LATENT_EVALUATION_SAMPLES.values(),
    *LATENT_EVALUATION_COPIES.values(),
    # of plain pixels: none has an SVG
    *[
        f"{LATENT_EVALUATION_DIR}/figures/{name}.png"
        for name in LATENT_EVALUATION_FIGURES
    ],
    f"{LATENT_EVALUATION_DIR}/section.json",
]


rule latent_evaluation_apply:
    """Make reconstructions, samples and strips with the networks of a dataset."""
    input:
        images=lambda wildcards: LATENT_STORES[wildcards.dataset],
        tables=lambda wildcards: LATENT_TABLES[wildcards.dataset],
        weights=lambda wildcards: [
            f"{LATENT_DIR}/networks/{wildcards.dataset}/{model}/weights.safetensors"
            for model in LATENT_MODELS[wildcards.dataset]
        ],
        snapshots=lambda wildcards: [
            f"{LATENT_DIR}/networks/{wildcards.dataset}/{model}/snapshots"
            for model in LATENT_MODELS[wildcards.dataset]
        ],
    output:
        directory(f"{LATENT_EVALUATION_RUN}/made.zarr"),
    log:
        f"{LATENT_DIR}/logs/evaluation/{{dataset}}/apply.log",
    benchmark:
        f"{LATENT_DIR}/benchmarks/evaluation/{{dataset}}/apply.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=240,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards, input: named(
            dict(zip(LATENT_MODELS[wildcards.dataset], input.weights))
        ),
        snapshots=lambda wildcards, input: named(
            dict(zip(LATENT_MODELS[wildcards.dataset], input.snapshots))
        ),
        options=options(LATENT.evaluation.making),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent evaluation apply"
        " --dataset {wildcards.dataset:q}"
        " --images {input.images:q}"
        " --tables {input.tables:q}"
        " --weights {params.weights:q}"
        " --snapshots {params.snapshots:q}"
        " --made {output:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule latent_evaluation_measure:
    """Compare reconstructions and samples of a dataset with real images."""
    input:
        images=lambda wildcards: LATENT_STORES[wildcards.dataset],
        tables=lambda wildcards: LATENT_TABLES[wildcards.dataset],
        made=f"{LATENT_EVALUATION_RUN}/made.zarr",
    output:
        reconstructions=f"{LATENT_EVALUATION_RUN}/reconstructions.parquet",
        samples=f"{LATENT_EVALUATION_RUN}/samples.parquet",
        copies=f"{LATENT_EVALUATION_RUN}/copies.parquet",
    log:
        f"{LATENT_DIR}/logs/evaluation/{{dataset}}/measure.log",
    benchmark:
        f"{LATENT_DIR}/benchmarks/evaluation/{{dataset}}/measure.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=240,
    params:
        options=options(LATENT.evaluation.measuring),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent evaluation measure"
        " --dataset {wildcards.dataset:q}"
        " --images {input.images:q}"
        " --tables {input.tables:q}"
        " --made {input.made:q}"
        " --reconstructions {output.reconstructions:q}"
        " --samples {output.samples:q}"
        " --copies {output.copies:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule latent_evaluation_section:
    """Draw reconstructions, samples and strips, and write their section of the report."""
    input:
        made=LATENT_EVALUATION_MADE.values(),
        images=LATENT_EVALUATION_STORES.values(),
        tables=LATENT_EVALUATION_TABLES.values(),
        reconstructions=LATENT_EVALUATION_RECONSTRUCTIONS.values(),
        samples=LATENT_EVALUATION_SAMPLES.values(),
        copies=LATENT_EVALUATION_COPIES.values(),
    output:
        section=f"{LATENT_EVALUATION_DIR}/section.json",
        figures=[
            report(
                f"{LATENT_EVALUATION_DIR}/figures/{name}.png",
                caption=caption("latent", "evaluation", name.rpartition("_")[2]),
                category="Latent",
                labels=labelled("evaluation", name),
            )
            for name in LATENT_EVALUATION_FIGURES
        ],
    log:
        f"{LATENT_DIR}/logs/evaluation/section.log",
    benchmark:
        f"{LATENT_DIR}/benchmarks/evaluation/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=30,
    params:
        made=named(LATENT_EVALUATION_MADE),
        images=named(LATENT_EVALUATION_STORES),
        tables=named(LATENT_EVALUATION_TABLES),
        reconstructions=named(LATENT_EVALUATION_RECONSTRUCTIONS),
        samples=named(LATENT_EVALUATION_SAMPLES),
        copies=named(LATENT_EVALUATION_COPIES),
        figures=figure_folder,
        options=options(LATENT.evaluation),
        simulated=(
            ["--simulated-crops"]
            if LATENT.curation.use and LATENT.curation.source == "simulated"
            else []
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent evaluation section"
        " --made {params.made:q}"
        " --images {params.images:q}"
        " --tables {params.tables:q}"
        " --reconstructions {params.reconstructions:q}"
        " --samples {params.samples:q}"
        " --copies {params.copies:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " {params.simulated:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
