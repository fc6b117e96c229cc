# Codes: models that turn chips into maps of codes, and maps of codes into chips.
# Needs: the chapters images and morphology.
# Makes, in results/RUN/steel/codes: MODEL/TRAINED_ON/* (weights.safetensors, history.parquet,
# codes.zarr), MODEL/all/reconstructions.parquet, MODEL/all/pictures.zarr, figures/*,
# section.json

CODES_DIR = f"{STEEL_DIR}/codes"
CODES_RUN = f"{CODES_DIR}/{{code_model}}/{{trained_on}}"
CODES_FIGURES = ["training", "reconstructions", "latent", "codebook"]
# model and what it is trained on, MODEL/TRAINED_ON
CODES_TRAINED = [
    f"{model}/{trained_on}"
    for trained_on, models in STEEL_ARMS.items()
    for model in models
]
CODES_HISTORIES = {
    name: f"{CODES_DIR}/{name}/history.parquet" for name in CODES_TRAINED
}
CODES_TABLES = {
    model: f"{CODES_DIR}/{model}/all/reconstructions.parquet" for model in STEEL_MODELS
}
CODES_PICTURES = {
    model: f"{CODES_DIR}/{model}/all/pictures.zarr" for model in STEEL_MODELS
}
MADE["steel"]["codes"] = [
    *[f"{CODES_DIR}/{name}/weights.safetensors" for name in CODES_TRAINED],
    *CODES_HISTORIES.values(),
    *[f"{CODES_DIR}/{name}/codes.zarr" for name in CODES_TRAINED],
    *CODES_TABLES.values(),
    *CODES_PICTURES.values(),
    *drawn(f"{CODES_DIR}/figures", CODES_FIGURES),
    f"{CODES_DIR}/section.json",
]


rule steel_codes_train:
    """Train a model of codes until its loss on validation chips stops falling."""
    input:
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
    output:
        weights=f"{CODES_RUN}/weights.safetensors",
        history=f"{CODES_RUN}/history.parquet",
    log:
        f"{STEEL_DIR}/logs/codes/{{code_model}}/{{trained_on}}/train.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/codes/{{code_model}}/{{trained_on}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=lambda wildcards: options(
            STEEL.codes.training(wildcards.code_model, wildcards.trained_on)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel codes train"
        " --code-model {wildcards.code_model:q}"
        " --trained-on {wildcards.trained_on:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule steel_codes_encode:
    """Encode chips, as they are and mirrored."""
    input:
        weights=f"{CODES_RUN}/weights.safetensors",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
    output:
        directory(f"{CODES_RUN}/codes.zarr"),
    log:
        f"{STEEL_DIR}/logs/codes/{{code_model}}/{{trained_on}}/encode.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/codes/{{code_model}}/{{trained_on}}/encode.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        most=STEEL.prior.chips_per_micrograph,
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel codes encode"
        " --weights {input.weights:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --codes {output:q}"
        " --chips-per-micrograph {params.most:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule steel_codes_reconstruct:
    """Encode and decode test chips, compare them, and place chips in the latent space."""
    input:
        weights=f"{CODES_DIR}/{{code_model}}/all/weights.safetensors",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
    output:
        reconstructions=f"{CODES_DIR}/{{code_model}}/all/reconstructions.parquet",
        pictures=directory(f"{CODES_DIR}/{{code_model}}/all/pictures.zarr"),
    log:
        f"{STEEL_DIR}/logs/codes/{{code_model}}/reconstruct.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/codes/{{code_model}}/reconstruct.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(STEEL.codes.reconstruction),
        morphology=options(STEEL.morphology),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel codes reconstruct"
        " --weights {input.weights:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --reconstructions {output.reconstructions:q}"
        " --pictures {output.pictures:q}"
        " --options {params.options:q}"
        " --morphology {params.morphology:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule steel_codes_section:
    """Draw chips, latents and codebooks, and write their section of the report."""
    input:
        CODES_HISTORIES.values(),
        CODES_TABLES.values(),
        CODES_PICTURES.values(),
        measures=f"{MORPHOLOGY_DIR}/measures.parquet",
    output:
        section=f"{CODES_DIR}/section.json",
        figures=[
            report(
                f"{CODES_DIR}/figures/{name}.png",
                caption=caption("steel", "codes", name),
                category="Steel",
                labels=labelled("codes", name),
            )
            for name in CODES_FIGURES
        ],
        vectors=drawings(f"{CODES_DIR}/figures", CODES_FIGURES),
    log:
        f"{STEEL_DIR}/logs/codes/section.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/codes/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        histories=named(CODES_HISTORIES),
        reconstructions=named(CODES_TABLES),
        pictures=named(CODES_PICTURES),
        figures=figure_folder,
        options=options(STEEL.codes),
        measuring=options(STEEL.measuring),
        simulated=["--simulated"] if STEEL.images.simulates else [],
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel codes section"
        " --histories {params.histories:q}"
        " --reconstructions {params.reconstructions:q}"
        " --pictures {params.pictures:q}"
        " --measures {input.measures:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " {params.simulated:q}"
        " --seed {params.seed}"
