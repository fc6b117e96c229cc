# Images: from a sheet of micrographs to chips, for every study that names this chapter.
# Needs: the study's options in IMAGES[STUDY], and a sheet of the user's micrographs, or the study's
# own rule that simulates sheet and images.
# Makes, in results/RUN/STUDY/images: catalogue.parquet, regions.parquet, micrographs.zarr,
# chips.parquet, chip_counts.parquet, figures/*, section.json

IMAGES_DIR = f"{OUT}/{{study}}/images"
IMAGES_FIGURES = ["micrographs", "chips"]
IMAGES_MADE = ["catalogue.parquet", "regions.parquet", "micrographs.zarr"]
IMAGES_MADE += ["chips.parquet", "chip_counts.parquet", "section.json"]
IMAGES_MADE += drawn("figures", IMAGES_FIGURES)


localrules:
    images_split,


# of each study: its sheet, the user's or that of simulated specimens, and the sheet's images
IMAGES_SHEETS, IMAGES_FILES = {}, {}
for study, chosen in IMAGES.items():
    folder = f"{OUT}/{study}/images"
    if chosen.simulates:
        IMAGES_SHEETS[study] = f"{folder}/simulated/sheet.csv"
        IMAGES_FILES[study] = [f"{folder}/simulated/images"]
    else:
        IMAGES_SHEETS[study] = str(chosen.micrographs.sheet)
        IMAGES_FILES[study] = images_of(IMAGES_SHEETS[study])
    MADE[study]["images"] = [IMAGES_SHEETS[study], *IMAGES_FILES[study]]
    MADE[study]["images"] += [f"{folder}/{name}" for name in IMAGES_MADE]


rule images_catalogue:
    """Check the sheet and its images, and plan crop, scale and size of each micrograph."""
    input:
        sheet=lambda wildcards: IMAGES_SHEETS[wildcards.study],
        images=lambda wildcards: IMAGES_FILES[wildcards.study],
    output:
        f"{IMAGES_DIR}/catalogue.parquet",
    log:
        f"{OUT}/{{study}}/logs/images/catalogue.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/images/catalogue.tsv"
    retries: 0  # what is wrong with a sheet stays wrong
    conda:
        "../../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        options=lambda wildcards: options(IMAGES[wildcards.study].catalogue),
    shell:
        "pspflow --log {log:q} {wildcards.study:q} images catalogue"
        " --sheet {input.sheet:q}"
        " --catalogue {output:q}"
        " --options {params.options:q}"
        " --threads {threads}"


rule images_split:
    """Decide which pixels train, validate and test."""
    input:
        f"{IMAGES_DIR}/catalogue.parquet",
    output:
        f"{IMAGES_DIR}/regions.parquet",
    log:
        f"{OUT}/{{study}}/logs/images/split.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/images/split.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        options=lambda wildcards: options(IMAGES[wildcards.study].split),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} images split"
        " --catalogue {input:q}"
        " --regions {output:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule images_micrographs:
    """Read, crop, rescale and store every micrograph once, as 8-bit grey."""
    input:
        sheet=lambda wildcards: IMAGES_SHEETS[wildcards.study],
        images=lambda wildcards: IMAGES_FILES[wildcards.study],
        catalogue=f"{IMAGES_DIR}/catalogue.parquet",
        regions=f"{IMAGES_DIR}/regions.parquet",
    output:
        directory(f"{IMAGES_DIR}/micrographs.zarr"),
    log:
        f"{OUT}/{{study}}/logs/images/micrographs.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/images/micrographs.tsv"
    conda:
        "../../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=memory(4000),
        runtime=60,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} images micrographs"
        " --sheet {input.sheet:q}"
        " --catalogue {input.catalogue:q}"
        " --regions {input.regions:q}"
        " --micrographs {output:q}"
        " --threads {threads}"


rule images_chips:
    """Plan the chips: windows into the micrographs, each inside one split."""
    input:
        catalogue=f"{IMAGES_DIR}/catalogue.parquet",
        regions=f"{IMAGES_DIR}/regions.parquet",
        micrographs=f"{IMAGES_DIR}/micrographs.zarr",
    output:
        chips=f"{IMAGES_DIR}/chips.parquet",
        counts=f"{IMAGES_DIR}/chip_counts.parquet",
    log:
        f"{OUT}/{{study}}/logs/images/chips.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/images/chips.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        options=lambda wildcards: options(IMAGES[wildcards.study].chips),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} images chips"
        " --catalogue {input.catalogue:q}"
        " --regions {input.regions:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {output.chips:q}"
        " --counts {output.counts:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule images_section:
    """Draw micrographs and chips of every domain, and write their section of the report."""
    input:
        catalogue=f"{IMAGES_DIR}/catalogue.parquet",
        micrographs=f"{IMAGES_DIR}/micrographs.zarr",
        chips=f"{IMAGES_DIR}/chips.parquet",
        counts=f"{IMAGES_DIR}/chip_counts.parquet",
    output:
        section=f"{IMAGES_DIR}/section.json",
        figures=[
            report(
                f"{IMAGES_DIR}/figures/{name}.png",
                caption=caption("shared", "images", name),
                category=lambda wildcards: wildcards.study.title(),
                labels=labelled("images", name),
            )
            for name in IMAGES_FIGURES
        ],
        vectors=drawings(f"{IMAGES_DIR}/figures", IMAGES_FIGURES),
    log:
        f"{OUT}/{{study}}/logs/images/section.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/images/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        figures=figure_folder,
        options=lambda wildcards: options(IMAGES[wildcards.study].section),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} {wildcards.study:q} images section"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --counts {input.counts:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
