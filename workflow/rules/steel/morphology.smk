# Morphology: ferrite fraction and mean free path of every chip.
# Needs: the chapter images, and the columns that images.conditions names in its sheet.
# Makes, in results/RUN/steel/morphology: measures.parquet

MORPHOLOGY_DIR = f"{STEEL_DIR}/morphology"
MORPHOLOGY_MADE = ["measures.parquet"]
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
