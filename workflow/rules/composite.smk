# Composite study, first part: structures, their stiffness and strain, and how they are split.
# Needs: simulated structures (composite.data.source: simulated), or a stack of yours with the
# moduli of its two phases.
# Makes, in results/RUN/composite: sets/SET/* (structures.zarr, structures.parquet, phases.parquet,
# solved/*.zarr, stiffness.parquet, splits.parquet) and sets/all/strain.zarr

COMPOSITE = CONFIG.composite
K = f"{OUT}/composite"
MADE_UP = COMPOSITE.data.source == "simulated"
SETS = list(COMPOSITE.data.sets)
# the structures of inverse design: two morphologies made for it, or all there are
PAIR = SETS[-1]
# the paper's values stand beside ours for its material alone
PAPERS = "--simulated" if COMPOSITE.papers_material else "--no-simulated"
OWN = {
    name: str(path)
    for name, path in [
        ("stack", COMPOSITE.data.structures.stack),
        ("moduli", COMPOSITE.data.structures.phases),
        ("sheet", COMPOSITE.data.structures.table),
    ]
    if path
}

# structures of a set whose strain fields are kept, spread over it
KEPT_FIELDS = {"all": COMPOSITE.localization.structures or "all", "pair": 0}


scattergather:
    composite_solve=COMPOSITE.solver.shards,


localrules:
    composite_data,
    composite_split,
    composite_merge_stiffness,


rule composite_data:
    """Structures of every set with their stiffness, strain fields and splits."""
    input:
        # every artefact, not the last one only: a lost one is then made again
        expand(
            f"{K}/sets/{{set}}/{{name}}",
            set=SETS,
            name=[
                "structures.zarr",
                "structures.parquet",
                "phases.parquet",
                "stiffness.parquet",
                "splits.parquet",
            ],
        ),
        [
            gather.composite_solve(f"{K}/sets/{name}/solved/{{scatteritem}}.zarr")
            for name in SETS
        ],
        f"{K}/sets/all/strain.zarr",


if MADE_UP:

    rule composite_simulate:
        """Simulate a set of two-phase structures, as many of every morphology."""
        output:
            structures=directory(f"{K}/sets/{{set}}/structures.zarr"),
            table=f"{K}/sets/{{set}}/structures.parquet",
            phases=f"{K}/sets/{{set}}/phases.parquet",
        log:
            f"{K}/logs/sets/{{set}}/simulate.log",
        benchmark:
            f"{K}/benchmarks/sets/{{set}}/simulate.tsv"
        wildcard_constraints:
            set="all|pair",
        conda:
            "../../envs/cpu.yaml"
        resources:
            mem_mb=lambda wildcards, attempt: 2000 * attempt,
            runtime=60,
        params:
            options=lambda wildcards: options(
                COMPOSITE.data.simulated.made(wildcards.set)
            ),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} composite simulate --name {wildcards.set:q}"
            " --structures {output.structures:q} --table {output.table:q}"
            " --phases {output.phases:q} --options {params.options:q}"
            " --seed {params.seed} --threads {threads}"

else:

    rule composite_import:
        """Check your structures and their phases, and store them with the stiffer phase as 1."""
        input:
            **OWN,
        output:
            structures=directory(f"{K}/sets/all/structures.zarr"),
            table=f"{K}/sets/all/structures.parquet",
            phases=f"{K}/sets/all/phases.parquet",
        log:
            f"{K}/logs/sets/all/import.log",
        benchmark:
            f"{K}/benchmarks/sets/all/import.tsv"
        retries: 0  # what is wrong with a stack stays wrong
        conda:
            "../../envs/cpu.yaml"
        resources:
            mem_mb=lambda wildcards, attempt: 2000 * attempt,
            runtime=60,
        params:
            files=flags(OWN),
            array=COMPOSITE.data.structures.array,
        shell:
            "pspflow --log {log:q} composite import-structures {params.files:q}"
            " --array {params.array:q} --structures {output.structures:q}"
            " --table {output.table:q} --phases {output.phases:q}"


rule composite_solve_shard:
    """Compute the stiffness of one share of the structures, and the strain of some of them."""
    input:
        structures=f"{K}/sets/{{set}}/structures.zarr",
        table=f"{K}/sets/{{set}}/structures.parquet",
        phases=f"{K}/sets/{{set}}/phases.parquet",
    output:
        directory(f"{K}/sets/{{set}}/solved/{{scatteritem}}.zarr"),
    log:
        f"{K}/logs/sets/{{set}}/solved/{{scatteritem}}.log",
    benchmark:
        f"{K}/benchmarks/sets/{{set}}/solved/{{scatteritem}}.tsv"
    wildcard_constraints:
        set="all|pair",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=240,
    params:
        fields=lambda wildcards: KEPT_FIELDS[wildcards.set],
        options=options(COMPOSITE.solver.solution),
    shell:
        "pspflow --log {log:q} composite solve --structures {input.structures:q}"
        " --table {input.table:q} --phases {input.phases:q} --solved {output:q}"
        " --shard {wildcards.scatteritem} --fields {params.fields}"
        " --options {params.options:q}"


rule composite_merge_stiffness:
    """Join the shares of the stiffness in the order of the structures."""
    input:
        shards=gather.composite_solve(
            f"{K}/sets/{{{{set}}}}/solved/{{scatteritem}}.zarr"
        ),
        table=f"{K}/sets/{{set}}/structures.parquet",
    output:
        f"{K}/sets/{{set}}/stiffness.parquet",
    log:
        f"{K}/logs/sets/{{set}}/merge_stiffness.log",
    benchmark:
        f"{K}/benchmarks/sets/{{set}}/merge_stiffness.tsv"
    wildcard_constraints:
        set="all|pair",
    conda:
        "../../envs/cpu.yaml"
    shell:
        "pspflow --log {log:q} composite merge-stiffness --shards {input.shards:q}"
        " --table {input.table:q} --stiffness {output:q}"


rule composite_merge_strain:
    """Join the shares of the strain fields in the order of the structures."""
    input:
        shards=gather.composite_solve(f"{K}/sets/all/solved/{{scatteritem}}.zarr"),
        table=f"{K}/sets/all/structures.parquet",
    output:
        directory(f"{K}/sets/all/strain.zarr"),
    log:
        f"{K}/logs/sets/all/merge_strain.log",
    benchmark:
        f"{K}/benchmarks/sets/all/merge_strain.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=30,
    shell:
        "pspflow --log {log:q} composite merge-strain --shards {input.shards:q}"
        " --table {input.table:q} --strain {output:q}"


rule composite_split:
    """Decide which structures train, validate and test, once for every run."""
    input:
        f"{K}/sets/{{set}}/structures.parquet",
    output:
        f"{K}/sets/{{set}}/splits.parquet",
    log:
        f"{K}/logs/sets/{{set}}/split.log",
    benchmark:
        f"{K}/benchmarks/sets/{{set}}/split.tsv"
    wildcard_constraints:
        set="all|pair",
    conda:
        "../../envs/cpu.yaml"
    params:
        options=options(COMPOSITE.split),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite split --table {input:q} --splits {output:q}"
        " --options {params.options:q} --seed {params.seed}"
