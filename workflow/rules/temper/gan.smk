# Conditional GAN: the baseline, which is given temper and label and sees no source.
# Needs: the chapter images, two domains or more.
# Makes, in results/RUN/temper/gan: seedN/* (weights.safetensors, history.parquet),
# figures/training.*, section.json

GAN_DIR = f"{TEMPER_DIR}/gan"
GAN_SEEDS = range(TEMPER.gan.seeds) if TEMPER.transferable else []
GAN_HISTORIES = {
    f"gan/seed{seed}": f"{GAN_DIR}/seed{seed}/history.parquet" for seed in GAN_SEEDS
}
if GAN_SEEDS:
    MADE["temper"]["gan"] = [
        *[f"{GAN_DIR}/seed{seed}/weights.safetensors" for seed in GAN_SEEDS],
        *GAN_HISTORIES.values(),
        *drawn(f"{GAN_DIR}/figures", ["training"]),
        f"{GAN_DIR}/section.json",
    ]


rule temper_gan_train:
    """Train a generator of chips of a temper and a label against its discriminator."""
    input:
        catalogue=f"{TEMPER_DIR}/images/catalogue.parquet",
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
    output:
        weights=f"{GAN_DIR}/seed{{seed}}/weights.safetensors",
        history=f"{GAN_DIR}/seed{{seed}}/history.parquet",
    log:
        f"{TEMPER_DIR}/logs/gan/seed{{seed}}/train.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/gan/seed{{seed}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    threads: TEMPER.gan.threads  # reserved; the stage takes its number from the options
    resources:
        mem_mb=memory(16000),
        runtime=1440,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(TEMPER.gan.training),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper gan train"
        " --replicate {wildcards.seed:q}"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule temper_gan_section:
    """Draw the trainings, and write their section of the report."""
    input:
        GAN_HISTORIES.values(),
    output:
        section=f"{GAN_DIR}/section.json",
        figures=report(
            f"{GAN_DIR}/figures/training.png",
            caption=caption("temper", "gan", "training"),
            category="Temper",
            labels=labelled("gan", "training"),
        ),
        vectors=f"{GAN_DIR}/figures/training.svg",
    log:
        f"{TEMPER_DIR}/logs/gan/section.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/gan/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        histories=named(GAN_HISTORIES),
        figures=figure_folder,
        options=options(TEMPER.gan),
    shell:
        "pspflow --log {log:q} temper gan section"
        " --histories {params.histories:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
