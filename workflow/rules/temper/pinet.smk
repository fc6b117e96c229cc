# PI-Net: the network that approximates persistence images.
# Needs: the chapters images and persistence.
# Makes, in results/RUN/temper/pinet: HEAD/* (weights.safetensors, history.parquet,
# predictions.zarr, errors.parquet, speed.parquet), figures/parity.*, section.json

PINET_DIR = f"{TEMPER_DIR}/pinet"
# readings of the paper's last layers, as in pspflow.models.pinet (which would import torch here)
PINET_HEADS = ["pooled", "spatial"]
PINET_FILES = ["weights.safetensors", "history.parquet", "predictions.zarr"]
PINET_FILES += ["errors.parquet", "speed.parquet"]
PINET_MADE = expand("{head}/{name}", head=PINET_HEADS, name=PINET_FILES)
PINET_MADE += [*drawn("figures", ["parity"]), "section.json"]
MADE["temper"]["pinet"] = [f"{PINET_DIR}/{name}" for name in PINET_MADE]
# files of each kind, by head
PINET_BY_HEAD = {
    name: {head: f"{PINET_DIR}/{head}/{name}" for head in PINET_HEADS}
    for name in PINET_FILES
}


wildcard_constraints:
    head="|".join(PINET_HEADS),


rule temper_pinet_train:
    """Train PI-Net, with one reading of the paper's last layers, on exact images."""
    input:
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        persistence=f"{TEMPER_DIR}/persistence/images.zarr",
    output:
        weights=f"{PINET_DIR}/{{head}}/weights.safetensors",
        history=f"{PINET_DIR}/{{head}}/history.parquet",
    log:
        f"{TEMPER_DIR}/logs/pinet/{{head}}/train.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/pinet/{{head}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=720,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(TEMPER.pinet),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper pinet train"
        " --head {wildcards.head:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --persistence {input.persistence:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule temper_pinet_evaluate:
    """Compare PI-Net's images of training and test chips with the exact ones; time both."""
    input:
        weights=f"{PINET_DIR}/{{head}}/weights.safetensors",
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        persistence=f"{TEMPER_DIR}/persistence/images.zarr",
        grid=f"{TEMPER_DIR}/persistence/grid.parquet",
    output:
        predictions=directory(f"{PINET_DIR}/{{head}}/predictions.zarr"),
        errors=f"{PINET_DIR}/{{head}}/errors.parquet",
        speed=f"{PINET_DIR}/{{head}}/speed.parquet",
    log:
        f"{TEMPER_DIR}/logs/pinet/{{head}}/evaluate.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/pinet/{{head}}/evaluate.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        # a hundred are enough for the error; without a GPU the paper's network takes 0.1 s per chip
        chips=min(100, TEMPER.pinet.chips_per_specimen),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper pinet evaluate"
        " --weights {input.weights:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --persistence {input.persistence:q}"
        " --grid {input.grid:q}"
        " --predictions {output.predictions:q}"
        " --errors {output.errors:q}"
        " --speed {output.speed:q}"
        " --chips-per-specimen {params.chips:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule temper_pinet_section:
    """Draw predicted against exact pixels of both heads, and write their section of the report."""
    input:
        predictions=PINET_BY_HEAD["predictions.zarr"].values(),
        errors=PINET_BY_HEAD["errors.parquet"].values(),
        speeds=PINET_BY_HEAD["speed.parquet"].values(),
        histories=PINET_BY_HEAD["history.parquet"].values(),
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        persistence=f"{TEMPER_DIR}/persistence/images.zarr",
    output:
        section=f"{PINET_DIR}/section.json",
        figures=report(
            f"{PINET_DIR}/figures/parity.png",
            caption=caption("temper", "pinet", "parity"),
            category="Temper",
            labels=labelled("pinet", "parity"),
        ),
        vectors=f"{PINET_DIR}/figures/parity.svg",
    log:
        f"{TEMPER_DIR}/logs/pinet/section.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/pinet/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        predictions=named(PINET_BY_HEAD["predictions.zarr"]),
        errors=named(PINET_BY_HEAD["errors.parquet"]),
        speeds=named(PINET_BY_HEAD["speed.parquet"]),
        histories=named(PINET_BY_HEAD["history.parquet"]),
        figures=figure_folder,
        options=options(TEMPER.pinet),
        simulated=["--simulated"] if TEMPER.images.simulates else [],
    shell:
        "pspflow --log {log:q} temper pinet section"
        " --predictions {params.predictions:q}"
        " --errors {params.errors:q}"
        " --speeds {params.speeds:q}"
        " --histories {params.histories:q}"
        " --chips {input.chips:q}"
        " --persistence {input.persistence:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.simulated:q}"
