# Temper study, second part: flows between the domains, and how well they transfer.
# Needs: micrographs.zarr, chips.parquet, persistence.zarr, grid.parquet and catalogue.parquet of
# the first part; two domains or more; PI-Net's weights for its regularisation.
# Makes, in results/RUN/temper: flows/REGULARISATION/seedN/* (weights.safetensors,
# history.parquet, synthetic.zarr, checks.parquet), transfer/*.parquet, figures/transfer_*.png


wildcard_constraints:
    regularisation="none|pinet|exact",
    seed=r"\d+",


rule temper_train_flow:
    """Train the flows of all domains with one topological regularisation."""
    input:
        unpack(lambda wildcards: topology_inputs(wildcards.regularisation, T)),
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
    output:
        weights=f"{T}/flows/{{regularisation}}/seed{{seed}}/weights.safetensors",
        history=f"{T}/flows/{{regularisation}}/seed{{seed}}/history.parquet",
    log:
        f"{T}/logs/flows/{{regularisation}}/seed{{seed}}/train.log",
    benchmark:
        f"{T}/benchmarks/flows/{{regularisation}}/seed{{seed}}/train.tsv"
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 16000 * attempt,
        runtime=1440,
        gpu=1,
    params:
        options=lambda wildcards: options(
            TEMPER.flows.training(wildcards.regularisation)
        ),
        topology=lambda wildcards: flags(topology_inputs(wildcards.regularisation, T)),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper train-flow"
        " --regularisation {wildcards.regularisation:q} --replicate {wildcards.seed:q}"
        " --micrographs {input.micrographs:q} --chips {input.chips:q}"
        " {params.topology:q} --weights {output.weights:q} --history {output.history:q}"
        " --options {params.options:q} --seed {params.seed} --threads {threads}"


rule temper_transfer_chips:
    """Transfer held-out chips in every direction, and draw chips of every domain from noise."""
    input:
        weights=f"{T}/flows/{{regularisation}}/seed{{seed}}/weights.safetensors",
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
    output:
        synthetic=directory(f"{T}/flows/{{regularisation}}/seed{{seed}}/synthetic.zarr"),
        checks=f"{T}/flows/{{regularisation}}/seed{{seed}}/checks.parquet",
    log:
        f"{T}/logs/flows/{{regularisation}}/seed{{seed}}/transfer.log",
    benchmark:
        f"{T}/benchmarks/flows/{{regularisation}}/seed{{seed}}/transfer.tsv"
    conda:
        "../../envs/gpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
        gpu=1,
    params:
        options=options(TEMPER.transfer.drawing),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper transfer-chips --weights {input.weights:q}"
        " --micrographs {input.micrographs:q} --chips {input.chips:q}"
        " --synthetic {output.synthetic:q} --checks {output.checks:q}"
        " --options {params.options:q} --seed {params.seed} --threads {threads}"


rule temper_judge_plausibility:
    """Measure how far synthetic chips are from real ones, beside what doing nothing scores."""
    input:
        synthetic=expand(f"{T}/flows/{{training}}/synthetic.zarr", training=TRAININGS),
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        grid=f"{T}/grid.parquet",
    output:
        plausibility=f"{T}/transfer/plausibility.parquet",
        effects=f"{T}/transfer/effects.parquet",
    log:
        f"{T}/logs/judge_plausibility.log",
    benchmark:
        f"{T}/benchmarks/judge_plausibility.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
    params:
        flows=TRAININGS,
        options=options(TEMPER.transfer.plausibility),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper judge-plausibility --flows {params.flows:q}"
        " --synthetic {input.synthetic:q} --micrographs {input.micrographs:q}"
        " --chips {input.chips:q} --grid {input.grid:q}"
        " --plausibility {output.plausibility:q} --effects {output.effects:q}"
        " --options {params.options:q} --seed {params.seed}"


rule temper_judge_labels:
    """Measure whether transferred chips keep what labels their specimen."""
    input:
        synthetic=expand(f"{T}/flows/{{training}}/synthetic.zarr", training=TRAININGS),
        catalogue=f"{T}/catalogue.parquet",
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        grid=f"{T}/grid.parquet",
    output:
        f"{T}/transfer/labels.parquet",
    log:
        f"{T}/logs/judge_labels.log",
    benchmark:
        f"{T}/benchmarks/judge_labels.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=120,
    params:
        flows=TRAININGS,
        options=options(TEMPER.transfer.labels),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper judge-labels --flows {params.flows:q}"
        " --synthetic {input.synthetic:q} --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q} --chips {input.chips:q} --grid {input.grid:q}"
        " --accuracy {output:q} --options {params.options:q} --seed {params.seed}"


rule temper_transfer_figures:
    """Draw training curves, transferred and sampled chips, and both judgements."""
    input:
        histories=expand(f"{T}/flows/{{training}}/history.parquet", training=TRAININGS),
        synthetic=expand(f"{T}/flows/{{training}}/synthetic.zarr", training=TRAININGS),
        catalogue=f"{T}/catalogue.parquet",
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        plausibility=f"{T}/transfer/plausibility.parquet",
        labels=[f"{T}/transfer/labels.parquet"] if TEMPER.labelled else [],
    output:
        [
            report(
                path,
                caption=f"../report/{Path(path).stem.replace('transfer', 'temper_transfer')}.rst",
                category="Temper",
            )
            for path in TRANSFER_FIGURES.values()
        ],
    log:
        f"{T}/logs/transfer_figures.log",
    benchmark:
        f"{T}/benchmarks/transfer_figures.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=30,
    params:
        flows=TRAININGS,
        labels=flags({"preservation": TRANSFER.get("preservation")}),
        figures=flags(TRANSFER_FIGURES),
    shell:
        "pspflow --log {log:q} temper transfer-figures --flows {params.flows:q}"
        " --histories {input.histories:q} --synthetic {input.synthetic:q}"
        " --catalogue {input.catalogue:q} --micrographs {input.micrographs:q}"
        " --chips {input.chips:q} --plausibility {input.plausibility:q}"
        " {params.labels:q} {params.figures:q}"
