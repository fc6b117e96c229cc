# Localization: the strain of every voxel, by networks and by linear models.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# splits.parquet and strain.zarr of set `all`.
# Makes, in results/RUN/composite/localization: MODEL/weights.safetensors, MODEL/history.parquet,
# accuracy.parquet, examples.zarr, speed.parquet, section.json, figures/{slices,parity,speed}.png

LOCALIZATION_DIR = f"{COMPOSITE_DIR}/localization"
LOCALIZATION_FIGURES = ["slices", "parity", "speed"]
LOCALIZATION_WEIGHTS = {
    name: f"{LOCALIZATION_DIR}/{name}/weights.safetensors"
    for name in COMPOSITE.localization.models
}
LOCALIZATION_HISTORIES = {
    name: f"{LOCALIZATION_DIR}/{name}/history.parquet" for name in LOCALIZATION_WEIGHTS
}
LOCALIZATION_FILES = ["accuracy.parquet", "examples.zarr", "speed.parquet"]
LOCALIZATION_FILES += [f"figures/{name}.png" for name in LOCALIZATION_FIGURES]
MADE["composite"]["localization"] = [
    *LOCALIZATION_WEIGHTS.values(),
    *LOCALIZATION_HISTORIES.values(),
    *[f"{LOCALIZATION_DIR}/{file}" for file in [*LOCALIZATION_FILES, "section.json"]],
]


wildcard_constraints:
    localizer="|".join(LOCALIZATION_WEIGHTS),


localrules:
    composite_localization_section,


rule composite_localization_train:
    """Train a network to predict the strain of every voxel."""
    input:
        structures=f"{STRUCTURES_DIR}/all/structures.zarr",
        strain=f"{STRUCTURES_DIR}/all/strain.zarr",
        table=f"{STRUCTURES_DIR}/all/structures.parquet",
        splits=f"{STRUCTURES_DIR}/all/splits.parquet",
    output:
        weights=f"{LOCALIZATION_DIR}/{{localizer}}/weights.safetensors",
        history=f"{LOCALIZATION_DIR}/{{localizer}}/history.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/localization/{{localizer}}/train.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/localization/{{localizer}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(24000),
        runtime=480,
        gpu=1,
        device=CONFIG.device,
    params:
        options=lambda wildcards: options(
            COMPOSITE.localization.trained(wildcards.localizer)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite localization train"
        " --localizer {wildcards.localizer:q}"
        " --structures {input.structures:q}"
        " --strain {input.strain:q}"
        " --table {input.table:q}"
        " --splits {input.splits:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_localization_evaluate:
    """Predict the strains of test structures with networks and linear models; time them."""
    input:
        weights=LOCALIZATION_WEIGHTS.values(),
        structures=f"{STRUCTURES_DIR}/all/structures.zarr",
        strain=f"{STRUCTURES_DIR}/all/strain.zarr",
        table=f"{STRUCTURES_DIR}/all/structures.parquet",
        phases=f"{STRUCTURES_DIR}/all/phases.parquet",
        splits=f"{STRUCTURES_DIR}/all/splits.parquet",
    output:
        accuracy=f"{LOCALIZATION_DIR}/accuracy.parquet",
        examples=directory(f"{LOCALIZATION_DIR}/examples.zarr"),
        speed=f"{LOCALIZATION_DIR}/speed.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/localization/evaluate.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/localization/evaluate.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=named(LOCALIZATION_WEIGHTS),
        options=options(COMPOSITE.localization.evaluated()),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite localization evaluate"
        " --weights {params.weights:q}"
        " --structures {input.structures:q}"
        " --strain {input.strain:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --splits {input.splits:q}"
        " --accuracy {output.accuracy:q}"
        " --examples {output.examples:q}"
        " --speed {output.speed:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_localization_section:
    """Write the report's section about localization; draw fields, strains of voxels and times."""
    input:
        accuracy=f"{LOCALIZATION_DIR}/accuracy.parquet",
        examples=f"{LOCALIZATION_DIR}/examples.zarr",
        speed=f"{LOCALIZATION_DIR}/speed.parquet",
        histories=LOCALIZATION_HISTORIES.values(),
    output:
        section=f"{LOCALIZATION_DIR}/section.json",
        figures=[
            report(
                f"{LOCALIZATION_DIR}/figures/{name}.png",
                caption=caption("composite", "localization", name),
                category="Composite",
            )
            for name in LOCALIZATION_FIGURES
        ],
    log:
        f"{COMPOSITE_DIR}/logs/localization/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/localization/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        figures=figure_folder,
        histories=named(LOCALIZATION_HISTORIES),
        material=(
            "--papers-material"
            if COMPOSITE.structures.papers_material
            else "--no-papers-material"
        ),
    shell:
        "pspflow --log {log:q} composite localization section"
        " --accuracy {input.accuracy:q}"
        " --examples {input.examples:q}"
        " --speed {input.speed:q}"
        " --histories {params.histories:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " {params.material:q}"
