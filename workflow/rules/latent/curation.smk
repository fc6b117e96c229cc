# Curation: rows of a database's metadata table are kept or dropped with a reason, their micrographs
# brought to one scale, and crops drawn from them and split by sample.
# Needs: nothing, or your copy of the UHCS database (latent.curation.database: table and images).
# Makes, in results/RUN/latent/curation: database/ (simulated only), micrographs.parquet,
# micrographs.zarr, DATASET/images.zarr, DATASET/images.parquet, figures/*, section.json

CURATION_DIR = f"{LATENT_DIR}/curation"
CURATION_USED = list(LATENT.curation.use)
CURATION_SIMULATED = LATENT.curation.source == "simulated"
if CURATION_SIMULATED:
    CURATION_TABLE = f"{CURATION_DIR}/database/metadata.csv"
    CURATION_IMAGES = f"{CURATION_DIR}/database/images"
elif CURATION_USED:
    CURATION_TABLE = watched(
        LATENT.curation.database.table, "latent.curation.database.table"
    )
    CURATION_IMAGES = watched(
        LATENT.curation.database.images, "latent.curation.database.images"
    )
CURATION_FIGURES = ["magnifications", "rescaled", "crops"]
CURATION_CROPS = {
    kind: {name: f"{CURATION_DIR}/{name}/images.{kind}" for name in CURATION_USED}
    for kind in ("zarr", "parquet")
}
if CURATION_USED:
    MADE["latent"]["curation"] = [
        *([CURATION_TABLE, CURATION_IMAGES] if CURATION_SIMULATED else []),
        f"{CURATION_DIR}/micrographs.parquet",
        f"{CURATION_DIR}/micrographs.zarr",
        *[path for paths in CURATION_CROPS.values() for path in paths.values()],
        *drawn(f"{CURATION_DIR}/figures", CURATION_FIGURES),
        f"{CURATION_DIR}/section.json",
    ]


if CURATION_USED and CURATION_SIMULATED:

    rule latent_curation_simulate:
        """Simulate a database of spheroidite micrographs: TIFF images, and their metadata table."""
        output:
            table=CURATION_TABLE,
            images=directory(CURATION_IMAGES),
        log:
            f"{LATENT_DIR}/logs/curation/simulate.log",
        benchmark:
            f"{LATENT_DIR}/benchmarks/curation/simulate.tsv"
        conda:
            "../../../envs/cpu.yaml"
        threads: 2
        resources:
            mem_mb=memory(4000),
            runtime=60,
        params:
            options=options(LATENT.curation.simulated),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} latent curation simulate"
            " --table {output.table:q}"
            " --images {output.images:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"
            " --threads {threads}"


if CURATION_USED:

    rule latent_curation_catalogue:
        """Keep the usable rows of the metadata table, and say of every other why it is dropped."""
        input:
            table=CURATION_TABLE,
            images=CURATION_IMAGES,
        output:
            f"{CURATION_DIR}/micrographs.parquet",
        log:
            f"{LATENT_DIR}/logs/curation/catalogue.log",
        benchmark:
            f"{LATENT_DIR}/benchmarks/curation/catalogue.tsv"
        retries: 0  # what is wrong with a table stays wrong
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(2000),
            runtime=60,
        params:
            options=options(LATENT.curation.catalogue),
        shell:
            "pspflow --log {log:q} latent curation catalogue"
            " --table {input.table:q}"
            " --images {input.images:q}"
            " --micrographs {output:q}"
            " --options {params.options:q}"

    rule latent_curation_micrographs:
        """Crop, rescale and store every kept micrograph."""
        input:
            table=f"{CURATION_DIR}/micrographs.parquet",
            images=CURATION_IMAGES,
        output:
            directory(f"{CURATION_DIR}/micrographs.zarr"),
        log:
            f"{LATENT_DIR}/logs/curation/micrographs.log",
        benchmark:
            f"{LATENT_DIR}/benchmarks/curation/micrographs.tsv"
        retries: 0
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(4000),
            runtime=60,
        shell:
            "pspflow --log {log:q} latent curation micrographs"
            " --table {input.table:q}"
            " --images {input.images:q}"
            " --micrographs {output:q}"

    rule latent_curation_crops:
        """Draw crops of one size, and split them by sample."""
        input:
            table=f"{CURATION_DIR}/micrographs.parquet",
            micrographs=f"{CURATION_DIR}/micrographs.zarr",
        output:
            images=directory(f"{CURATION_DIR}/{{dataset}}/images.zarr"),
            crops=f"{CURATION_DIR}/{{dataset}}/images.parquet",
        log:
            f"{LATENT_DIR}/logs/curation/{{dataset}}/crops.log",
        benchmark:
            f"{LATENT_DIR}/benchmarks/curation/{{dataset}}/crops.tsv"
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(4000),
            runtime=60,
        params:
            options=options(LATENT.curation.cropping),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} latent curation crops"
            " --dataset {wildcards.dataset:q}"
            " --table {input.table:q}"
            " --micrographs {input.micrographs:q}"
            " --images {output.images:q}"
            " --crops {output.crops:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"

    rule latent_curation_section:
        """Write the report's section about the curation; draw crops and magnifications."""
        input:
            table=f"{CURATION_DIR}/micrographs.parquet",
            micrographs=f"{CURATION_DIR}/micrographs.zarr",
            images=CURATION_CROPS["zarr"].values(),
            crops=CURATION_CROPS["parquet"].values(),
        output:
            section=f"{CURATION_DIR}/section.json",
            figures=[
                report(
                    f"{CURATION_DIR}/figures/{name}.png",
                    caption=caption("latent", "curation", name),
                    category="Latent",
                    labels=labelled("curation", name),
                )
                for name in CURATION_FIGURES
            ],
            vectors=drawings(f"{CURATION_DIR}/figures", CURATION_FIGURES),
        log:
            f"{LATENT_DIR}/logs/curation/section.log",
        benchmark:
            f"{LATENT_DIR}/benchmarks/curation/section.tsv"
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(2000),
            runtime=30,
        params:
            images=named(CURATION_CROPS["zarr"]),
            crops=named(CURATION_CROPS["parquet"]),
            figures=figure_folder,
            options=options(LATENT.curation),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} latent curation section"
            " --table {input.table:q}"
            " --micrographs {input.micrographs:q}"
            " --images {params.images:q}"
            " --crops {params.crops:q}"
            " --figures {params.figures:q}"
            " --section {output.section:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"
