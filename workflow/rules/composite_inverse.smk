# Composite study: inverse design, structures from wanted stiffness, ranked by the solver beside
# retrieval, and annealing.
# Needs: structures.zarr, structures.parquet, phases.parquet, stiffness.parquet and splits.parquet
# of set PAIR; of run 0, the weights of INVERSE_MODELS (target: its models) on that set, latents of
# the model that is searched, and the weights of the regression alone that guides the search; K,
# PAIR and INVERSE_MODELS from the composite files before.
# Makes, in results/RUN/composite: inverse/TARGET/* (candidates.parquet, structures.zarr,
# references.parquet, ranked.parquet), anneal/searches.parquet and searches.zarr

# with the paper's wanted values, where they are for these structures and none are named
RESOLVED = COMPOSITE.resolved()
SEARCHED = f"{K}/networks/{PAIR}/c11/mixture_statistics/run0"
# the paper's objective: regression alone
OBJECTIVE = f"{K}/networks/all/c11/cnn/run0/weights.safetensors"
INVERSE = [
    *expand(
        f"{K}/inverse/{{target}}/{{name}}",
        target=list(INVERSE_MODELS),
        name=[
            "candidates.parquet",
            "structures.zarr",
            "references.parquet",
            "ranked.parquet",
        ],
    ),
    f"{K}/anneal/searches.parquet",
    f"{K}/anneal/searches.zarr",
]


rule composite_infer:
    """Infer structures from wanted stiffness, and compute what they achieve."""
    input:
        weights=lambda wildcards: expand(
            f"{K}/networks/{PAIR}/{wildcards.target}/{{model}}/run0/weights.safetensors",
            model=INVERSE_MODELS[wildcards.target],
        ),
        structures=f"{K}/sets/{PAIR}/structures.zarr",
        table=f"{K}/sets/{PAIR}/structures.parquet",
        phases=f"{K}/sets/{PAIR}/phases.parquet",
        stiffness=f"{K}/sets/{PAIR}/stiffness.parquet",
        splits=f"{K}/sets/{PAIR}/splits.parquet",
    output:
        candidates=f"{K}/inverse/{{target}}/candidates.parquet",
        proposed=directory(f"{K}/inverse/{{target}}/structures.zarr"),
        references=f"{K}/inverse/{{target}}/references.parquet",
    log:
        f"{K}/logs/inverse/{{target}}.log",
    benchmark:
        f"{K}/benchmarks/inverse/{{target}}.tsv"
    wildcard_constraints:
        target="c11|normal",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
    params:
        models=lambda wildcards: INVERSE_MODELS[wildcards.target],
        options=lambda wildcards: options(RESOLVED.inverse.inferred(wildcards.target)),
        solver=options(COMPOSITE.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite infer --target {wildcards.target:q}"
        " --models {params.models:q} --weights {input.weights:q}"
        " --structures {input.structures:q} --table {input.table:q}"
        " --phases {input.phases:q} --stiffness {input.stiffness:q}"
        " --splits {input.splits:q} --candidates {output.candidates:q}"
        " --proposed {output.proposed:q} --references {output.references:q}"
        " --options {params.options:q} --solver {params.solver:q}"
        " --seed {params.seed} --threads {threads}"


rule composite_rank:
    """Draw structures of wanted stiffness, solve each, and rank them beside retrieval."""
    input:
        weights=f"{K}/networks/{PAIR}/{{target}}/mixture_statistics/run0/weights.safetensors",
        table=f"{K}/sets/{PAIR}/structures.parquet",
        stiffness=f"{K}/sets/{PAIR}/stiffness.parquet",
        splits=f"{K}/sets/{PAIR}/splits.parquet",
    output:
        f"{K}/inverse/{{target}}/ranked.parquet",
    log:
        f"{K}/logs/ranked/{{target}}.log",
    benchmark:
        f"{K}/benchmarks/ranked/{{target}}.tsv"
    wildcard_constraints:
        target="c11|normal",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
    params:
        options=lambda wildcards: options(RESOLVED.inverse.ranked(wildcards.target)),
        solver=options(COMPOSITE.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite rank --target {wildcards.target:q}"
        " --weights {input.weights:q} --table {input.table:q}"
        " --stiffness {input.stiffness:q} --splits {input.splits:q}"
        " --ranked {output:q} --options {params.options:q} --solver {params.solver:q}"
        " --seed {params.seed} --threads {threads}"


rule composite_anneal:
    """Search the latent space for wanted C11, from random and from inferred latents."""
    input:
        weights=f"{SEARCHED}/weights.safetensors",
        latents=f"{SEARCHED}/latents.parquet",
        objective=OBJECTIVE,
        phases=f"{K}/sets/{PAIR}/phases.parquet",
        stiffness=f"{K}/sets/{PAIR}/stiffness.parquet",
    output:
        searches=f"{K}/anneal/searches.parquet",
        proposed=directory(f"{K}/anneal/searches.zarr"),
    log:
        f"{K}/logs/anneal.log",
    benchmark:
        f"{K}/benchmarks/anneal.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=240,
    params:
        options=options(RESOLVED.anneal),
        solver=options(COMPOSITE.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite anneal --weights {input.weights:q}"
        " --latents {input.latents:q} --objective {input.objective:q}"
        " --phases {input.phases:q} --stiffness {input.stiffness:q}"
        " --searches {output.searches:q} --proposed {output.proposed:q}"
        " --options {params.options:q} --solver {params.solver:q}"
        " --seed {params.seed} --threads {threads}"
