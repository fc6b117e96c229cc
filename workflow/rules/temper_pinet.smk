# Temper study: PI-Net, the network that stands in for persistence images.
# Needs: micrographs.zarr, chips.parquet, persistence.zarr and grid.parquet.
# Makes, in results/RUN/temper: pinet/HEAD/* (weights.safetensors, history.parquet,
# predictions.zarr, errors.parquet, speed.parquet), figures/pinet.png


rule temper_train_pinet:
    """Train PI-Net, with one reading of the paper's last layers, on exact images."""
    input:
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        persistence=f"{T}/persistence.zarr",
    output:
        weights=f"{T}/pinet/{{head}}/weights.safetensors",
        history=f"{T}/pinet/{{head}}/history.parquet",
    log:
        f"{T}/logs/pinet/{{head}}/train.log",
    benchmark:
        f"{T}/benchmarks/pinet/{{head}}/train.tsv"
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 16000 * attempt,
        runtime=240,
        gpu=1,
    params:
        options=options(TEMPER.pinet),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper train-pinet --head {wildcards.head:q}"
        " --micrographs {input.micrographs:q} --chips {input.chips:q}"
        " --persistence {input.persistence:q} --weights {output.weights:q}"
        " --history {output.history:q} --options {params.options:q}"
        " --seed {params.seed} --threads {threads}"


rule temper_evaluate_pinet:
    """Hold PI-Net's images of training and test chips against the exact ones; time both."""
    input:
        weights=f"{T}/pinet/{{head}}/weights.safetensors",
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        persistence=f"{T}/persistence.zarr",
        grid=f"{T}/grid.parquet",
    output:
        predictions=directory(f"{T}/pinet/{{head}}/predictions.zarr"),
        errors=f"{T}/pinet/{{head}}/errors.parquet",
        speed=f"{T}/pinet/{{head}}/speed.parquet",
    log:
        f"{T}/logs/pinet/{{head}}/evaluate.log",
    benchmark:
        f"{T}/benchmarks/pinet/{{head}}/evaluate.tsv"
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
        gpu=1,
    params:
        # a hundred tell the error; without a GPU the paper's network takes 0.1 s a chip
        chips=min(100, TEMPER.pinet.chips_per_specimen),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper evaluate-pinet --weights {input.weights:q}"
        " --micrographs {input.micrographs:q} --chips {input.chips:q}"
        " --persistence {input.persistence:q} --grid {input.grid:q}"
        " --predictions {output.predictions:q}"
        " --errors {output.errors:q} --speed {output.speed:q}"
        " --chips-per-specimen {params.chips}"
        " --seed {params.seed} --threads {threads}"


rule temper_pinet_figure:
    """Draw predicted against exact pixels of both heads."""
    input:
        predictions=expand(f"{T}/pinet/{{head}}/predictions.zarr", head=PINET_HEADS),
        persistence=f"{T}/persistence.zarr",
    output:
        report(
            f"{T}/figures/pinet.png",
            caption="../report/temper_pinet.rst",
            category="Temper",
        ),
    log:
        f"{T}/logs/pinet_figure.log",
    benchmark:
        f"{T}/benchmarks/pinet_figure.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=30,
    params:
        heads=PINET_HEADS,
    shell:
        "pspflow --log {log:q} temper pinet-figure --heads {params.heads:q}"
        " --predictions {input.predictions:q} --persistence {input.persistence:q}"
        " --figure {output:q}"
