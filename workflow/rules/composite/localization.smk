# Localization: strain and stress of every voxel, by networks and by linear models.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# splits.parquet and fields.zarr of set `local`, or of `all` where it is not made.
# Makes, in results/RUN/composite/localization: FIELD/MODEL/runN/weights.safetensors,
# FIELD/MODEL/runN/history.parquet, accuracy.parquet, differences.parquet, statistics.parquet,
# examples.zarr, speed.parquet, section.json,
# figures/{slices,parity,stress_slices,stress_parity,speed}.*

LOCALIZATION_DIR = f"{COMPOSITE_DIR}/localization"
LOCALIZATION_SET = f"{STRUCTURES_DIR}/{COMPOSITE.structures.localization_set}"
LOCALIZATION_FIGURES = ["slices", "parity", "stress_slices", "stress_parity", "speed"]
LOCALIZATION_TRAININGS = [
    f"{field}/{localizer}/run{number}"
    for field, models in COMPOSITE.localization.models
    for localizer in models
    for number in range(COMPOSITE.localization.runs)
]
LOCALIZATION_WEIGHTS = {
    name: f"{LOCALIZATION_DIR}/{name}/weights.safetensors"
    for name in LOCALIZATION_TRAININGS
}
LOCALIZATION_HISTORIES = {
    name: f"{LOCALIZATION_DIR}/{name}/history.parquet"
    for name in LOCALIZATION_TRAININGS
}
LOCALIZATION_TABLES = ["accuracy", "differences", "statistics", "speed"]
LOCALIZATION_FILES = [f"{name}.parquet" for name in LOCALIZATION_TABLES]
LOCALIZATION_FILES += drawn("figures", LOCALIZATION_FIGURES)
MADE["composite"]["localization"] = [
    *LOCALIZATION_WEIGHTS.values(),
    *LOCALIZATION_HISTORIES.values(),
    *[
        f"{LOCALIZATION_DIR}/{file}"
        for file in [*LOCALIZATION_FILES, "examples.zarr", "section.json"]
    ],
]


wildcard_constraints:
    field="strain|stress",
    localizer="cpnet[753]|fno",
    number=r"\d+",


localrules:
    composite_localization_section,


rule composite_localization_train:
    """Train a network to predict a local field in every voxel."""
    input:
        structures=f"{LOCALIZATION_SET}/structures.zarr",
        fields=f"{LOCALIZATION_SET}/fields.zarr",
        table=f"{LOCALIZATION_SET}/structures.parquet",
        splits=f"{LOCALIZATION_SET}/splits.parquet",
    output:
        weights=f"{LOCALIZATION_DIR}/{{field}}/{{localizer}}/run{{number}}/weights.safetensors",
        history=f"{LOCALIZATION_DIR}/{{field}}/{{localizer}}/run{{number}}/history.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/localization/{{field}}/{{localizer}}/run{{number}}/train.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/localization/{{field}}/{{localizer}}/run{{number}}/train.tsv"
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
        " --field {wildcards.field:q}"
        " --run {wildcards.number:q}"
        " --structures {input.structures:q}"
        " --fields {input.fields:q}"
        " --table {input.table:q}"
        " --splits {input.splits:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_localization_evaluate:
    """Predict the fields of test structures with networks and linear models, and compare them."""
    input:
        weights=LOCALIZATION_WEIGHTS.values(),
        structures=f"{LOCALIZATION_SET}/structures.zarr",
        fields=f"{LOCALIZATION_SET}/fields.zarr",
        table=f"{LOCALIZATION_SET}/structures.parquet",
        splits=f"{LOCALIZATION_SET}/splits.parquet",
    output:
        accuracy=f"{LOCALIZATION_DIR}/accuracy.parquet",
        differences=f"{LOCALIZATION_DIR}/differences.parquet",
        statistics=f"{LOCALIZATION_DIR}/statistics.parquet",
        examples=directory(f"{LOCALIZATION_DIR}/examples.zarr"),
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
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite localization evaluate"
        " --weights {params.weights:q}"
        " --structures {input.structures:q}"
        " --fields {input.fields:q}"
        " --table {input.table:q}"
        " --splits {input.splits:q}"
        " --accuracy {output.accuracy:q}"
        " --differences {output.differences:q}"
        " --statistics {output.statistics:q}"
        " --examples {output.examples:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_localization_measure_speed:
    """Time the solver, networks and linear models on the structures of localization."""
    input:
        structures=f"{LOCALIZATION_SET}/structures.zarr",
        fields=f"{LOCALIZATION_SET}/fields.zarr",
        table=f"{LOCALIZATION_SET}/structures.parquet",
        phases=f"{LOCALIZATION_SET}/phases.parquet",
        splits=f"{LOCALIZATION_SET}/splits.parquet",
    output:
        f"{LOCALIZATION_DIR}/speed.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/localization/measure_speed.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/localization/measure_speed.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(COMPOSITE.localization.timed()),
        solver=options(COMPOSITE.structures.solver.solution),
    shell:
        "pspflow --log {log:q} composite localization measure-speed"
        " --structures {input.structures:q}"
        " --fields {input.fields:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --splits {input.splits:q}"
        " --speed {output:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --device {resources.device:q}"


rule composite_localization_section:
    """Write the report's section about localization; draw fields, values of voxels and times."""
    input:
        accuracy=f"{LOCALIZATION_DIR}/accuracy.parquet",
        differences=f"{LOCALIZATION_DIR}/differences.parquet",
        statistics=f"{LOCALIZATION_DIR}/statistics.parquet",
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
                labels=labelled("localization", name),
            )
            for name in LOCALIZATION_FIGURES
        ],
        vectors=drawings(f"{LOCALIZATION_DIR}/figures", LOCALIZATION_FIGURES),
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
        " --differences {input.differences:q}"
        " --statistics {input.statistics:q}"
        " --examples {input.examples:q}"
        " --speed {input.speed:q}"
        " --histories {params.histories:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " {params.material:q}"
