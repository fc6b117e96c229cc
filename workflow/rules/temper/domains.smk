# Domains: whether real chips, and micrographs by their vote, tell the domain that they are of.
# Needs: the chapters images and persistence, two domains or more.
# Makes, in results/RUN/temper/domains: accuracy.parquet, confusions.parquet, section.json

DOMAINS_DIR = f"{TEMPER_DIR}/domains"
if TEMPER.transferable:
    MADE["temper"]["domains"] = [
        f"{DOMAINS_DIR}/accuracy.parquet",
        f"{DOMAINS_DIR}/confusions.parquet",
        f"{DOMAINS_DIR}/section.json",
    ]


localrules:
    temper_domains_section,


rule temper_domains_classify:
    """Measure how well real chips tell their domain, specimens held out in turn."""
    input:
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        persistence=f"{TEMPER_DIR}/persistence/images.zarr",
    output:
        accuracy=f"{DOMAINS_DIR}/accuracy.parquet",
        confusions=f"{DOMAINS_DIR}/confusions.parquet",
    log:
        f"{TEMPER_DIR}/logs/domains/classify.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/domains/classify.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        options=options(TEMPER.domains),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper domains classify"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --persistence {input.persistence:q}"
        " --accuracy {output.accuracy:q}"
        " --confusions {output.confusions:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule temper_domains_section:
    """Write the section of the report on domains."""
    input:
        accuracy=f"{DOMAINS_DIR}/accuracy.parquet",
        confusions=f"{DOMAINS_DIR}/confusions.parquet",
    output:
        section=f"{DOMAINS_DIR}/section.json",
    log:
        f"{TEMPER_DIR}/logs/domains/section.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/domains/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        options=options(TEMPER.domains),
    shell:
        "pspflow --log {log:q} temper domains section"
        " --accuracy {input.accuracy:q}"
        " --confusions {input.confusions:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
