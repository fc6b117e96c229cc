# Measures: made images against real test chips, beside what real chips reach.
# Needs: the chapters chips and models.
# Makes, in results/RUN/arena/measures: ratios.parquet, figures/*.png, section.json

ARENA_MEASURES_DIR = f"{ARENA_DIR}/measures"
ARENA_FIGURES = ["samples", "ratios"]
MADE["arena"]["measures"] = [
    f"{ARENA_MEASURES_DIR}/ratios.parquet",
    *[f"{ARENA_MEASURES_DIR}/figures/{name}.png" for name in ARENA_FIGURES],
    *drawings(f"{ARENA_MEASURES_DIR}/figures", ["ratios"]),
    f"{ARENA_MEASURES_DIR}/section.json",
]


rule arena_measures_compare:
    """Compare the images of every model with real test chips, beside what real chips reach."""
    input:
        **ARENA_SHARED,
        made=ARENA_MADE.values(),
    output:
        f"{ARENA_MEASURES_DIR}/ratios.parquet",
    log:
        f"{ARENA_DIR}/logs/measures/compare.log",
    benchmark:
        f"{ARENA_DIR}/benchmarks/measures/compare.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        made=named(ARENA_MADE),
        options=options(ARENA.measures),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} arena measures compare"
        " --images {input.images:q}"
        " --table {input.table:q}"
        " --made {params.made:q}"
        " --ratios {output:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule arena_measures_section:
    """Draw samples and ratios, and write their section of the report."""
    input:
        **ARENA_SHARED,
        made=ARENA_MADE.values(),
        ratios=f"{ARENA_MEASURES_DIR}/ratios.parquet",
    output:
        section=f"{ARENA_MEASURES_DIR}/section.json",
        figures=[
            report(
                f"{ARENA_MEASURES_DIR}/figures/{name}.png",
                caption=caption("arena", "measures", name),
                category="Arena",
                labels=labelled("measures", name),
            )
            for name in ARENA_FIGURES
        ],
        vectors=drawings(f"{ARENA_MEASURES_DIR}/figures", ["ratios"]),
    log:
        f"{ARENA_DIR}/logs/measures/section.log",
    benchmark:
        f"{ARENA_DIR}/benchmarks/measures/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        made=named(ARENA_MADE),
        figures=figure_folder,
    shell:
        "pspflow --log {log:q} arena measures section"
        " --images {input.images:q}"
        " --table {input.table:q}"
        " --made {params.made:q}"
        " --tables ratios={input.ratios:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
