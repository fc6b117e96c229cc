# Specimens: whether a transferred specimen has the structure that it has in the target.
# Needs: the chapters images (simulated: the true structure is known), persistence, flows and
# transfer.
# Makes, in results/RUN/temper/specimens: readings.parquet, agreement.parquet,
# gains.parquet, figures/correlations.*, section.json

SPECIMENS_DIR = f"{TEMPER_DIR}/specimens"
SPECIMENS_MADE = ["readings.parquet", "agreement.parquet", "gains.parquet"]
SPECIMENS_MADE += ["section.json", *drawn("figures", ["correlations"])]
if FLOWS_TRAININGS and TEMPER.images.simulates:
    MADE["temper"]["specimens"] = [f"{SPECIMENS_DIR}/{name}" for name in SPECIMENS_MADE]


localrules:
    temper_specimens_section,


rule temper_specimens_measure:
    """Read number density and radius of held-out specimens, and compare them with the truth."""
    input:
        synthetic=TRANSFER_JUDGED.values(),
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        grid=f"{TEMPER_DIR}/persistence/grid.parquet",
        truth=f"{TEMPER_DIR}/images/simulated/truth.parquet",
    output:
        readings=f"{SPECIMENS_DIR}/readings.parquet",
        agreement=f"{SPECIMENS_DIR}/agreement.parquet",
        gains=f"{SPECIMENS_DIR}/gains.parquet",
    log:
        f"{TEMPER_DIR}/logs/specimens/measure.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/specimens/measure.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
    params:
        synthetic=named(TRANSFER_JUDGED),
        options=options(TEMPER.specimens),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper specimens measure"
        " --synthetic {params.synthetic:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --grid {input.grid:q}"
        " --truth {input.truth:q}"
        " --readings {output.readings:q}"
        " --agreement {output.agreement:q}"
        " --gains {output.gains:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule temper_specimens_section:
    """Draw the rank correlations, and write their section of the report."""
    input:
        agreement=f"{SPECIMENS_DIR}/agreement.parquet",
        gains=f"{SPECIMENS_DIR}/gains.parquet",
    output:
        section=f"{SPECIMENS_DIR}/section.json",
        figures=report(
            f"{SPECIMENS_DIR}/figures/correlations.png",
            caption=caption("temper", "specimens", "correlations"),
            category="Temper",
            labels=labelled("specimens", "correlations"),
        ),
        vectors=f"{SPECIMENS_DIR}/figures/correlations.svg",
    log:
        f"{TEMPER_DIR}/logs/specimens/section.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/specimens/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        figures=figure_folder,
        options=options(TEMPER.specimens),
    shell:
        "pspflow --log {log:q} temper specimens section"
        " --agreement {input.agreement:q}"
        " --gains {input.gains:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
