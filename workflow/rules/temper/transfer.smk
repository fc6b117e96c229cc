# Transfer: chips transferred between the domains, their plausibility and their labels.
# Needs: the chapters images, persistence, flows and gan; labels for their preservation.
# Makes, in results/RUN/temper/transfer: VARIANT/seedN/* (synthetic.zarr, checks.parquet),
# plausibility.parquet, effects.parquet, copies.parquet, preservation.parquet, figures/*, section.json

TRANSFER_DIR = f"{TEMPER_DIR}/transfer"
TRANSFER_FIGURES = ["chips", "samples", "plausibility"]
TRANSFER_TABLES = {
    "plausibility": f"{TRANSFER_DIR}/plausibility.parquet",
    "effects": f"{TRANSFER_DIR}/effects.parquet",
    "copies": f"{TRANSFER_DIR}/copies.parquet",
}
if TEMPER.labelled:
    TRANSFER_FIGURES.append("preservation")
    TRANSFER_TABLES["preservation"] = f"{TRANSFER_DIR}/preservation.parquet"
TRANSFER_SYNTHETIC, TRANSFER_CHECKS = (
    {training: f"{TRANSFER_DIR}/{training}/{name}" for training in FLOWS_TRAININGS}
    for name in ("synthetic.zarr", "checks.parquet")
)
# judged alike, with those that the GAN makes
TRANSFER_JUDGED = TRANSFER_SYNTHETIC | {
    training: f"{TRANSFER_DIR}/{training}/synthetic.zarr" for training in GAN_HISTORIES
}
if FLOWS_TRAININGS:
    MADE["temper"]["transfer"] = [
        *TRANSFER_JUDGED.values(),
        *TRANSFER_CHECKS.values(),
        *TRANSFER_TABLES.values(),
        *drawn(f"{TRANSFER_DIR}/figures", TRANSFER_FIGURES),
        f"{TRANSFER_DIR}/section.json",
    ]


rule temper_transfer_chips:
    """Transfer held-out chips in every direction, and draw chips of every domain from noise."""
    input:
        weights=f"{FLOWS_DIR}/{{variant}}/seed{{seed}}/weights.safetensors",
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
    output:
        synthetic=directory(f"{TRANSFER_DIR}/{{variant}}/seed{{seed}}/synthetic.zarr"),
        checks=f"{TRANSFER_DIR}/{{variant}}/seed{{seed}}/checks.parquet",
    log:
        f"{TEMPER_DIR}/logs/transfer/{{variant}}/seed{{seed}}/chips.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/transfer/{{variant}}/seed{{seed}}/chips.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(TEMPER.transfer.drawing),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper transfer chips"
        " --weights {input.weights:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --synthetic {output.synthetic:q}"
        " --checks {output.checks:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule temper_transfer_draw:
    """Make chips of the labels of held-out specimens by the conditional GAN."""
    input:
        weights=f"{GAN_DIR}/seed{{seed}}/weights.safetensors",
        catalogue=f"{TEMPER_DIR}/images/catalogue.parquet",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
    output:
        directory(f"{TRANSFER_DIR}/gan/seed{{seed}}/synthetic.zarr"),
    log:
        f"{TEMPER_DIR}/logs/transfer/gan/seed{{seed}}/draw.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/transfer/gan/seed{{seed}}/draw.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(TEMPER.transfer.drawing),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper transfer draw"
        " --weights {input.weights:q}"
        " --catalogue {input.catalogue:q}"
        " --chips {input.chips:q}"
        " --synthetic {output:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule temper_transfer_plausibility:
    """Measure distances of synthetic chips to real ones, and those of the rulers."""
    input:
        synthetic=TRANSFER_JUDGED.values(),
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        grid=f"{TEMPER_DIR}/persistence/grid.parquet",
    output:
        plausibility=TRANSFER_TABLES["plausibility"],
        effects=TRANSFER_TABLES["effects"],
        copies=TRANSFER_TABLES["copies"],
    log:
        f"{TEMPER_DIR}/logs/transfer/plausibility.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/transfer/plausibility.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
    params:
        synthetic=named(TRANSFER_JUDGED),
        flows=options(TEMPER.flows),
        options=options(TEMPER.transfer.plausibility),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper transfer plausibility"
        " --synthetic {params.synthetic:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --grid {input.grid:q}"
        " --plausibility {output.plausibility:q}"
        " --effects {output.effects:q}"
        " --copies {output.copies:q}"
        " --flows {params.flows:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule temper_transfer_preservation:
    """Measure whether transferred chips keep what labels their specimen."""
    input:
        synthetic=TRANSFER_JUDGED.values(),
        catalogue=f"{TEMPER_DIR}/images/catalogue.parquet",
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
        grid=f"{TEMPER_DIR}/persistence/grid.parquet",
    output:
        f"{TRANSFER_DIR}/preservation.parquet",
    log:
        f"{TEMPER_DIR}/logs/transfer/preservation.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/transfer/preservation.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
    params:
        synthetic=named(TRANSFER_JUDGED),
        options=options(TEMPER.transfer.labels),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper transfer preservation"
        " --synthetic {params.synthetic:q}"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --grid {input.grid:q}"
        " --accuracy {output:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"


rule temper_transfer_section:
    """Draw chips and both evaluations, and write their section of the report."""
    input:
        TRANSFER_TABLES.values(),
        synthetic=TRANSFER_JUDGED.values(),
        checks=TRANSFER_CHECKS.values(),
        catalogue=f"{TEMPER_DIR}/images/catalogue.parquet",
        micrographs=f"{TEMPER_DIR}/images/micrographs.zarr",
        chips=f"{TEMPER_DIR}/images/chips.parquet",
    output:
        section=f"{TRANSFER_DIR}/section.json",
        figures=[
            report(
                f"{TRANSFER_DIR}/figures/{name}.png",
                caption=caption("temper", "transfer", name),
                category="Temper",
                labels=labelled("transfer", name),
            )
            for name in TRANSFER_FIGURES
        ],
        vectors=drawings(f"{TRANSFER_DIR}/figures", TRANSFER_FIGURES),
    log:
        f"{TEMPER_DIR}/logs/transfer/section.log",
    benchmark:
        f"{TEMPER_DIR}/benchmarks/transfer/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        synthetic=named(TRANSFER_JUDGED),
        checks=named(TRANSFER_CHECKS),
        tables=flags(TRANSFER_TABLES),
        figures=figure_folder,
        flows=options(TEMPER.flows),
        options=options(TEMPER.transfer),
        simulated=["--simulated"] if TEMPER.images.simulates else [],
    shell:
        "pspflow --log {log:q} temper transfer section"
        " --synthetic {params.synthetic:q}"
        " --checks {params.checks:q}"
        " --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " {params.tables:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --flows {params.flows:q}"
        " --options {params.options:q}"
        " {params.simulated:q}"
