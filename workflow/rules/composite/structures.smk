# Structures: simulated or from a stack of the user's, their stiffness, local fields and splits.
# Needs: nothing, or a stack of yours with the moduli of its two phases.
# Makes, in results/RUN/composite/structures: SET/structures.zarr, SET/structures.parquet,
# SET/phases.parquet, SET/solved/*.zarr, SET/stiffness.parquet, SET/splits.parquet,
# SET/fields.zarr of the set of localization, figures/alike.*, section.json

STRUCTURES_DIR = f"{COMPOSITE_DIR}/structures"
STRUCTURES_SETS = list(COMPOSITE.structures.sets)
# the set that each set's structures are of: set held_out only splits those of another
STRUCTURES_OF = {name: name for name in STRUCTURES_SETS} | {
    "held_out": COMPOSITE.structures.design_set
}
# folder of each set's structures and their stiffness
STRUCTURES_FOLDERS = {
    name: f"{STRUCTURES_DIR}/{kept}" for name, kept in STRUCTURES_OF.items()
}
STRUCTURES_SHARES = shares(COMPOSITE.structures.solver.shards)
STRUCTURES_FILES = {
    name: watched(path, f"composite.structures.stack.{key}")
    for name, key, path in [
        ("stack", "file", COMPOSITE.structures.stack.file),
        ("moduli", "phases", COMPOSITE.structures.stack.phases),
        ("sheet", "table", COMPOSITE.structures.stack.table),
    ]
    if path
}
# table of each set's splits: those of set held_out are made by the chapter design
STRUCTURES_SPLITS = {
    name: f"{STRUCTURES_DIR}/{name}/splits.parquet" for name in STRUCTURES_SETS
} | {"held_out": f"{COMPOSITE_DIR}/design/held_out/splits.parquet"}
STRUCTURES_ARTEFACTS = ["structures.zarr", "structures.parquet", "phases.parquet"]
STRUCTURES_ARTEFACTS += ["stiffness.parquet", "splits.parquet"]
# artefacts of each kind, by set; and the shares of the solver's work on each set
STRUCTURES_BY_SET = {
    file: {name: f"{STRUCTURES_DIR}/{name}/{file}" for name in STRUCTURES_SETS}
    for file in STRUCTURES_ARTEFACTS
}
STRUCTURES_SOLVED = {
    name: expand(
        f"{STRUCTURES_DIR}/{name}/solved/{{shard}}.zarr", shard=STRUCTURES_SHARES
    )
    for name in STRUCTURES_SETS
}
MADE["composite"]["structures"] = [
    *[path for each in STRUCTURES_BY_SET.values() for path in each.values()],
    *[path for solved in STRUCTURES_SOLVED.values() for path in solved],
    f"{STRUCTURES_DIR}/{COMPOSITE.structures.localization_set}/fields.zarr",
    *drawn(f"{STRUCTURES_DIR}/figures", ["alike"]),
    f"{STRUCTURES_DIR}/section.json",
]
STRUCTURES_ON_GPU = COMPOSITE.structures.solver.device == "cuda"
# a run that names a card by its number solves on that one, unless it is to solve on the CPU
STRUCTURES_DEVICE = COMPOSITE.structures.solver.device
if STRUCTURES_DEVICE != "cpu" and CONFIG.device.startswith("cuda:"):
    STRUCTURES_DEVICE = CONFIG.device
elif STRUCTURES_DEVICE == "auto" and CONFIG.device == "cpu":
    STRUCTURES_DEVICE = "cpu"
# what a job of the solver asks for; the plugin of LSF knows no gpu resource
STRUCTURES_GPU = {"gpu": 1, "lsf_extra": "-gpu num=1"} if STRUCTURES_ON_GPU else {}
# structures of a set whose local fields are kept, spread over it
STRUCTURES_FIELDS = dict.fromkeys(STRUCTURES_SETS, 0) | (
    {"local": "all"}
    if "local" in STRUCTURES_SETS
    else {"all": COMPOSITE.localization.structures or "all"}
)


wildcard_constraints:
    set="|".join(STRUCTURES_OF),
    shard=r"\d+-of-\d+",


localrules:
    composite_structures_split,
    composite_structures_merge_stiffness,
    composite_structures_section,


if COMPOSITE.structures.source == "simulated":

    rule composite_structures_simulate:
        """Simulate a set of two-phase structures, as many of every morphology."""
        output:
            structures=directory(f"{STRUCTURES_DIR}/{{set}}/structures.zarr"),
            table=f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
            phases=f"{STRUCTURES_DIR}/{{set}}/phases.parquet",
        log:
            f"{COMPOSITE_DIR}/logs/structures/{{set}}/simulate.log",
        benchmark:
            f"{COMPOSITE_DIR}/benchmarks/structures/{{set}}/simulate.tsv"
        wildcard_constraints:
            set="|".join(STRUCTURES_SETS),
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(2000),
            runtime=60,
        params:
            options=lambda wildcards: options(
                COMPOSITE.structures.simulated.made(wildcards.set)
            ),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} composite structures simulate"
            " --name {wildcards.set:q}"
            " --structures {output.structures:q}"
            " --table {output.table:q}"
            " --phases {output.phases:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"
            " --threads {threads}"

else:

    rule composite_structures_import_structures:
        """Check your structures and their phases, and store them with the stiffer phase as 1."""
        input:
            **STRUCTURES_FILES,
        output:
            structures=directory(f"{STRUCTURES_DIR}/all/structures.zarr"),
            table=f"{STRUCTURES_DIR}/all/structures.parquet",
            phases=f"{STRUCTURES_DIR}/all/phases.parquet",
        log:
            f"{COMPOSITE_DIR}/logs/structures/all/import_structures.log",
        benchmark:
            f"{COMPOSITE_DIR}/benchmarks/structures/all/import_structures.tsv"
        retries: 0  # what is wrong with a stack stays wrong
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(2000),
            runtime=60,
        params:
            files=flags(STRUCTURES_FILES),
            array=COMPOSITE.structures.stack.array,
        shell:
            "pspflow --log {log:q} composite structures import-structures"
            " {params.files:q}"
            " --array {params.array:q}"
            " --structures {output.structures:q}"
            " --table {output.table:q}"
            " --phases {output.phases:q}"


rule composite_structures_solve:
    """Compute the stiffness of one share of the structures, and local fields of some of them."""
    input:
        structures=f"{STRUCTURES_DIR}/{{set}}/structures.zarr",
        table=f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
        phases=f"{STRUCTURES_DIR}/{{set}}/phases.parquet",
    output:
        directory(f"{STRUCTURES_DIR}/{{set}}/solved/{{shard}}.zarr"),
    log:
        f"{COMPOSITE_DIR}/logs/structures/{{set}}/solved/{{shard}}.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/structures/{{set}}/solved/{{shard}}.tsv"
    wildcard_constraints:
        set="|".join(STRUCTURES_SETS),
    conda:
        f"../../../envs/{'gpu' if STRUCTURES_ON_GPU else 'cpu'}.yaml"
    resources:
        **STRUCTURES_GPU,
        device=STRUCTURES_DEVICE,
        mem_mb=memory(8000 if STRUCTURES_ON_GPU else 2000),
        runtime=60,
    params:
        fields=lambda wildcards: STRUCTURES_FIELDS[wildcards.set],
        options=options(COMPOSITE.structures.solver.solution),
    shell:
        "pspflow --log {log:q} composite structures solve"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --solved {output:q}"
        " --shard {wildcards.shard:q}"
        " --fields {params.fields:q}"
        " --options {params.options:q}"
        " --device {resources.device:q}"


rule composite_structures_merge_stiffness:
    """Join the shares of the stiffness in the order of the structures."""
    input:
        shards=lambda wildcards: STRUCTURES_SOLVED[wildcards.set],
        table=f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
    output:
        f"{STRUCTURES_DIR}/{{set}}/stiffness.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/structures/{{set}}/merge_stiffness.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/structures/{{set}}/merge_stiffness.tsv"
    wildcard_constraints:
        set="|".join(STRUCTURES_SETS),
    conda:
        "../../../envs/cpu.yaml"
    shell:
        "pspflow --log {log:q} composite structures merge-stiffness"
        " --shards {input.shards:q}"
        " --table {input.table:q}"
        " --stiffness {output:q}"


rule composite_structures_merge_fields:
    """Join the shares of the local fields in the order of the structures."""
    input:
        shards=lambda wildcards: STRUCTURES_SOLVED[wildcards.set],
        table=f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
    output:
        directory(f"{STRUCTURES_DIR}/{{set}}/fields.zarr"),
    log:
        f"{COMPOSITE_DIR}/logs/structures/{{set}}/merge_fields.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/structures/{{set}}/merge_fields.tsv"
    wildcard_constraints:
        set="|".join(STRUCTURES_SETS),
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    shell:
        "pspflow --log {log:q} composite structures merge-fields"
        " --shards {input.shards:q}"
        " --table {input.table:q}"
        " --fields {output:q}"


rule composite_structures_split:
    """Decide which structures train, validate and test, once for every run."""
    input:
        f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
    output:
        f"{STRUCTURES_DIR}/{{set}}/splits.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/structures/{{set}}/split.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/structures/{{set}}/split.tsv"
    wildcard_constraints:
        set="|".join(STRUCTURES_SETS),
    conda:
        "../../../envs/cpu.yaml"
    params:
        options=options(COMPOSITE.structures.split),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite structures split"
        " --table {input:q}"
        " --splits {output:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule composite_structures_section:
    """Write the report's section about the structures; draw C11 over the volume fraction."""
    input:
        structures=STRUCTURES_BY_SET["structures.zarr"].values(),
        tables=STRUCTURES_BY_SET["structures.parquet"].values(),
        stiffness=STRUCTURES_BY_SET["stiffness.parquet"].values(),
        phases=f"{STRUCTURES_DIR}/all/phases.parquet",
    output:
        section=f"{STRUCTURES_DIR}/section.json",
        figures=report(
            f"{STRUCTURES_DIR}/figures/alike.png",
            caption=caption("composite", "structures", "alike"),
            category="Composite",
            labels=labelled("structures", "alike"),
        ),
        vectors=f"{STRUCTURES_DIR}/figures/alike.svg",
    log:
        f"{COMPOSITE_DIR}/logs/structures/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/structures/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        structures=named(STRUCTURES_BY_SET["structures.zarr"]),
        tables=named(STRUCTURES_BY_SET["structures.parquet"]),
        stiffness=named(STRUCTURES_BY_SET["stiffness.parquet"]),
        figures=figure_folder,
        options=options(COMPOSITE.structures),
    shell:
        "pspflow --log {log:q} composite structures section"
        " --structures {params.structures:q}"
        " --tables {params.tables:q}"
        " --stiffness {params.stiffness:q}"
        " --phases {input.phases:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
