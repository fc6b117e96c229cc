# Chips: one set of the steel study's micrographs, on which every model trains and is judged.
# Needs: the steel study's catalogue, regions and micrographs.
# Makes, in results/RUN/arena/chips: planned.parquet, counts.parquet, planned_measures.parquet,
# chips.parquet, measures.parquet, images.zarr, images.parquet, figures/chips.png, section.json

ARENA_CHIPS_DIR = f"{ARENA_DIR}/chips"
ARENA_SHARED = {
    "images": f"{ARENA_CHIPS_DIR}/images.zarr",
    "table": f"{ARENA_CHIPS_DIR}/images.parquet",
}
MADE["arena"]["chips"] = [
    *[
        f"{ARENA_CHIPS_DIR}/{name}.parquet"
        for name in (
            "planned",
            "counts",
            "planned_measures",
            "chips",
            "measures",
            "images",
        )
    ],
    f"{ARENA_CHIPS_DIR}/images.zarr",
    f"{ARENA_CHIPS_DIR}/figures/chips.png",
    f"{ARENA_CHIPS_DIR}/section.json",
]


rule arena_chips_plan:
    """Plan the chips: windows into the steel study's micrographs, each inside one split."""
    input:
        catalogue=f"{STEEL_DIR}/images/catalogue.parquet",
        regions=f"{STEEL_DIR}/images/regions.parquet",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
    output:
        chips=f"{ARENA_CHIPS_DIR}/planned.parquet",
        counts=f"{ARENA_CHIPS_DIR}/counts.parquet",
    log:
        f"{ARENA_DIR}/logs/chips/plan.log",
    benchmark:
        f"{ARENA_DIR}/benchmarks/chips/plan.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        options=options(ARENA.planned_chips),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel images chips"
        " --catalogue {input.catalogue:q}"
        " --regions {input.regions:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {output.chips:q}"
        " --counts {output.counts:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule arena_chips_measure:
    """Check the conditions of every chip, and measure it as the steel study does."""
    input:
        catalogue=f"{STEEL_DIR}/images/catalogue.parquet",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{ARENA_CHIPS_DIR}/planned.parquet",
    output:
        f"{ARENA_CHIPS_DIR}/planned_measures.parquet",
    log:
        f"{ARENA_DIR}/logs/chips/measure.log",
    benchmark:
        f"{ARENA_DIR}/benchmarks/chips/measure.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=60,
    params:
        options=options(STEEL.measuring),
    shell:
        "pspflow --log {log:q} steel morphology measure"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --measures {output:q}"
        " --options {params.options:q}"


rule arena_chips_gather:
    """Draw the shared chips, and store them as every model reads them."""
    input:
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{ARENA_CHIPS_DIR}/planned.parquet",
        measures=f"{ARENA_CHIPS_DIR}/planned_measures.parquet",
    output:
        drawn=f"{ARENA_CHIPS_DIR}/chips.parquet",
        drawn_measures=f"{ARENA_CHIPS_DIR}/measures.parquet",
        images=directory(f"{ARENA_CHIPS_DIR}/images.zarr"),
        table=f"{ARENA_CHIPS_DIR}/images.parquet",
    log:
        f"{ARENA_DIR}/logs/chips/gather.log",
    benchmark:
        f"{ARENA_DIR}/benchmarks/chips/gather.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        options=options(ARENA.chips),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} arena chips gather"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --measures {input.measures:q}"
        " --drawn {output.drawn:q}"
        " --drawn-measures {output.drawn_measures:q}"
        " --images {output.images:q}"
        " --table {output.table:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule arena_chips_section:
    """Show some of the shared chips, and write their section of the report."""
    input:
        **ARENA_SHARED,
    output:
        section=f"{ARENA_CHIPS_DIR}/section.json",
        figures=[
            report(
                f"{ARENA_CHIPS_DIR}/figures/chips.png",
                caption=caption("arena", "chips", "chips"),
                category="Arena",
                labels=labelled("chips", "chips"),
            )
        ],
    log:
        f"{ARENA_DIR}/logs/chips/section.log",
    benchmark:
        f"{ARENA_DIR}/benchmarks/chips/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        figures=figure_folder,
        simulated=["--simulated"] if STEEL.images.simulates else [],
    shell:
        "pspflow --log {log:q} arena chips section"
        " --images {input.images:q}"
        " --table {input.table:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " {params.simulated:q}"
