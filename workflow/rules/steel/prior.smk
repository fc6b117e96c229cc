# Prior: PixelCNN, the distribution of codes under conditions.
# Needs: the chapters morphology and codes.
# Makes, in results/RUN/steel/prior: MODEL/TRAINED_ON/CONDITIONING/{weights.safetensors,
# history.parquet}, MODEL/{independent,likelihood}.parquet, figures/*, section.json

PRIOR_DIR = f"{STEEL_DIR}/prior"
PRIOR_RUN = f"{PRIOR_DIR}/{{code_model}}/{{trained_on}}/{{conditioning}}"
PRIOR_FIGURES = ["training", "likelihood"]
# of each model, its trainings TRAINED_ON/CONDITIONING
PRIOR_ARMS = {
    model: [
        *[f"{arm}/process" for arm, models in STEEL_ARMS.items() if model in models],
        *["all/properties" for each in STEEL.inverse.models if each == model],
    ]
    for model in STEEL_MODELS
}
PRIOR_TRAINED = [f"{model}/{arm}" for model, arms in PRIOR_ARMS.items() for arm in arms]
PRIOR_HISTORIES = {
    name: f"{PRIOR_DIR}/{name}/history.parquet" for name in PRIOR_TRAINED
}
PRIOR_LIKELIHOODS = {
    model: f"{PRIOR_DIR}/{model}/likelihood.parquet" for model in STEEL_MODELS
}
MADE["steel"]["prior"] = [
    *[f"{PRIOR_DIR}/{name}/weights.safetensors" for name in PRIOR_TRAINED],
    *PRIOR_HISTORIES.values(),
    *[f"{PRIOR_DIR}/{model}/independent.parquet" for model in STEEL_MODELS],
    *PRIOR_LIKELIHOODS.values(),
    *drawn(f"{PRIOR_DIR}/figures", PRIOR_FIGURES),
    f"{PRIOR_DIR}/section.json",
]


wildcard_constraints:
    conditioning="process|properties",


# by model: weights by TRAINED_ON/CONDITIONING, and codes by TRAINED_ON
PRIOR_WEIGHTS = {
    model: {arm: f"{PRIOR_DIR}/{model}/{arm}/weights.safetensors" for arm in arms}
    for model, arms in PRIOR_ARMS.items()
}
PRIOR_CODES = {
    model: {
        seen: f"{STEEL_DIR}/codes/{model}/{seen}/codes.zarr"
        for seen in dict.fromkeys(Path(arm).parts[0] for arm in arms)
    }
    for model, arms in PRIOR_ARMS.items()
}


rule steel_prior_train:
    """Train PixelCNN until its loss on codes of validation chips stops falling."""
    input:
        codes=f"{STEEL_DIR}/codes/{{code_model}}/{{trained_on}}/codes.zarr",
        measures=f"{STEEL_DIR}/morphology/measures.parquet",
    output:
        weights=f"{PRIOR_RUN}/weights.safetensors",
        history=f"{PRIOR_RUN}/history.parquet",
    log:
        f"{STEEL_DIR}/logs/prior/{{code_model}}/{{trained_on}}/{{conditioning}}/train.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/prior/{{code_model}}/{{trained_on}}/{{conditioning}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=480,
        gpu=1,
        device=CONFIG.device,
    params:
        options=lambda wildcards: options(
            STEEL.prior_training(wildcards.trained_on, wildcards.conditioning)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel prior train"
        " --code-model {wildcards.code_model:q}"
        " --trained-on {wildcards.trained_on:q}"
        " --conditioning {wildcards.conditioning:q}"
        " --codes {input.codes:q}"
        " --measures {input.measures:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule steel_prior_independent:
    """Count the codes of training chips in each domain: the baseline of independent codes."""
    input:
        codes=f"{STEEL_DIR}/codes/{{code_model}}/all/codes.zarr",
        measures=f"{STEEL_DIR}/morphology/measures.parquet",
    output:
        f"{PRIOR_DIR}/{{code_model}}/independent.parquet",
    log:
        f"{STEEL_DIR}/logs/prior/{{code_model}}/independent.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/prior/{{code_model}}/independent.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        smoothing=STEEL.prior.smoothing,
    shell:
        "pspflow --log {log:q} steel prior independent"
        " --codes {input.codes:q}"
        " --measures {input.measures:q}"
        " --frequencies {output:q}"
        " --smoothing {params.smoothing:q}"


rule steel_prior_likelihood:
    """Compute the likelihood of test chips under every PixelCNN and under independent codes."""
    input:
        weights=lambda wildcards: PRIOR_WEIGHTS[wildcards.code_model].values(),
        codes=lambda wildcards: PRIOR_CODES[wildcards.code_model].values(),
        measures=f"{STEEL_DIR}/morphology/measures.parquet",
    output:
        f"{PRIOR_DIR}/{{code_model}}/likelihood.parquet",
    log:
        f"{STEEL_DIR}/logs/prior/{{code_model}}/likelihood.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/prior/{{code_model}}/likelihood.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards: named(PRIOR_WEIGHTS[wildcards.code_model]),
        codes=lambda wildcards: named(PRIOR_CODES[wildcards.code_model]),
        smoothing=STEEL.prior.smoothing,
    shell:
        "pspflow --log {log:q} steel prior likelihood"
        " --weights {params.weights:q}"
        " --codes {params.codes:q}"
        " --measures {input.measures:q}"
        " --likelihood {output:q}"
        " --smoothing {params.smoothing:q}"
        " --device {resources.device:q}"


rule steel_prior_section:
    """Write the report's section about PixelCNN; draw its figures."""
    input:
        histories=PRIOR_HISTORIES.values(),
        likelihoods=PRIOR_LIKELIHOODS.values(),
    output:
        section=f"{PRIOR_DIR}/section.json",
        figures=[
            report(
                f"{PRIOR_DIR}/figures/{name}.png",
                caption=caption("steel", "prior", name),
                category="Steel",
                labels=labelled("prior", name),
            )
            for name in PRIOR_FIGURES
        ],
        vectors=drawings(f"{PRIOR_DIR}/figures", PRIOR_FIGURES),
    log:
        f"{STEEL_DIR}/logs/prior/section.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/prior/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        histories=named(PRIOR_HISTORIES),
        likelihoods=named(PRIOR_LIKELIHOODS),
        figures=figure_folder,
        held_out=flags({"held-out": STEEL.codes.held_out.domain}),
        simulated=["--simulated"] if STEEL.images.simulates else [],
        options=options(STEEL.prior),
    shell:
        "pspflow --log {log:q} steel prior section"
        " --histories {params.histories:q}"
        " --likelihoods {params.likelihoods:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " {params.held_out:q}"
        " {params.simulated:q}"
        " --options {params.options:q}"
