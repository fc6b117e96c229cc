# Flows: invertible networks between the domains, trained with each topological regularisation and
# in each variant.
# Needs: the chapters images and persistence, two domains or more; pinet for its regularisation.
# Makes, in results/RUN/temper/flows: VARIANT/seedN/* (weights.safetensors,
# history.parquet), figures/training.*, section.json

FLOWS_DIR = f"{TEMPER_DIR}/flows"
FLOWS_TRAININGS = TEMPER.flows.trainings if TEMPER.transferable else ()
FLOWS_HISTORIES = {
    training: f"{FLOWS_DIR}/{training}/history.parquet" for training in FLOWS_TRAININGS
}
FLOWS_MADE = expand(
    "{training}/{name}",
    training=FLOWS_TRAININGS,
    name=["weights.safetensors", "history.parquet"],
)
FLOWS_MADE += [*drawn("figures", ["training"]), "section.json"]
if FLOWS_TRAININGS:
    MADE["temper"]["flows"] = [f"{FLOWS_DIR}/{name}" for name in FLOWS_MADE]
# what each regularisation computes persistence images with: PI-Net's pooled head, since the spatial
# one fails, or the settings of the exact images; nothing else reruns its trainings
FLOWS_IMAGES = {
    "none": {},
    "pinet": {"pinet": f"{TEMPER_DIR}/pinet/pooled/weights.safetensors"},
    "exact": {
        "persistence": f"{TEMPER_DIR}/persistence/images.zarr",
        "grid": f"{TEMPER_DIR}/persistence/grid.parquet",
    },
}
FLOWS_TOPOLOGY = {
    variant: FLOWS_IMAGES[regularisation]
    for variant, regularisation in TEMPER.flows.kinds.items()
}

# an epoch of all chips takes a card hours, in float32 four times as many as in bfloat16: then all
# take days, more than partitions give one job; each attempt goes on from the last epoch
FLOWS_MINUTES, FLOWS_RETRIES = 1440, None
if TEMPER.flows.steps_per_epoch is None:
    FLOWS_MINUTES = 2880
    FLOWS_RETRIES = 5 if TEMPER.flows.precision == "float32" else None


wildcard_constraints:
    variant="|".join(TEMPER.flows.kinds),
    seed=r"\d+",


rule temper_flows_train:
    """Train the flows of all domains with one topological regularisation, or in one variant."""
    input:
        unpack(lambda wildcards: FLOWS_TOPOLOGY[wildcards.variant]),
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
    output:
        weights=f"{FLOWS_DIR}/{{variant}}/seed{{seed}}/weights.safetensors",
        history=f"{FLOWS_DIR}/{{variant}}/seed{{seed}}/history.parquet",
    log:
        f"{TEMPER_DIR}/logs/flows/{{variant}}/seed{{seed}}/train.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/flows/{{variant}}/seed{{seed}}/train.tsv"
    retries: FLOWS_RETRIES
    conda:
        "../../../envs/gpu.yaml"
    # reserved; the stage takes its number from the options
    threads: lambda wildcards: TEMPER.flows.training(wildcards.variant).threads
    resources:
        mem_mb=memory(16000),
        runtime=FLOWS_MINUTES,
        gpu=1,
        device=CONFIG.device,
    params:
        regularisation=lambda wildcards: TEMPER.flows.kinds[wildcards.variant],
        options=lambda wildcards: options(TEMPER.flows.training(wildcards.variant)),
        topology=lambda wildcards: flags(FLOWS_TOPOLOGY[wildcards.variant]),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper flows train"
        " --regularisation {params.regularisation:q}"
        " --replicate {wildcards.seed:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " {params.topology:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule temper_flows_section:
    """Draw the trainings, and write their section of the report."""
    input:
        FLOWS_HISTORIES.values(),
    output:
        section=f"{FLOWS_DIR}/section.json",
        figures=report(
            f"{FLOWS_DIR}/figures/training.png",
            caption=caption("temper", "flows", "training"),
            category="Temper",
            labels=labelled("flows", "training"),
        ),
        vectors=f"{FLOWS_DIR}/figures/training.svg",
    log:
        f"{TEMPER_DIR}/logs/flows/section.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/flows/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        histories=named(FLOWS_HISTORIES),
        figures=figure_folder,
        options=options(TEMPER.flows),
    shell:
        "pspflow --log {log:q} temper flows section"
        " --histories {params.histories:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
