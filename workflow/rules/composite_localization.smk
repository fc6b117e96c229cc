# Composite study: localization, the strain of every voxel.
# Needs: the structures of set `all` with their splits, strain.zarr and phases.parquet; K and PAPERS
# from composite.smk.
# Makes, in results/RUN/composite: localization/MODEL/* (weights.safetensors, history.parquet),
# localization/accuracy.parquet, examples.zarr and speed.parquet, figures/localization_*.png

LOCALIZERS = list(COMPOSITE.localization.models)
LOCALIZATION = [
    *expand(
        f"{K}/localization/{{model}}/{{name}}",
        model=LOCALIZERS,
        name=["weights.safetensors", "history.parquet"],
    ),
    f"{K}/localization/accuracy.parquet",
    f"{K}/localization/examples.zarr",
    f"{K}/localization/speed.parquet",
    *expand(
        f"{K}/figures/localization_{{name}}.png", name=["slices", "parity", "speed"]
    ),
]


localrules:
    composite_localization_figures,


rule composite_train_localizer:
    """Train a network to predict the strain of every voxel."""
    input:
        structures=f"{K}/sets/all/structures.zarr",
        strain=f"{K}/sets/all/strain.zarr",
        table=f"{K}/sets/all/structures.parquet",
        splits=f"{K}/sets/all/splits.parquet",
    output:
        weights=f"{K}/localization/{{model}}/weights.safetensors",
        history=f"{K}/localization/{{model}}/history.parquet",
    log:
        f"{K}/logs/localization/{{model}}.log",
    benchmark:
        f"{K}/benchmarks/localization/{{model}}.tsv"
    wildcard_constraints:
        model="|".join(LOCALIZERS),
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 24000 * attempt,
        runtime=480,
        gpu=1,
    params:
        options=lambda wildcards: options(
            COMPOSITE.localization.trained(wildcards.model)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite train-localizer --model {wildcards.model:q}"
        " --structures {input.structures:q} --strain {input.strain:q}"
        " --table {input.table:q} --splits {input.splits:q}"
        " --weights {output.weights:q} --history {output.history:q}"
        " --options {params.options:q} --seed {params.seed} --threads {threads}"


rule composite_evaluate_localizers:
    """Predict the strains of test structures with networks and linear baselines; time them."""
    input:
        weights=expand(
            f"{K}/localization/{{model}}/weights.safetensors", model=LOCALIZERS
        ),
        structures=f"{K}/sets/all/structures.zarr",
        strain=f"{K}/sets/all/strain.zarr",
        table=f"{K}/sets/all/structures.parquet",
        phases=f"{K}/sets/all/phases.parquet",
        splits=f"{K}/sets/all/splits.parquet",
    output:
        accuracy=f"{K}/localization/accuracy.parquet",
        examples=directory(f"{K}/localization/examples.zarr"),
        speed=f"{K}/localization/speed.parquet",
    log:
        f"{K}/logs/localization/evaluate.log",
    benchmark:
        f"{K}/benchmarks/localization/evaluate.tsv"
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
        gpu=1,
    params:
        models=LOCALIZERS,
        options=options(COMPOSITE.localization.judged()),
        solver=options(COMPOSITE.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite evaluate-localizers --models {params.models:q}"
        " --weights {input.weights:q} --structures {input.structures:q}"
        " --strain {input.strain:q} --table {input.table:q} --phases {input.phases:q}"
        " --splits {input.splits:q} --accuracy {output.accuracy:q}"
        " --examples {output.examples:q} --speed {output.speed:q}"
        " --options {params.options:q} --solver {params.solver:q}"
        " --seed {params.seed} --threads {threads}"


rule composite_localization_figures:
    """Draw predicted fields, predicted against true strains, and times by CPNet's gap."""
    input:
        accuracy=f"{K}/localization/accuracy.parquet",
        examples=f"{K}/localization/examples.zarr",
        speed=f"{K}/localization/speed.parquet",
    output:
        slices=report(
            f"{K}/figures/localization_slices.png",
            caption="../report/composite_localization_slices.rst",
            category="Composite",
        ),
        parity=report(
            f"{K}/figures/localization_parity.png",
            caption="../report/composite_localization_parity.rst",
            category="Composite",
        ),
        speed=report(
            f"{K}/figures/localization_speed.png",
            caption="../report/composite_localization_speed.rst",
            category="Composite",
        ),
    log:
        f"{K}/logs/localization/figures.log",
    benchmark:
        f"{K}/benchmarks/localization/figures.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        simulated=PAPERS,
    shell:
        "pspflow --log {log:q} composite localization-figures"
        " --accuracy {input.accuracy:q} --examples {input.examples:q}"
        " --speed {input.speed:q} --slice-figure {output.slices:q}"
        " --parity-figure {output.parity:q} --speed-figure {output.speed:q} {params.simulated}"
