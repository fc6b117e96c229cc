# Inverse: chips for wanted morphology, and conditions of measured morphology.
# Needs: of the chapter images, chips.parquet; of the chapter morphology, measures.parquet; of the
# chapters codes and prior, the weights of the models in inverse.models, trained on all domains.
# Makes, in results/RUN/steel/inverse: for each model of codes CODE_MODEL/grid.parquet,
# wishes.parquet, likelihood.safetensors, tested.parquet and densities.parquet; section.json,
# figures/*. Nothing where inverse.models is empty.

STEEL_INVERSE_DIR = f"{STEEL_DIR}/inverse"
STEEL_INVERSE = STEEL.inverse
STEEL_INVERSE_MEASURES = f"{STEEL_DIR}/morphology/measures.parquet"
STEEL_INVERSE_CHIPS = f"{STEEL_DIR}/images/chips.parquet"
STEEL_INVERSE_MADE = [
    "grid.parquet",
    "wishes.parquet",
    "likelihood.safetensors",
    "tested.parquet",
    "densities.parquet",
]
STEEL_INVERSE_FIGURES = ["wishes", "posteriors", "coverage"]
# of every model of codes, a table of the chapter
STEEL_INVERSE_TABLES = {
    name: {
        model: f"{STEEL_INVERSE_DIR}/{model}/{name}.parquet"
        for model in STEEL_INVERSE.models
    }
    for name in ["wishes", "tested", "densities"]
}
if STEEL_INVERSE.models:
    MADE["steel"]["inverse"] = [
        *[
            f"{STEEL_INVERSE_DIR}/{model}/{name}"
            for model in STEEL_INVERSE.models
            for name in STEEL_INVERSE_MADE
        ],
        f"{STEEL_INVERSE_DIR}/section.json",
        *drawn(f"{STEEL_INVERSE_DIR}/figures", STEEL_INVERSE_FIGURES),
    ]


localrules:
    steel_inverse_likelihood,
    steel_inverse_section,


rule steel_inverse_grid:
    """Generate chips on a grid of conditions, and measure them."""
    input:
        measures=STEEL_INVERSE_MEASURES,
        codes=f"{STEEL_DIR}/codes/{{code_model}}/all/weights.safetensors",
        prior=f"{STEEL_DIR}/prior/{{code_model}}/all/process/weights.safetensors",
    output:
        f"{STEEL_INVERSE_DIR}/{{code_model}}/grid.parquet",
    log:
        f"{STEEL_DIR}/logs/inverse/{{code_model}}/grid.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/inverse/{{code_model}}/grid.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(STEEL_INVERSE.of_grid),
        measuring=options(STEEL.measuring),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel inverse grid"
        " --measures {input.measures:q}"
        " --codes {input.codes:q}"
        " --prior {input.prior:q}"
        " --grid {output:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule steel_inverse_wish:
    """Generate chips for wanted morphology, and compare them with the wish."""
    input:
        measures=STEEL_INVERSE_MEASURES,
        grid=f"{STEEL_INVERSE_DIR}/{{code_model}}/grid.parquet",
        codes=f"{STEEL_DIR}/codes/{{code_model}}/all/weights.safetensors",
        prior=f"{STEEL_DIR}/prior/{{code_model}}/all/properties/weights.safetensors",
    output:
        f"{STEEL_INVERSE_DIR}/{{code_model}}/wishes.parquet",
    log:
        f"{STEEL_DIR}/logs/inverse/{{code_model}}/wish.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/inverse/{{code_model}}/wish.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(STEEL_INVERSE.of_wishes),
        measuring=options(STEEL.measuring),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel inverse wish"
        " --measures {input.measures:q}"
        " --grid {input.grid:q}"
        " --codes {input.codes:q}"
        " --prior {input.prior:q}"
        " --wishes {output:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule steel_inverse_likelihood:
    """Fit the likelihoods of measured morphology, given the conditions."""
    input:
        measures=STEEL_INVERSE_MEASURES,
        chips=STEEL_INVERSE_CHIPS,
        grid=f"{STEEL_INVERSE_DIR}/{{code_model}}/grid.parquet",
    output:
        f"{STEEL_INVERSE_DIR}/{{code_model}}/likelihood.safetensors",
    log:
        f"{STEEL_DIR}/logs/inverse/{{code_model}}/likelihood.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/inverse/{{code_model}}/likelihood.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        measuring=options(STEEL.measuring),
    shell:
        "pspflow --log {log:q} steel inverse likelihood"
        " --measures {input.measures:q}"
        " --chips {input.chips:q}"
        " --grid {input.grid:q}"
        " --likelihood {output:q}"
        " --measuring {params.measuring:q}"


rule steel_inverse_coverage:
    """Infer the conditions of micrographs, and compare them with the true ones."""
    input:
        measures=STEEL_INVERSE_MEASURES,
        chips=STEEL_INVERSE_CHIPS,
        likelihood=f"{STEEL_INVERSE_DIR}/{{code_model}}/likelihood.safetensors",
    output:
        tested=f"{STEEL_INVERSE_DIR}/{{code_model}}/tested.parquet",
        densities=f"{STEEL_INVERSE_DIR}/{{code_model}}/densities.parquet",
    log:
        f"{STEEL_DIR}/logs/inverse/{{code_model}}/coverage.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/inverse/{{code_model}}/coverage.tsv"
    conda:
        "../../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=memory(4000),
        runtime=60,
    params:
        options=options(STEEL_INVERSE.of_coverage),
        measuring=options(STEEL.measuring),
        images=options(STEEL.images),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel inverse coverage"
        " --measures {input.measures:q}"
        " --chips {input.chips:q}"
        " --likelihood {input.likelihood:q}"
        " --tested {output.tested:q}"
        " --densities {output.densities:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " --images {params.images:q}"
        " --seed {params.seed}"
        " --threads {threads}"


rule steel_inverse_section:
    """Draw wishes and inferred conditions, and write their section of the report."""
    input:
        measures=STEEL_INVERSE_MEASURES,
        wishes=STEEL_INVERSE_TABLES["wishes"].values(),
        tested=STEEL_INVERSE_TABLES["tested"].values(),
        densities=STEEL_INVERSE_TABLES["densities"].values(),
    output:
        section=f"{STEEL_INVERSE_DIR}/section.json",
        figures=[
            report(
                f"{STEEL_INVERSE_DIR}/figures/{name}.png",
                caption=caption("steel", "inverse", name),
                category="Steel",
                labels=labelled("inverse", name),
            )
            for name in STEEL_INVERSE_FIGURES
        ],
        vectors=drawings(f"{STEEL_INVERSE_DIR}/figures", STEEL_INVERSE_FIGURES),
    log:
        f"{STEEL_DIR}/logs/inverse/section.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/inverse/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        wishes=named(STEEL_INVERSE_TABLES["wishes"]),
        tested=named(STEEL_INVERSE_TABLES["tested"]),
        densities=named(STEEL_INVERSE_TABLES["densities"]),
        figures=figure_folder,
        options=options(STEEL_INVERSE.of_section),
        measuring=options(STEEL.measuring),
        simulated=["--simulated"] if STEEL.images.simulates else [],
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} steel inverse section"
        " --measures {input.measures:q}"
        " --wishes {params.wishes:q}"
        " --tested {params.tested:q}"
        " --densities {params.densities:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " --measuring {params.measuring:q}"
        " {params.simulated:q}"
        " --seed {params.seed}"
