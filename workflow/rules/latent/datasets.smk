# Datasets: simulated microstructures, and variants of your micrograph.
# Needs: nothing, or your micrograph (latent.datasets.inpainted.image) for the dataset inpainted.
# Makes, in results/RUN/latent/datasets: DATASET/SHARD.zarr and DATASET/SHARD.parquet (SHARD is
# 1-of-2 ...), figures/*, section.json

LATENT_DATASETS_DIR = f"{LATENT_DIR}/datasets"
LATENT_DATASETS_SIMULATED = [
    name for name in LATENT.datasets.use if name != "inpainted"
]
LATENT_DATASETS_DRAWN = (
    ["autocovariance"] if "gaussian_smooth" in LATENT.datasets.use else []
)
LATENT_DATASETS_FIGURES = [
    "gallery",
    *LATENT_DATASETS_DRAWN,
]  # the first is of plain pixels
# shares that the section reads: it shows and measures few images, and their command is short
LATENT_DATASETS_ENDS = list(dict.fromkeys([LATENT_SHARDS[0], LATENT_SHARDS[-1]]))
LATENT_DATASETS_STORES, LATENT_DATASETS_TABLES = (
    {
        f"{name}/{shard}": f"{LATENT_DATASETS_DIR}/{name}/{shard}.{ending}"
        for name in LATENT.datasets.use
        for shard in LATENT_DATASETS_ENDS
    }
    for ending in ("zarr", "parquet")
)
MADE["latent"]["datasets"] = [
    *[path for name in LATENT.datasets.use for path in LATENT_STORES[name]],
    *[path for name in LATENT.datasets.use for path in LATENT_TABLES[name]],
    f"{LATENT_DATASETS_DIR}/figures/gallery.png",
    *drawn(f"{LATENT_DATASETS_DIR}/figures", LATENT_DATASETS_DRAWN),
    f"{LATENT_DATASETS_DIR}/section.json",
]


rule latent_datasets_simulate:
    """Simulate a share of the images of a dataset."""
    output:
        images=directory(f"{LATENT_DATASETS_DIR}/{{dataset}}/{{shard}}.zarr"),
        table=f"{LATENT_DATASETS_DIR}/{{dataset}}/{{shard}}.parquet",
    log:
        f"{LATENT_DIR}/logs/datasets/{{dataset}}/{{shard}}.log",
    benchmark:
        f"{LATENT_DIR}/benchmarks/datasets/{{dataset}}/{{shard}}.tsv"
    wildcard_constraints:
        dataset="|".join(LATENT_DATASETS_SIMULATED) or "none",
        shard=r"\d+-of-\d+",
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=90,
    params:
        options=lambda wildcards: options(LATENT.datasets.of_dataset(wildcards.dataset)),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent datasets simulate"
        " --dataset {wildcards.dataset:q}"
        " --shard {wildcards.shard:q}"
        " --images {output.images:q}"
        " --table {output.table:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --threads {threads}"


if "inpainted" in LATENT.datasets.use:

    rule latent_datasets_inpaint:
        """Make a share of the variants of your micrograph."""
        input:
            watched(LATENT.datasets.inpainted.image, "latent.datasets.inpainted.image"),
        output:
            images=directory(f"{LATENT_DATASETS_DIR}/inpainted/{{shard}}.zarr"),
            table=f"{LATENT_DATASETS_DIR}/inpainted/{{shard}}.parquet",
        log:
            f"{LATENT_DIR}/logs/datasets/inpainted/{{shard}}.log",
        benchmark:
            f"{LATENT_DIR}/benchmarks/datasets/inpainted/{{shard}}.tsv"
        wildcard_constraints:
            shard=r"\d+-of-\d+",
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(2000),
            runtime=240,
        params:
            options=options(LATENT.datasets.of_dataset("inpainted")),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} latent datasets inpaint"
            " --micrograph {input:q}"
            " --shard {wildcards.shard:q}"
            " --images {output.images:q}"
            " --table {output.table:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"
            " --threads {threads}"


rule latent_datasets_section:
    """Show and measure simulated images, and write their section of the report."""
    input:
        LATENT_DATASETS_STORES.values(),
        LATENT_DATASETS_TABLES.values(),
    output:
        section=f"{LATENT_DATASETS_DIR}/section.json",
        figures=[
            report(
                f"{LATENT_DATASETS_DIR}/figures/{name}.png",
                caption=caption("latent", "datasets", name),
                category="Latent",
                labels=labelled("datasets", name),
            )
            for name in LATENT_DATASETS_FIGURES
        ],
        vectors=drawings(f"{LATENT_DATASETS_DIR}/figures", LATENT_DATASETS_DRAWN),
    log:
        f"{LATENT_DIR}/logs/datasets/section.log",
    benchmark:
        f"{LATENT_DIR}/benchmarks/datasets/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        images=named(LATENT_DATASETS_STORES),
        tables=named(LATENT_DATASETS_TABLES),
        figures=figure_folder,
        options=options(LATENT.datasets),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent datasets section"
        " --images {params.images:q}"
        " --tables {params.tables:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
