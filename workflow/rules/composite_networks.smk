# Composite study: the networks, autoencoders with and without regression, and regression alone.
# Needs: structures.zarr, phases.parquet, stiffness.parquet and splits.parquet of a set.
# Makes, in results/RUN/composite/networks/SET/TARGET/MODEL/runN: weights.safetensors,
# history.parquet, predictions.parquet (regression) and latents.parquet (autoencoders)

RUNS = COMPOSITE.split.runs
# target: the networks that predict it of all structures, and those that design for it
FORWARD_NETWORKS = COMPOSITE.models.forward.model_dump()
FORWARD_TARGETS = list(FORWARD_NETWORKS)
INVERSE_MODELS = COMPOSITE.models.inverse.model_dump()
TRAINED = sorted(
    {("all", "none", "vae", run) for run in range(RUNS)}
    | {
        ("all", target, model, run)
        for target, models in FORWARD_NETWORKS.items()
        for model in models
        for run in range(RUNS)
    }
    | {
        (PAIR, target, model, 0)
        for target, models in INVERSE_MODELS.items()
        for model in models
    }
)


NETWORKS = [
    file
    for name, target, model, run in TRAINED
    for file in network_files(f"{K}/networks/{name}/{target}/{model}/run{run}", model)
]
NETWORK_INPUTS = {
    "structures": f"{K}/sets/{{set}}/structures.zarr",
    "phases": f"{K}/sets/{{set}}/phases.parquet",
    "stiffness": f"{K}/sets/{{set}}/stiffness.parquet",
    "splits": f"{K}/sets/{{set}}/splits.parquet",
}
STYLE = COMPOSITE.networks.style_weights


rule composite_train_autoencoder:
    """Train an autoencoder with regression: forward and inverse in one."""
    input:
        **NETWORK_INPUTS,
        style=[str(STYLE)] if STYLE else [],
    output:
        weights=f"{K}/networks/{{set}}/{{target}}/{{model}}/run{{run}}/weights.safetensors",
        history=f"{K}/networks/{{set}}/{{target}}/{{model}}/run{{run}}/history.parquet",
        predictions=f"{K}/networks/{{set}}/{{target}}/{{model}}/run{{run}}/predictions.parquet",
        latents=f"{K}/networks/{{set}}/{{target}}/{{model}}/run{{run}}/latents.parquet",
    log:
        f"{K}/logs/networks/{{set}}/{{target}}/{{model}}/run{{run}}.log",
    benchmark:
        f"{K}/benchmarks/networks/{{set}}/{{target}}/{{model}}/run{{run}}.tsv"
    wildcard_constraints:
        set="all|pair",
        run=r"\d+",
        target="c11|normal",
        model="(gaussian|mixture)(_statistics)?",
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 16000 * attempt,
        runtime=1440,
        gpu=1,
    params:
        options=lambda wildcards: options(
            COMPOSITE.networks.trained(wildcards.model, wildcards.set)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite train-network --name {wildcards.set:q}"
        " --run {wildcards.run:q} --structures {input.structures:q}"
        " --phases {input.phases:q} --stiffness {input.stiffness:q}"
        " --splits {input.splits:q} --weights {output.weights:q}"
        " --history {output.history:q} --options {params.options:q}"
        " --seed {params.seed} --threads {threads}"
        " --model {wildcards.model:q} --target {wildcards.target:q}"
        " --predictions {output.predictions:q} --latents {output.latents:q}"


rule composite_train_regressor:
    """Train a network of regression alone."""
    input:
        **NETWORK_INPUTS,
    output:
        weights=f"{K}/networks/{{set}}/{{target}}/{{model}}/run{{run}}/weights.safetensors",
        history=f"{K}/networks/{{set}}/{{target}}/{{model}}/run{{run}}/history.parquet",
        predictions=f"{K}/networks/{{set}}/{{target}}/{{model}}/run{{run}}/predictions.parquet",
    log:
        f"{K}/logs/networks/{{set}}/{{target}}/{{model}}/run{{run}}.log",
    benchmark:
        f"{K}/benchmarks/networks/{{set}}/{{target}}/{{model}}/run{{run}}.tsv"
    wildcard_constraints:
        set="all|pair",
        run=r"\d+",
        target="c11|normal",
        model="cnn(_augmented|_statistics)?",
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 16000 * attempt,
        runtime=720,
        gpu=1,
    params:
        options=lambda wildcards: options(
            COMPOSITE.networks.trained(wildcards.model, wildcards.set)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite train-network --name {wildcards.set:q}"
        " --run {wildcards.run:q} --structures {input.structures:q}"
        " --phases {input.phases:q} --stiffness {input.stiffness:q}"
        " --splits {input.splits:q} --weights {output.weights:q}"
        " --history {output.history:q} --options {params.options:q}"
        " --seed {params.seed} --threads {threads}"
        " --model {wildcards.model:q} --target {wildcards.target:q}"
        " --predictions {output.predictions:q}"


rule composite_train_vae:
    """Train an autoencoder alone, which no property tells what to keep."""
    input:
        **NETWORK_INPUTS,
        style=[str(STYLE)] if STYLE else [],
    output:
        weights=f"{K}/networks/{{set}}/none/{{model}}/run{{run}}/weights.safetensors",
        history=f"{K}/networks/{{set}}/none/{{model}}/run{{run}}/history.parquet",
        latents=f"{K}/networks/{{set}}/none/{{model}}/run{{run}}/latents.parquet",
    log:
        f"{K}/logs/networks/{{set}}/none/{{model}}/run{{run}}.log",
    benchmark:
        f"{K}/benchmarks/networks/{{set}}/none/{{model}}/run{{run}}.tsv"
    wildcard_constraints:
        set="all|pair",
        run=r"\d+",
        model="vae",
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 16000 * attempt,
        runtime=1440,
        gpu=1,
    params:
        options=lambda wildcards: options(
            COMPOSITE.networks.trained(wildcards.model, wildcards.set)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite train-network --name {wildcards.set:q}"
        " --run {wildcards.run:q} --structures {input.structures:q}"
        " --phases {input.phases:q} --stiffness {input.stiffness:q}"
        " --splits {input.splits:q} --weights {output.weights:q}"
        " --history {output.history:q} --options {params.options:q}"
        " --seed {params.seed} --threads {threads}"
        " --model vae --latents {output.latents:q}"
