# Composite study: figures of structures, reconstructions, inverse design and annealing, and the
# slice ablation.
# Needs: of set PAIR and set `all`, structures.zarr, structures.parquet, phases.parquet,
# stiffness.parquet and splits.parquet; networks of set `all` with a latent space and those of set
# PAIR; inverse/TARGET/* and anneal/*.
# Makes, in results/RUN/composite: ablation/structures.zarr and mismatch.parquet,
# reconstructions.parquet, and in figures/ alike, reconstructions, slice_ablation,
# inverse_TARGET_structures, inverse_TARGET_errors, annealing_structures, annealing_errors (.png)

INVERSE_TARGETS = list(INVERSE_MODELS)
# target and model of the networks of all structures that encode and decode
RECONSTRUCTING = [("none", "vae")] + [("c11", model) for model in LATENT_MODELS]
COMPOSITE_FIGURES = [
    *expand(
        f"{K}/figures/{{name}}.png",
        name=[
            "alike",
            "reconstructions",
            "slice_ablation",
            "annealing_structures",
            "annealing_errors",
        ],
    ),
    *expand(
        f"{K}/figures/inverse_{{target}}_{{name}}.png",
        target=INVERSE_TARGETS,
        name=["structures", "errors"],
    ),
    f"{K}/reconstructions.parquet",
    f"{K}/ablation/structures.zarr",
    f"{K}/ablation/mismatch.parquet",
]


localrules:
    composite_structure_figures,
    composite_inverse_figures,
    composite_annealing_figures,


rule composite_structure_figures:
    """Draw C11 over the volume fraction, and two unlike structures of equal C11."""
    input:
        structures=f"{K}/sets/{PAIR}/structures.zarr",
        table=f"{K}/sets/{PAIR}/structures.parquet",
        stiffness=f"{K}/sets/{PAIR}/stiffness.parquet",
    output:
        report(
            f"{K}/figures/alike.png",
            caption="../report/composite_alike.rst",
            category="Composite",
        ),
    log:
        f"{K}/logs/structure_figures.log",
    benchmark:
        f"{K}/benchmarks/structure_figures.tsv"
    conda:
        "../../envs/cpu.yaml"
    shell:
        "pspflow --log {log:q} composite structure-figures"
        " --structures {input.structures:q} --table {input.table:q}"
        " --stiffness {input.stiffness:q} --alike {output:q}"


rule composite_reconstructions:
    """Decode test structures from their latents, and solve what results."""
    input:
        weights=[
            f"{K}/networks/all/{target}/{model}/run0/weights.safetensors"
            for target, model in RECONSTRUCTING
        ],
        structures=f"{K}/sets/all/structures.zarr",
        table=f"{K}/sets/all/structures.parquet",
        phases=f"{K}/sets/all/phases.parquet",
        stiffness=f"{K}/sets/all/stiffness.parquet",
        splits=f"{K}/sets/all/splits.parquet",
    output:
        table=f"{K}/reconstructions.parquet",
        figure=report(
            f"{K}/figures/reconstructions.png",
            caption="../report/composite_reconstructions.rst",
            category="Composite",
        ),
    log:
        f"{K}/logs/reconstructions.log",
    benchmark:
        f"{K}/benchmarks/reconstructions.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
    params:
        models=[model for _, model in RECONSTRUCTING],
        solver=COMPOSITE.solver.solution.model_dump_json(),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite reconstructions --models {params.models:q}"
        " --weights {input.weights:q} --structures {input.structures:q}"
        " --table {input.table:q} --phases {input.phases:q}"
        " --stiffness {input.stiffness:q} --splits {input.splits:q}"
        " --reconstructed {output.table:q} --figure {output.figure:q}"
        " --solver {params.solver:q} --seed {params.seed} --threads {threads}"


rule composite_slice_ablation:
    """Rebuild structures by the style loss of slices along x alone, and along all axes."""
    input:
        structures=f"{K}/sets/{PAIR}/structures.zarr",
        table=f"{K}/sets/{PAIR}/structures.parquet",
        style=[str(STYLE)] if STYLE else [],
    output:
        rebuilt=directory(f"{K}/ablation/structures.zarr"),
        mismatch=f"{K}/ablation/mismatch.parquet",
        figure=report(
            f"{K}/figures/slice_ablation.png",
            caption="../report/composite_slice_ablation.rst",
            category="Composite",
        ),
    log:
        f"{K}/logs/slice_ablation.log",
    benchmark:
        f"{K}/benchmarks/slice_ablation.tsv"
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 16000 * attempt,
        runtime=120,
        gpu=1,
    params:
        style=flags({"style-weights": str(STYLE) if STYLE else None}),
        options=options(COMPOSITE.ablation),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite slice-ablation"
        " --structures {input.structures:q} --table {input.table:q} {params.style:q}"
        " --rebuilt {output.rebuilt:q} --mismatch {output.mismatch:q}"
        " --figure {output.figure:q} --options {params.options:q}"
        " --seed {params.seed} --threads {threads}"


rule composite_inverse_figures:
    """Draw the structures inferred for every target, and their errors."""
    input:
        candidates=f"{K}/inverse/{{target}}/candidates.parquet",
        proposed=f"{K}/inverse/{{target}}/structures.zarr",
        references=f"{K}/inverse/{{target}}/references.parquet",
        structures=f"{K}/sets/{PAIR}/structures.zarr",
    output:
        cubes=report(
            f"{K}/figures/inverse_{{target}}_structures.png",
            caption="../report/composite_inverse_structures.rst",
            category="Composite",
        ),
        errors=report(
            f"{K}/figures/inverse_{{target}}_errors.png",
            caption="../report/composite_inverse_errors.rst",
            category="Composite",
        ),
    log:
        f"{K}/logs/inverse_figures/{{target}}.log",
    benchmark:
        f"{K}/benchmarks/inverse_figures/{{target}}.tsv"
    wildcard_constraints:
        target="c11|normal",
    conda:
        "../../envs/cpu.yaml"
    params:
        simulated=PAPERS,
    shell:
        "pspflow --log {log:q} composite inverse-figures --target {wildcards.target:q}"
        " --candidates {input.candidates:q} --proposed {input.proposed:q}"
        " --references {input.references:q} --structures {input.structures:q}"
        " --cubes {output.cubes:q} --errors {output.errors:q} {params.simulated}"


rule composite_annealing_figures:
    """Draw what searches of the latent space end with, where they go, and their errors."""
    input:
        searches=f"{K}/anneal/searches.parquet",
        found=f"{K}/anneal/searches.zarr",
        structures=f"{K}/sets/{PAIR}/structures.zarr",
        table=f"{K}/sets/{PAIR}/structures.parquet",
        stiffness=f"{K}/sets/{PAIR}/stiffness.parquet",
        splits=f"{K}/sets/{PAIR}/splits.parquet",
        latents=f"{K}/networks/{PAIR}/c11/mixture_statistics/run0/latents.parquet",
    output:
        cubes=report(
            f"{K}/figures/annealing_structures.png",
            caption="../report/composite_annealing_structures.rst",
            category="Composite",
        ),
        errors=report(
            f"{K}/figures/annealing_errors.png",
            caption="../report/composite_annealing_errors.rst",
            category="Composite",
        ),
    log:
        f"{K}/logs/annealing_figures.log",
    benchmark:
        f"{K}/benchmarks/annealing_figures.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        simulated=PAPERS,
    shell:
        "pspflow --log {log:q} composite annealing-figures"
        " --searches {input.searches:q} --found {input.found:q}"
        " --structures {input.structures:q} --table {input.table:q}"
        " --stiffness {input.stiffness:q} --splits {input.splits:q}"
        " --latents {input.latents:q} --cubes {output.cubes:q}"
        " --errors {output.errors:q} {params.simulated}"
