# Morphology: ferrite fraction and mean free path of every chip.
# Needs: the chapter images, and the columns that images.conditions names in its sheet.
# Makes, in results/RUN/steel/morphology: measures.parquet,
# figures/*, section.json

MORPHOLOGY_DIR = f"{STEEL_DIR}/morphology"
MORPHOLOGY_FIGURES = ["measures", "division"]
MORPHOLOGY_MADE = ["measures.parquet", "section.json"]
MORPHOLOGY_MADE += drawn("figures", MORPHOLOGY_FIGURES)
MADE["steel"]["morphology"] = [f"{MORPHOLOGY_DIR}/{name}" for name in MORPHOLOGY_MADE]


rule steel_morphology_measure:
    """Measure ferrite fraction and mean free path of every chip, beside its conditions."""
    input:
        catalogue=f"{STEEL_DIR}/images/catalogue.parquet",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
    output:
        f"{MORPHOLOGY_DIR}/measures.parquet",
    log:
        f"{STEEL_DIR}/logs/morphology/measure.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/morphology/measure.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        options=options(STEEL.measuring),
    shell:
        "pspflow --log {log:q} steel morphology measure"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --measures {output:q}"
        " --options {params.options:q}"


rule steel_morphology_section:
    """Draw the measures of chips by domain, and write their section of the report."""
    input:
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
        measures=f"{MORPHOLOGY_DIR}/measures.parquet",
    output:
        section=f"{MORPHOLOGY_DIR}/section.json",
        figures=[
            report(
                f"{MORPHOLOGY_DIR}/figures/{name}.png",
                caption=caption("steel", "morphology", name),
                category="Steel",
                labels=labelled("morphology", name),
            )
            for name in MORPHOLOGY_FIGURES
        ],
        vectors=drawings(f"{MORPHOLOGY_DIR}/figures", MORPHOLOGY_FIGURES),
    log:
        f"{STEEL_DIR}/logs/morphology/section.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/morphology/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        figures=figure_folder,
        options=options(STEEL.measuring),
        simulated=["--simulated"] if STEEL.images.simulates else [],
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel morphology section"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --measures {input.measures:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.simulated:q}"
        " --seed {params.seed}"
