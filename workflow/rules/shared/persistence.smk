# Persistence: from chips to persistence images, for every study that names this chapter.
# Needs: the chapter images, and the study's options in PERSISTENCE[STUDY].
# Makes, in results/RUN/STUDY/persistence: grid.parquet, coverage.parquet, shards/*.zarr,
# images.zarr, figures/persistence.*, section.json

PERSISTENCE_DIR = f"{OUT}/{{study}}/persistence"
PERSISTENCE_MADE = ["grid.parquet", "coverage.parquet", "images.zarr"]
PERSISTENCE_MADE += ["section.json", *drawn("figures", ["persistence"])]


wildcard_constraints:
    shard=r"\d+-of-\d+",


PERSISTENCE_SHARDS = {
    study: expand(
        f"{OUT}/{study}/persistence/shards/{{shard}}.zarr", shard=shares(chosen.shards)
    )
    for study, chosen in PERSISTENCE.items()
}
for study, shards in PERSISTENCE_SHARDS.items():
    MADE[study]["persistence"] = shards + [
        f"{OUT}/{study}/persistence/{name}" for name in PERSISTENCE_MADE
    ]


rule persistence_grid:
    """Fit ranges, bandwidth and weight of persistence images to training chips."""
    input:
        micrographs=f"{IMAGES_DIR}/micrographs.zarr",
        chips=f"{IMAGES_DIR}/chips.parquet",
    output:
        grid=f"{PERSISTENCE_DIR}/grid.parquet",
        coverage=f"{PERSISTENCE_DIR}/coverage.parquet",
    log:
        f"{OUT}/{{study}}/logs/persistence/grid.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/persistence/grid.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        options=lambda wildcards: options(PERSISTENCE[wildcards.study]),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} persistence grid"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --grid {output.grid:q}"
        " --coverage {output.coverage:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule persistence_compute:
    """Compute the persistence images of one share of the chips."""
    input:
        micrographs=f"{IMAGES_DIR}/micrographs.zarr",
        chips=f"{IMAGES_DIR}/chips.parquet",
        grid=f"{PERSISTENCE_DIR}/grid.parquet",
    output:
        directory(f"{PERSISTENCE_DIR}/shards/{{shard}}.zarr"),
    log:
        f"{OUT}/{{study}}/logs/persistence/compute/{{shard}}.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/persistence/compute/{{shard}}.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=60,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} persistence compute"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --grid {input.grid:q}"
        " --persistence {output:q}"
        " --shard {wildcards.shard:q}"


rule persistence_merge:
    """Join the shares of the persistence images in the order of the chips."""
    input:
        lambda wildcards: PERSISTENCE_SHARDS[wildcards.study],
    output:
        directory(f"{PERSISTENCE_DIR}/images.zarr"),
    log:
        f"{OUT}/{{study}}/logs/persistence/merge.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/persistence/merge.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} persistence merge"
        " --shards {input:q}"
        " --persistence {output:q}"


rule persistence_section:
    """Draw diagrams and images of every domain, and write their section of the report."""
    input:
        catalogue=f"{IMAGES_DIR}/catalogue.parquet",
        micrographs=f"{IMAGES_DIR}/micrographs.zarr",
        chips=f"{IMAGES_DIR}/chips.parquet",
        persistence=f"{PERSISTENCE_DIR}/images.zarr",
        grid=f"{PERSISTENCE_DIR}/grid.parquet",
        coverage=f"{PERSISTENCE_DIR}/coverage.parquet",
    output:
        section=f"{PERSISTENCE_DIR}/section.json",
        figures=report(
            f"{PERSISTENCE_DIR}/figures/persistence.png",
            caption=caption("shared", "persistence", "persistence"),
            category=lambda wildcards: wildcards.study.title(),
            labels=labelled("persistence", "persistence"),
        ),
        vectors=f"{PERSISTENCE_DIR}/figures/persistence.svg",
    log:
        f"{OUT}/{{study}}/logs/persistence/section.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/persistence/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        figures=figure_folder,
        options=lambda wildcards: options(PERSISTENCE[wildcards.study]),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} persistence section"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --persistence {input.persistence:q}"
        " --grid {input.grid:q}"
        " --coverage {input.coverage:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
