# Labels: how well real chips predict process parameters and properties of their specimen.
# Needs: the chapters images and persistence, and a domain with a label.
# Makes, in results/RUN/temper/labels: accuracy.parquet, correlations.parquet,
# figures/accuracy.*, section.json

LABELS_DIR = f"{TEMPER_DIR}/labels"
LABELS_MADE = ["accuracy.parquet", "correlations.parquet"]
LABELS_MADE += ["section.json", *drawn("figures", ["accuracy"])]
if TEMPER.labelled:
    MADE["temper"]["labels"] = [f"{LABELS_DIR}/{name}" for name in LABELS_MADE]


localrules:
    temper_labels_section,


rule temper_labels_classify:
    """Measure how well real chips predict their label, specimens held out in turn."""
    input:
        catalogue=f"{TEMPER_DIR}/images/catalogue.parquet",
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        persistence=f"{TEMPER_DIR}/persistence/images.zarr",
    output:
        accuracy=f"{LABELS_DIR}/accuracy.parquet",
        correlations=f"{LABELS_DIR}/correlations.parquet",
    log:
        f"{TEMPER_DIR}/logs/labels/classify.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/labels/classify.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        options=options(TEMPER.labels),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper labels classify"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --persistence {input.persistence:q}"
        " --accuracy {output.accuracy:q}"
        " --correlations {output.correlations:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule temper_labels_section:
    """Draw the accuracies, and write their section of the report."""
    input:
        catalogue=f"{TEMPER_DIR}/images/catalogue.parquet",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        accuracy=f"{LABELS_DIR}/accuracy.parquet",
        correlations=f"{LABELS_DIR}/correlations.parquet",
    output:
        section=f"{LABELS_DIR}/section.json",
        figures=report(
            f"{LABELS_DIR}/figures/accuracy.png",
            caption=caption("temper", "labels", "accuracy"),
            category="Temper",
            labels=labelled("labels", "accuracy"),
        ),
        vectors=f"{LABELS_DIR}/figures/accuracy.svg",
    log:
        f"{TEMPER_DIR}/logs/labels/section.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/labels/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        figures=figure_folder,
        options=options(TEMPER.labels),
        simulated=["--simulated"] if TEMPER.images.simulates else [],
    shell:
        "pspflow --log {log:q} temper labels section"
        " --catalogue {input.catalogue:q}"
        " --chips {input.chips:q}"
        " --accuracy {input.accuracy:q}"
        " --correlations {input.correlations:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.simulated:q}"
