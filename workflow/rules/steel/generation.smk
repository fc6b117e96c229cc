# Generation: chips for given conditions, compared with real chips.
# Needs: the chapters images and morphology; of the chapters codes and prior, all weights, and the
# frequencies of independent codes.
# Makes, in results/RUN/steel/generation: MODEL/TRAINED_ON/* (generated.zarr, generated.parquet),
# truth.zarr and truth.parquet (simulated micrographs and further conditions only), moments.parquet,
# distances.parquet, baseline.parquet, copies.parquet, figures/*, section.json

GENERATION = STEEL.generation
GENERATION_DIR = f"{STEEL_DIR}/generation"
GENERATION_RUN = f"{GENERATION_DIR}/{{code_model}}/{{trained_on}}"
# networks by name, MODEL/TRAINED_ON
GENERATION_TRAININGS = [
    f"{model}/{trained_on}"
    for trained_on, models in STEEL_ARMS.items()
    for model in models
]
GENERATION_GENERATED, GENERATION_STORES = (
    {name: f"{GENERATION_DIR}/{name}/{file}" for name in GENERATION_TRAININGS}
    for file in ("generated.parquet", "generated.zarr")
)
# the simulator can be asked at conditions between the sheet's
GENERATION_TRUTH, GENERATION_TRUTH_STORE = {}, {}
if STEEL.images.simulates and GENERATION.further:
    GENERATION_TRUTH["truth"] = f"{GENERATION_DIR}/truth.parquet"
    GENERATION_TRUTH_STORE["truth"] = f"{GENERATION_DIR}/truth.zarr"
GENERATION_TABLES = {
    name: f"{GENERATION_DIR}/{name}.parquet"
    for name in ["moments", "distances", "baseline", "copies"]
}
GENERATION_FIGURES = ["chips", "measures", "conditions", "codes"]
if GENERATION.further:
    GENERATION_FIGURES.append("further")
if STEEL_ARMS["held_out"]:
    GENERATION_FIGURES.append("held_out")
MADE["steel"]["generation"] = [
    *GENERATION_GENERATED.values(),
    *GENERATION_STORES.values(),
    *GENERATION_TRUTH.values(),
    *GENERATION_TRUTH_STORE.values(),
    *GENERATION_TABLES.values(),
    *drawn(f"{GENERATION_DIR}/figures", GENERATION_FIGURES),
    f"{GENERATION_DIR}/section.json",
]


rule steel_generation_generate:
    """Generate chips for the conditions of test micrographs, and for further ones."""
    input:
        codes=f"{STEEL_DIR}/codes/{{code_model}}/{{trained_on}}/weights.safetensors",
        prior=f"{STEEL_DIR}/prior/{{code_model}}/{{trained_on}}/process/weights.safetensors",
        independent=lambda wildcards: (
            [f"{STEEL_DIR}/prior/{wildcards.code_model}/independent.parquet"]
            if wildcards.trained_on == "all"
            else []
        ),
        measures=f"{STEEL_DIR}/morphology/measures.parquet",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
    output:
        store=directory(f"{GENERATION_RUN}/generated.zarr"),
        table=f"{GENERATION_RUN}/generated.parquet",
    log:
        f"{STEEL_DIR}/logs/generation/{{code_model}}/{{trained_on}}/generate.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/generation/{{code_model}}/{{trained_on}}/generate.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        training=lambda wildcards: f"{wildcards.code_model}/{wildcards.trained_on}",
        independent=lambda wildcards, input: flags(
            {"independent": input.independent and str(input.independent)}
        ),
        domain=lambda wildcards: flags(
            {
                "domain": (
                    STEEL.codes.held_out.domain
                    if wildcards.trained_on == "held_out"
                    else None
                )
            }
        ),
        options=options(GENERATION.of_making),
        measuring=options(STEEL.measuring),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel generation generate"
        " --training {params.training:q}"
        " --codes {input.codes:q}"
        " --prior {input.prior:q}"
        " {params.independent:q}"
        " --measures {input.measures:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --store {output.store:q}"
        " --table {output.table:q}"
        " {params.domain:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


if GENERATION_TRUTH:

    rule steel_generation_truth:
        """Simulate micrographs at further cooling rates, and measure their chips."""
        output:
            store=directory(GENERATION_TRUTH_STORE["truth"]),
            table=GENERATION_TRUTH["truth"],
        log:
            f"{STEEL_DIR}/logs/generation/truth.log",
        benchmark:
            f"{STEEL_DIR}/benchmarks/generation/truth.tsv"
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(4000),
            runtime=60,
        params:
            options=options(GENERATION.of_truth),
            simulated=options(STEEL.images.simulated),
            chips=options(STEEL.images.chips),
            measuring=options(STEEL.measuring),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} steel generation truth"
            " --store {output.store:q}"
            " --table {output.table:q}"
            " --options {params.options:q}"
            " --simulated {params.simulated:q}"
            " --chips {params.chips:q}"
            " --measuring {params.measuring:q}"
            " --seed {params.seed}"


rule steel_generation_compare:
    """Compare generated chips with real ones: morphology, distances, coverage, copies."""
    input:
        generated=GENERATION_GENERATED.values(),
        stores=GENERATION_STORES.values(),
        truth=GENERATION_TRUTH.values(),
        measures=f"{STEEL_DIR}/morphology/measures.parquet",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
    output:
        **GENERATION_TABLES,
    log:
        f"{STEEL_DIR}/logs/generation/compare.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/generation/compare.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=240,
    params:
        generated=named(GENERATION_GENERATED),
        stores=named(GENERATION_STORES),
        truth=flags(GENERATION_TRUTH),
        options=options(GENERATION.of_comparison),
        measuring=options(STEEL.measuring),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel generation compare"
        " --generated {params.generated:q}"
        " --stores {params.stores:q}"
        " {params.truth:q}"
        " --measures {input.measures:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --moments {output.moments:q}"
        " --distances {output.distances:q}"
        " --baseline {output.baseline:q}"
        " --copies {output.copies:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " --seed {params.seed}"


rule steel_generation_section:
    """Draw generated chips and write their section of the report."""
    input:
        generated=GENERATION_GENERATED.values(),
        stores=GENERATION_STORES.values(),
        truth=GENERATION_TRUTH.values(),
        truth_store=GENERATION_TRUTH_STORE.values(),
        tables=GENERATION_TABLES.values(),
        measures=f"{STEEL_DIR}/morphology/measures.parquet",
        micrographs=f"{STEEL_DIR}/images/micrographs.zarr",
        chips=f"{STEEL_DIR}/images/chips.parquet",
    output:
        section=f"{GENERATION_DIR}/section.json",
        figures=[
            report(
                f"{GENERATION_DIR}/figures/{name}.png",
                caption=caption("steel", "generation", name),
                category="Steel",
                labels=labelled("generation", name),
            )
            for name in GENERATION_FIGURES
        ],
        vectors=drawings(f"{GENERATION_DIR}/figures", GENERATION_FIGURES),
    log:
        f"{STEEL_DIR}/logs/generation/section.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/generation/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=30,
    params:
        generated=named(GENERATION_GENERATED),
        stores=named({**GENERATION_STORES, **GENERATION_TRUTH_STORE}),
        tables=named({**GENERATION_TABLES, **GENERATION_TRUTH}),
        figures=figure_folder,
        simulated=["--simulated"] if STEEL.images.simulates else [],
        split_by=STEEL.images.split.by,
        options=options(GENERATION.of_comparison),
        measuring=options(STEEL.measuring),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel generation section"
        " --generated {params.generated:q}"
        " --stores {params.stores:q}"
        " --tables {params.tables:q}"
        " --measures {input.measures:q}"
        " --micrographs {input.micrographs:q}"
        " --chips {input.chips:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " {params.simulated:q}"
        " --split-by {params.split_by:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " --seed {params.seed}"
