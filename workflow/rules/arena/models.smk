# Models: networks of the studies, trained on the shared chips, and the images that they make.
# Needs: the chapter chips; the sections steel.codes, steel.prior, latent.networks and temper.flows of
# the configuration, which hold the networks' sizes; files of your models (arena.models.own).
# Makes, in results/RUN/arena/models: NETWORK/{network,codes,prior}/* (weights.safetensors,
# history.parquet and what its study makes beside them), ENTRANT/made.zarr, section.json

from pspflow.studies.arena.models import trainings

ARENA_MODELS_DIR = f"{ARENA_DIR}/models"
ARENA_LOGS = f"{ARENA_DIR}/logs/models"
ARENA_TIMES = f"{ARENA_DIR}/benchmarks/models"
ARENA_MADE = {name: f"{ARENA_MODELS_DIR}/{name}/made.zarr" for name in ARENA_ENTRANTS}
# weights behind each entrant, by the part that they are
ARENA_WEIGHTS = {
    entrant: (
        {
            "codes": f"{ARENA_MODELS_DIR}/{network}/codes/weights.safetensors",
            "prior": f"{ARENA_MODELS_DIR}/{network}/prior/weights.safetensors",
        }
        if network in CODES
        else {"network": f"{ARENA_MODELS_DIR}/{network}/network/weights.safetensors"}
    )
    for entrant, network in ARENA_ENTRANTS.items()
    if network
}
ARENA_OWN = {
    name: watched(path, f"arena.models.own.{name}")
    for name, path in ARENA.models.own.items()
}
MADE["arena"]["models"] = [
    *ARENA_MADE.values(),
    *[path for paths in ARENA_WEIGHTS.values() for path in paths.values()],
    f"{ARENA_MODELS_DIR}/section.json",
]


rule arena_models_codes:
    """Train a model of codes on the shared chips."""
    input:
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{ARENA_CHIPS_DIR}/chips.parquet",
    output:
        weights=f"{ARENA_MODELS_DIR}/{{arena_codes}}/codes/weights.safetensors",
        history=f"{ARENA_MODELS_DIR}/{{arena_codes}}/codes/history.parquet",
    log:
        f"{ARENA_LOGS}/{{arena_codes}}/codes.log",
    benchmark:
        f"{ARENA_TIMES}/{{arena_codes}}/codes.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=lambda wildcards: options(
            trainings.codes_training(
                STEEL.codes,
                wildcards.arena_codes,
                ARENA.models.epochs,
                ARENA.chips.chips_per_micrograph,
            )
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel codes train"
        " --code-model {wildcards.arena_codes:q}"
        " --trained-on all"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule arena_models_encode:
    """Encode the shared chips, as they are and mirrored."""
    input:
        weights=f"{ARENA_MODELS_DIR}/{{arena_codes}}/codes/weights.safetensors",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{ARENA_CHIPS_DIR}/chips.parquet",
    output:
        directory(f"{ARENA_MODELS_DIR}/{{arena_codes}}/codes/codes.zarr"),
    log:
        f"{ARENA_LOGS}/{{arena_codes}}/encode.log",
    benchmark:
        f"{ARENA_TIMES}/{{arena_codes}}/encode.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=30,
        gpu=1,
        device=CONFIG.device,
    params:
        most=ARENA.chips.chips_per_micrograph,
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


rule arena_models_prior:
    """Train a PixelCNN on the codes of the shared chips, under the sheet's conditions."""
    input:
        codes=f"{ARENA_MODELS_DIR}/{{arena_codes}}/codes/codes.zarr",
        measures=f"{ARENA_CHIPS_DIR}/measures.parquet",
    output:
        weights=f"{ARENA_MODELS_DIR}/{{arena_codes}}/prior/weights.safetensors",
        history=f"{ARENA_MODELS_DIR}/{{arena_codes}}/prior/history.parquet",
    log:
        f"{ARENA_LOGS}/{{arena_codes}}/prior.log",
    benchmark:
        f"{ARENA_TIMES}/{{arena_codes}}/prior.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=240,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(
            trainings.prior_training(
                STEEL.prior, STEEL.images.conditions, ARENA.models.epochs
            )
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel prior train"
        " --code-model {wildcards.arena_codes:q}"
        " --trained-on all"
        " --conditioning process"
        " --codes {input.codes:q}"
        " --measures {input.measures:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule arena_models_latent:
    """Train an autoencoder or an adversarial network on the shared chips."""
    input:
        **ARENA_SHARED,
    output:
        weights=f"{ARENA_MODELS_DIR}/{{arena_latent}}/network/weights.safetensors",
        history=f"{ARENA_MODELS_DIR}/{{arena_latent}}/network/history.parquet",
        errors=f"{ARENA_MODELS_DIR}/{{arena_latent}}/network/errors.parquet",
        snapshots=directory(f"{ARENA_MODELS_DIR}/{{arena_latent}}/network/snapshots"),
    log:
        f"{ARENA_LOGS}/{{arena_latent}}/train.log",
    benchmark:
        f"{ARENA_TIMES}/{{arena_latent}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=240,
        gpu=1,
        device=CONFIG.device,
    params:
        name=lambda wildcards: LATENT_NAMES[wildcards.arena_latent],
        options=lambda wildcards: options(
            trainings.latent_training(
                LATENT.networks,
                LATENT_NAMES[wildcards.arena_latent],
                ARENA.models.epochs,
            )
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} latent networks train"
        " --dataset chips"
        " --latent-model {params.name:q}"
        " --images {input.images:q}"
        " --tables {input.table:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --errors {output.errors:q}"
        " --snapshots {output.snapshots:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule arena_models_flow:
    """Train flows of all domains on the shared chips, without topological regularisation."""
    input:
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{ARENA_CHIPS_DIR}/chips.parquet",
    output:
        weights=f"{ARENA_MODELS_DIR}/flow/network/weights.safetensors",
        history=f"{ARENA_MODELS_DIR}/flow/network/history.parquet",
    log:
        f"{ARENA_LOGS}/flow/train.log",
    benchmark:
        f"{ARENA_TIMES}/flow/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=480,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(
            trainings.flow_training(CONFIG.temper.flows, ARENA.models.epochs)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper flows train"
        " --regularisation none"
        " --replicate 0"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule arena_models_draw:
    """Make as many images as there are test chips of every condition in one half."""
    input:
        **ARENA_SHARED,
        weights=lambda wildcards: list(
            ARENA_WEIGHTS.get(wildcards.entrant, {}).values()
        ),
        own=lambda wildcards: ARENA_OWN.get(wildcards.entrant, []),
    output:
        directory(f"{ARENA_MODELS_DIR}/{{entrant}}/made.zarr"),
    log:
        f"{ARENA_LOGS}/{{entrant}}/draw.log",
    benchmark:
        f"{ARENA_TIMES}/{{entrant}}/draw.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards: (
            ["--weights", *named(ARENA_WEIGHTS[wildcards.entrant])]
            if wildcards.entrant in ARENA_WEIGHTS
            else []
        ),
        own=lambda wildcards: flags({"own": ARENA_OWN.get(wildcards.entrant)}),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} arena models draw"
        " --entrant {wildcards.entrant:q}"
        " {params.weights:q}"
        " {params.own:q}"
        " --images {input.images:q}"
        " --table {input.table:q}"
        " --made {output:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule arena_models_section:
    """Write the report's section about the models."""
    input:
        ARENA_MADE.values(),
    output:
        f"{ARENA_MODELS_DIR}/section.json",
    log:
        f"{ARENA_LOGS}/section.log",
    benchmark:
        f"{ARENA_TIMES}/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=10,
    params:
        made=named(ARENA_MADE),
        epochs=ARENA.models.epochs,
    shell:
        "pspflow --log {log:q} arena models section"
        " --made {params.made:q}"
        " --section {output:q}"
        " --epochs {params.epochs:q}"
