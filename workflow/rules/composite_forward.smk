# Composite study: baselines, and how accurately all models predict the stiffness.
# Needs: of set `all`, structures.zarr, structures.parquet, phases.parquet, stiffness.parquet and
# splits.parquet; the networks' predictions.parquet and latents.parquet; K, RUNS, FORWARD_TARGETS,
# FORWARD_NETWORKS (target: its models that predict) and PAPERS from composite.smk.
# Makes, in results/RUN/composite: baselines/TARGET/runN.parquet, forward/accuracy.parquet,
# figures/forward_*.png

# target, model and run of every network's predictions, and target and run of every baseline's
PREDICTED = [
    (target, model, run)
    for target in FORWARD_TARGETS
    for model in FORWARD_NETWORKS[target]
    for run in range(RUNS)
]
BASED = [(target, run) for target in FORWARD_TARGETS for run in range(RUNS)]
LATENT_MODELS = [
    model for model in FORWARD_NETWORKS["c11"] if not model.startswith("cnn")
]


rule composite_baselines:
    """Predict stiffness from averages, volume fractions, two-point statistics and latents."""
    input:
        structures=f"{K}/sets/all/structures.zarr",
        table=f"{K}/sets/all/structures.parquet",
        phases=f"{K}/sets/all/phases.parquet",
        stiffness=f"{K}/sets/all/stiffness.parquet",
        splits=f"{K}/sets/all/splits.parquet",
        latents=f"{K}/networks/all/none/vae/run{{run}}/latents.parquet",
    output:
        f"{K}/baselines/{{target}}/run{{run}}.parquet",
    log:
        f"{K}/logs/baselines/{{target}}/run{{run}}.log",
    benchmark:
        f"{K}/benchmarks/baselines/{{target}}/run{{run}}.tsv"
    wildcard_constraints:
        target="c11|normal",
        run=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
    params:
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite baselines --target {wildcards.target:q}"
        " --run {wildcards.run:q} --structures {input.structures:q} --table {input.table:q}"
        " --phases {input.phases:q} --stiffness {input.stiffness:q} --splits {input.splits:q}"
        " --latents {input.latents:q} --predictions {output:q} --seed {params.seed}"


rule composite_forward_accuracy:
    """Measure what networks and baselines predict of the test structures."""
    input:
        predictions=[
            f"{K}/networks/all/{target}/{model}/run{run}/predictions.parquet"
            for target, model, run in PREDICTED
        ],
        baselines=[f"{K}/baselines/{target}/run{run}.parquet" for target, run in BASED],
        stiffness=f"{K}/sets/all/stiffness.parquet",
    output:
        f"{K}/forward/accuracy.parquet",
    log:
        f"{K}/logs/forward_accuracy.log",
    benchmark:
        f"{K}/benchmarks/forward_accuracy.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=30,
    params:
        targets=[target for target, *_ in PREDICTED],
        models=[model for _, model, _ in PREDICTED],
        runs=[run for *_, run in PREDICTED],
        baseline_targets=[target for target, _ in BASED],
        baseline_runs=[run for _, run in BASED],
    shell:
        "pspflow --log {log:q} composite forward-accuracy --models {params.models:q}"
        " --targets {params.targets:q} --runs {params.runs:q}"
        " --predictions {input.predictions:q}"
        " --baseline-targets {params.baseline_targets:q}"
        " --baseline-runs {params.baseline_runs:q} --baselines {input.baselines:q}"
        " --stiffness {input.stiffness:q} --accuracy {output:q}"


rule composite_forward_figures:
    """Draw predicted against solved C11, errors by model, and latent spaces; of C11 alone."""
    input:
        predictions=[
            f"{K}/networks/all/c11/{model}/run0/predictions.parquet"
            for model in FORWARD_NETWORKS["c11"]
        ],
        baselines=f"{K}/baselines/c11/run0.parquet",
        latents=[f"{K}/networks/all/none/vae/run0/latents.parquet"]
        + [
            f"{K}/networks/all/c11/{model}/run0/latents.parquet"
            for model in LATENT_MODELS
        ],
        stiffness=f"{K}/sets/all/stiffness.parquet",
        accuracy=f"{K}/forward/accuracy.parquet",
    output:
        parity=report(
            f"{K}/figures/forward_parity.png",
            caption="../report/composite_forward_parity.rst",
            category="Composite",
        ),
        errors=report(
            f"{K}/figures/forward_errors.png",
            caption="../report/composite_forward_errors.rst",
            category="Composite",
        ),
        latent=report(
            f"{K}/figures/forward_latent.png",
            caption="../report/composite_forward_latent.rst",
            category="Composite",
        ),
    log:
        f"{K}/logs/forward_figures.log",
    benchmark:
        f"{K}/benchmarks/forward_figures.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=30,
    params:
        models=FORWARD_NETWORKS["c11"],
        latent_models=["vae", *LATENT_MODELS],
        simulated=PAPERS,
    shell:
        "pspflow --log {log:q} composite forward-figures --target c11"
        " --models {params.models:q} --predictions {input.predictions:q}"
        " --baselines {input.baselines:q} --latent-models {params.latent_models:q}"
        " --latents {input.latents:q} --stiffness {input.stiffness:q}"
        " --accuracy {input.accuracy:q} --parity {output.parity:q}"
        " --errors {output.errors:q} --latent {output.latent:q} {params.simulated}"
