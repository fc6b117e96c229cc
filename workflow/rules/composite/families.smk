# Families: networks trained on one family of structures and tested on others, and what decoders make
# of each.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# stiffness.parquet and splits.parquet of set `all` and of the families; of the chapter networks,
# weights.safetensors of networks trained on them.
# Makes, in results/RUN/composite/families, if there are families: errors/runN.parquet,
# SET/runN/rebuilt.parquet, SET/runN/rebuilt.zarr, figures/{transfer,rebuilt}.*, section.json

FAMILIES_DIR = f"{COMPOSITE_DIR}/families"
FAMILIES_SETS = list(COMPOSITE.families_compared)
FAMILIES_FIGURES = ["transfer", "rebuilt"]
FAMILIES_BY_SET = {
    file: {name: STRUCTURES_BY_SET[file][name] for name in FAMILIES_SETS}
    for file in ["structures.zarr", "stiffness.parquet", "splits.parquet"]
}
# folders of the networks of a run, by SET/NETWORK, and the errors of all of them by runN
FAMILIES_NETWORKS = {
    f"{name}/{network}": f"{NETWORKS_DIR}/{name}/c11/{network}/run{{run}}"
    for name, _, network, run in NETWORKS_FAMILIES
}
FAMILIES_ERRORS = {
    f"run{run}": f"{FAMILIES_DIR}/errors/run{run}.parquet"
    for run in NETWORKS_RUNS[: COMPOSITE.families.runs]
}
FAMILIES_REBUILT = {
    f"{name}/run{run}": f"{FAMILIES_DIR}/{name}/run{run}/rebuilt.parquet"
    for name in FAMILIES_SETS
    for run in NETWORKS_RUNS[: COMPOSITE.families.runs]
}
FAMILIES_STORES = {
    name: path.replace(".parquet", ".zarr") for name, path in FAMILIES_REBUILT.items()
}
if FAMILIES_SETS:
    MADE["composite"]["families"] = [
        *FAMILIES_ERRORS.values(),
        *FAMILIES_REBUILT.values(),
        *FAMILIES_STORES.values(),
        *drawn(f"{FAMILIES_DIR}/figures", FAMILIES_FIGURES),
        f"{FAMILIES_DIR}/section.json",
    ]


localrules:
    composite_families_section,


rule composite_families_apply:
    """Predict C11 of the test structures of every family by networks trained on one each."""
    input:
        weights=[f"{place}/weights.safetensors" for place in FAMILIES_NETWORKS.values()],
        structures=FAMILIES_BY_SET["structures.zarr"].values(),
        stiffness=FAMILIES_BY_SET["stiffness.parquet"].values(),
        splits=FAMILIES_BY_SET["splits.parquet"].values(),
    output:
        f"{FAMILIES_DIR}/errors/run{{run}}.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/families/run{{run}}/apply.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/families/run{{run}}/apply.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards, input: named(
            dict(zip(FAMILIES_NETWORKS, input.weights, strict=True))
        ),
        structures=named(FAMILIES_BY_SET["structures.zarr"]),
        stiffness=named(FAMILIES_BY_SET["stiffness.parquet"]),
        splits=named(FAMILIES_BY_SET["splits.parquet"]),
    shell:
        "pspflow --log {log:q} composite families apply"
        " --weights {params.weights:q}"
        " --run {wildcards.run:q}"
        " --structures {params.structures:q}"
        " --stiffness {params.stiffness:q}"
        " --splits {params.splits:q}"
        " --errors {output:q}"
        " --device {resources.device:q}"


rule composite_families_rebuild:
    """Rebuild test structures of a family by its decoders, solve them and describe them."""
    input:
        weights=lambda wildcards: [
            f"{NETWORKS_DIR}/{wildcards.set}/c11/{network}/run{wildcards.run}/weights.safetensors"
            for network in COMPOSITE.families.decoders
        ],
        structures=f"{STRUCTURES_DIR}/{{set}}/structures.zarr",
        table=f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
        phases=f"{STRUCTURES_DIR}/{{set}}/phases.parquet",
        stiffness=f"{STRUCTURES_DIR}/{{set}}/stiffness.parquet",
        splits=f"{STRUCTURES_DIR}/{{set}}/splits.parquet",
    output:
        rebuilt=f"{FAMILIES_DIR}/{{set}}/run{{run}}/rebuilt.parquet",
        stores=directory(f"{FAMILIES_DIR}/{{set}}/run{{run}}/rebuilt.zarr"),
    log:
        f"{COMPOSITE_DIR}/logs/families/{{set}}/run{{run}}/rebuild.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/families/{{set}}/run{{run}}/rebuild.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards, input: named(
            dict(zip(COMPOSITE.families.decoders, input.weights, strict=True))
        ),
        options=options(COMPOSITE.families.without("networks", "decoders", "runs")),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite families rebuild"
        " --name {wildcards.set:q}"
        " --run {wildcards.run:q}"
        " --weights {params.weights:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --rebuilt {output.rebuilt:q}"
        " --rebuilt-structures {output.stores:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_families_section:
    """Write the report's section about families; draw errors by family and rebuilt structures."""
    input:
        errors=FAMILIES_ERRORS.values(),
        rebuilt=FAMILIES_REBUILT.values(),
        stores=FAMILIES_STORES.values(),
        splits=FAMILIES_BY_SET["splits.parquet"].values(),
    output:
        section=f"{FAMILIES_DIR}/section.json",
        figures=[
            report(
                f"{FAMILIES_DIR}/figures/{name}.png",
                caption=caption("composite", "families", name),
                category="Composite",
                labels=labelled("families", name),
            )
            for name in FAMILIES_FIGURES
        ],
        vectors=drawings(f"{FAMILIES_DIR}/figures", FAMILIES_FIGURES),
    log:
        f"{COMPOSITE_DIR}/logs/families/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/families/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        errors=named(FAMILIES_ERRORS),
        rebuilt=named(FAMILIES_REBUILT),
        stores=named(FAMILIES_STORES),
        splits=named(FAMILIES_BY_SET["splits.parquet"]),
        figures=figure_folder,
    shell:
        "pspflow --log {log:q} composite families section"
        " --errors {params.errors:q}"
        " --rebuilt {params.rebuilt:q}"
        " --rebuilt-structures {params.stores:q}"
        " --splits {params.splits:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
