# Temper study: from micrographs to persistence images and a first report.
# Needs: simulated specimens (temper.data.source: simulated), or a sheet of your micrographs.
# Makes, in results/RUN/temper: catalogue.parquet, regions.parquet, micrographs.zarr,
# chips.parquet, persistence.zarr, labels/*.parquet, figures/*.png, report.html

TEMPER = CONFIG.temper
T = f"{OUT}/temper"
SIMULATED = TEMPER.data.source == "simulated"
SHEET = f"{T}/simulated/sheet.csv" if SIMULATED else str(TEMPER.data.micrographs.sheet)
IMAGES = f"{T}/simulated/images" if SIMULATED else images_of(SHEET)
FIGURES = expand(
    f"{T}/figures/{{name}}.png", name=["micrographs", "chips", "persistence"]
)
PINET_HEADS = ["pooled", "spatial"]
TRAININGS = []
if TEMPER.transferable:
    TRAININGS = expand(
        "{regularisation}/seed{seed}",
        regularisation=TEMPER.flows.regularisations,
        seed=range(TEMPER.flows.seeds),
    )
LABELS = [
    f"{T}/labels/accuracy.parquet",
    f"{T}/labels/correlations.parquet",
    f"{T}/figures/labels.png",
]
if not TEMPER.labelled:
    LABELS = []
TRANSFER_FIGURES = {
    f"{name}-figure": f"{T}/figures/transfer_{file}.png"
    for name, file in [
        ("training", "training"),
        ("transfer", "chips"),
        ("sample", "samples"),
        ("plausibility", "plausibility"),
        ("preservation", "labels"),
    ]
    if TEMPER.labelled or name != "preservation"
}
TRANSFER = {
    "plausibility": f"{T}/transfer/plausibility.parquet",
    "effects": f"{T}/transfer/effects.parquet",
    **TRANSFER_FIGURES,
}
if TEMPER.labelled:
    TRANSFER["preservation"] = f"{T}/transfer/labels.parquet"
if not TRAININGS:
    TRANSFER = {}
MADE.append(f"{T}/report.html")


scattergather:
    temper_persistence=TEMPER.persistence.shards,


localrules:
    temper,
    temper_persistence,
    temper_split,
    temper_label_chart,
    temper_report,


rule temper_persistence:
    """Persistence images of every chip, with figures."""
    input:
        # every artefact, not the last one only: a lost one is then made again
        SHEET,
        IMAGES,
        f"{T}/catalogue.parquet",
        f"{T}/regions.parquet",
        f"{T}/micrographs.zarr",
        f"{T}/chips.parquet",
        f"{T}/chip_counts.parquet",
        f"{T}/grid.parquet",
        f"{T}/grid_coverage.parquet",
        gather.temper_persistence(f"{T}/persistence/{{scatteritem}}.zarr"),
        f"{T}/persistence.zarr",
        FIGURES,


rule temper:
    """The whole study."""
    input:
        rules.temper_persistence.input,
        LABELS,
        expand(f"{T}/pinet/{{head}}/weights.safetensors", head=PINET_HEADS),
        expand(f"{T}/pinet/{{head}}/errors.parquet", head=PINET_HEADS),
        f"{T}/figures/pinet.png",
        expand(
            f"{T}/flows/{{training}}/{{name}}",
            training=TRAININGS,
            name=[
                "weights.safetensors",
                "history.parquet",
                "synthetic.zarr",
                "checks.parquet",
            ],
        ),
        TRANSFER.values(),
        f"{T}/report.html",


if SIMULATED:

    rule temper_simulate:
        """Simulate ShAPE-like specimens: TIFF micrographs of every temper, and their sheet."""
        output:
            sheet=f"{T}/simulated/sheet.csv",
            images=directory(f"{T}/simulated/images"),
        log:
            f"{T}/logs/simulate.log",
        benchmark:
            f"{T}/benchmarks/simulate.tsv"
        conda:
            "../../envs/cpu.yaml"
        threads: 2
        resources:
            mem_mb=lambda wildcards, attempt: 4000 * attempt,
            runtime=60,
        params:
            options=options(TEMPER.data.simulated),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} temper simulate --sheet {output.sheet:q}"
            " --images {output.images:q} --options {params.options:q}"
            " --seed {params.seed} --threads {threads}"


rule temper_catalogue:
    """Check the sheet and its images, and plan crop, scale and size of each micrograph."""
    input:
        sheet=SHEET,
        images=IMAGES,
    output:
        f"{T}/catalogue.parquet",
    log:
        f"{T}/logs/catalogue.log",
    benchmark:
        f"{T}/benchmarks/catalogue.tsv"
    retries: 0  # what is wrong with a sheet stays wrong
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=30,
    params:
        options=options(TEMPER.data.catalogue),
    shell:
        "pspflow --log {log:q} temper catalogue --sheet {input.sheet:q}"
        " --catalogue {output:q} --options {params.options:q} --threads {threads}"


rule temper_split:
    """Decide which pixels train, validate and test."""
    input:
        f"{T}/catalogue.parquet",
    output:
        f"{T}/regions.parquet",
    log:
        f"{T}/logs/split.log",
    benchmark:
        f"{T}/benchmarks/split.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        options=options(TEMPER.split),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper split --catalogue {input:q} --regions {output:q}"
        " --options {params.options:q} --seed {params.seed}"


rule temper_micrographs:
    """Read, crop, rescale and store every micrograph once, as 8-bit grey."""
    input:
        sheet=SHEET,
        images=IMAGES,
        catalogue=f"{T}/catalogue.parquet",
        regions=f"{T}/regions.parquet",
    output:
        directory(f"{T}/micrographs.zarr"),
    log:
        f"{T}/logs/micrographs.log",
    benchmark:
        f"{T}/benchmarks/micrographs.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=60,
    shell:
        "pspflow --log {log:q} temper micrographs --sheet {input.sheet:q}"
        " --catalogue {input.catalogue:q} --regions {input.regions:q}"
        " --micrographs {output:q} --threads {threads}"


rule temper_chips:
    """Plan the chips: windows into the micrographs, each inside one split."""
    input:
        catalogue=f"{T}/catalogue.parquet",
        regions=f"{T}/regions.parquet",
        micrographs=f"{T}/micrographs.zarr",
    output:
        chips=f"{T}/chips.parquet",
        counts=f"{T}/chip_counts.parquet",
    log:
        f"{T}/logs/chips.log",
    benchmark:
        f"{T}/benchmarks/chips.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=30,
    params:
        options=options(TEMPER.chips),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper chips --catalogue {input.catalogue:q}"
        " --regions {input.regions:q} --micrographs {input.micrographs:q}"
        " --chips {output.chips:q} --counts {output.counts:q}"
        " --options {params.options:q} --seed {params.seed}"


rule temper_grid:
    """Fit ranges, bandwidth and weight of persistence images to training chips."""
    input:
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
    output:
        grid=f"{T}/grid.parquet",
        coverage=f"{T}/grid_coverage.parquet",
    log:
        f"{T}/logs/grid.log",
    benchmark:
        f"{T}/benchmarks/grid.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=60,
    params:
        options=options(TEMPER.persistence),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper grid --micrographs {input.micrographs:q}"
        " --chips {input.chips:q} --grid {output.grid:q} --coverage {output.coverage:q}"
        " --options {params.options:q} --seed {params.seed}"


rule temper_persistence_shard:
    """Compute the persistence images of one share of the chips."""
    input:
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        grid=f"{T}/grid.parquet",
    output:
        directory(f"{T}/persistence/{{scatteritem}}.zarr"),
    log:
        f"{T}/logs/persistence/{{scatteritem}}.log",
    benchmark:
        f"{T}/benchmarks/persistence/{{scatteritem}}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=120,
    shell:
        "pspflow --log {log:q} temper persistence --micrographs {input.micrographs:q}"
        " --chips {input.chips:q} --grid {input.grid:q} --persistence {output:q}"
        " --shard {wildcards.scatteritem}"


rule temper_merge:
    """Join the shares of the persistence images in the order of the chips."""
    input:
        gather.temper_persistence(f"{T}/persistence/{{scatteritem}}.zarr"),
    output:
        directory(f"{T}/persistence.zarr"),
    log:
        f"{T}/logs/merge.log",
    benchmark:
        f"{T}/benchmarks/merge.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=30,
    shell:
        "pspflow --log {log:q} temper merge --shards {input:q} --persistence {output:q}"


rule temper_labels:
    """Measure how well real chips tell their label, specimens held out in turn."""
    input:
        catalogue=f"{T}/catalogue.parquet",
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        persistence=f"{T}/persistence.zarr",
    output:
        accuracy=f"{T}/labels/accuracy.parquet",
        correlations=f"{T}/labels/correlations.parquet",
    log:
        f"{T}/logs/labels.log",
    benchmark:
        f"{T}/benchmarks/labels.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=60,
    params:
        options=options(TEMPER.labels),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper labels --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q} --chips {input.chips:q}"
        " --persistence {input.persistence:q} --accuracy {output.accuracy:q}"
        " --correlations {output.correlations:q}"
        " --options {params.options:q} --seed {params.seed}"


rule temper_label_chart:
    """Draw the accuracies."""
    input:
        catalogue=f"{T}/catalogue.parquet",
        accuracy=f"{T}/labels/accuracy.parquet",
    output:
        report(
            f"{T}/figures/labels.png",
            caption="../report/temper_labels.rst",
            category="Temper",
        ),
    log:
        f"{T}/logs/label_chart.log",
    benchmark:
        f"{T}/benchmarks/label_chart.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        flag="--simulated" if SIMULATED else "",
    shell:
        "pspflow --log {log:q} temper label-chart --catalogue {input.catalogue:q}"
        " --accuracy {input.accuracy:q} --chart {output:q} {params.flag}"


rule temper_figures:
    """Draw micrographs, chips, and persistence diagrams and images of every domain."""
    input:
        catalogue=f"{T}/catalogue.parquet",
        micrographs=f"{T}/micrographs.zarr",
        chips=f"{T}/chips.parquet",
        persistence=f"{T}/persistence.zarr",
        grid=f"{T}/grid.parquet",
    output:
        micrographs=report(
            f"{T}/figures/micrographs.png",
            caption="../report/temper_micrographs.rst",
            category="Temper",
        ),
        chips=report(
            f"{T}/figures/chips.png",
            caption="../report/temper_chips.rst",
            category="Temper",
        ),
        persistence=report(
            f"{T}/figures/persistence.png",
            caption="../report/temper_persistence.rst",
            category="Temper",
        ),
    log:
        f"{T}/logs/figures.log",
    benchmark:
        f"{T}/benchmarks/figures.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=30,
    params:
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper figures --catalogue {input.catalogue:q}"
        " --micrographs {input.micrographs:q} --chips {input.chips:q}"
        " --persistence {input.persistence:q} --grid {input.grid:q}"
        " --micrograph-figure {output.micrographs:q} --chip-figure {output.chips:q}"
        " --persistence-figure {output.persistence:q}"
        " --seed {params.seed}"


rule temper_report:
    """Write the study's report: one HTML page with its figures inside."""
    input:
        catalogue=f"{T}/catalogue.parquet",
        counts=f"{T}/chip_counts.parquet",
        grid=f"{T}/grid.parquet",
        coverage=f"{T}/grid_coverage.parquet",
        micrographs=f"{T}/micrographs.zarr",
        micrograph_figure=f"{T}/figures/micrographs.png",
        chip_figure=f"{T}/figures/chips.png",
        persistence_figure=f"{T}/figures/persistence.png",
        labels=LABELS,
        errors=expand(f"{T}/pinet/{{head}}/errors.parquet", head=PINET_HEADS),
        speeds=expand(f"{T}/pinet/{{head}}/speed.parquet", head=PINET_HEADS),
        parity_figure=f"{T}/figures/pinet.png",
        histories=expand(f"{T}/flows/{{training}}/history.parquet", training=TRAININGS),
        checks=expand(f"{T}/flows/{{training}}/checks.parquet", training=TRAININGS),
        transfer=TRANSFER.values(),
    output:
        f"{T}/report.html",
    log:
        f"{T}/logs/report.log",
    benchmark:
        f"{T}/benchmarks/report.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        options=options(TEMPER),
        run=CONFIG.run,
        heads=PINET_HEADS,
        flows=TRAININGS,
        transfer=flags(TRANSFER),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} temper report --run {params.run:q}"
        " --catalogue {input.catalogue:q} --counts {input.counts:q}"
        " --grid {input.grid:q} --coverage {input.coverage:q}"
        " --micrographs {input.micrographs:q}"
        " --micrograph-figure {input.micrograph_figure:q}"
        " --chip-figure {input.chip_figure:q}"
        " --persistence-figure {input.persistence_figure:q}"
        " --label-files {input.labels:q} --heads {params.heads:q}"
        " --errors {input.errors:q} --speeds {input.speeds:q}"
        " --parity-figure {input.parity_figure:q} --flows {params.flows:q}"
        " --histories {input.histories:q} --checks {input.checks:q}"
        " {params.transfer:q}"
        " --report {output:q} --options {params.options:q} --seed {params.seed}"
