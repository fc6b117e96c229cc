# Inverse: chips for wanted morphology, and conditions of measured morphology.
# Needs: of the chapter images, chips.parquet; of the chapter morphology, measures.parquet; of the
# chapters codes and prior, the weights of the models in inverse.models, trained on all domains.
# Makes, in results/RUN/steel/inverse: for each model of codes CODE_MODEL/grid.parquet,
# wishes.parquet, likelihood.safetensors, tested.parquet and densities.parquet; section.json,
# figures/*.png. Nothing where inverse.models is empty.

INVERSE_DIR = f"{STEEL_DIR}/inverse"
INVERSE = STEEL.inverse
INVERSE_MEASURES = f"{STEEL_DIR}/morphology/measures.parquet"
INVERSE_CHIPS = f"{STEEL_DIR}/images/chips.parquet"
INVERSE_MADE = [
    "grid.parquet",
    "wishes.parquet",
    "likelihood.safetensors",
    "tested.parquet",
    "densities.parquet",
]
INVERSE_FIGURES = ["wishes", "posteriors", "coverage"]
# of every model of codes, a table of the chapter
INVERSE_TABLES = {
    name: {model: f"{INVERSE_DIR}/{model}/{name}.parquet" for model in INVERSE.models}
    for name in ["wishes", "tested", "densities"]
}
if INVERSE.models:
    MADE["steel"]["inverse"] = [
        *[
            f"{INVERSE_DIR}/{model}/{name}"
            for model in INVERSE.models
            for name in INVERSE_MADE
        ],
        f"{INVERSE_DIR}/section.json",
        *[f"{INVERSE_DIR}/figures/{name}.png" for name in INVERSE_FIGURES],
    ]


localrules:
    steel_inverse_likelihood,
    steel_inverse_section,


rule steel_inverse_grid:
    """Generate chips on a grid of conditions, and measure them."""
    input:
        measures=INVERSE_MEASURES,
        codes=f"{STEEL_DIR}/codes/{{code_model}}/all/weights.safetensors",
        prior=f"{STEEL_DIR}/prior/{{code_model}}/all/process/weights.safetensors",
    output:
        f"{INVERSE_DIR}/{{code_model}}/grid.parquet",
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
        options=options(INVERSE),
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
        " --threads {threads}"
        " --device {resources.device}"


rule steel_inverse_wish:
    """Generate chips for wanted morphology, and compare them with the wish."""
    input:
        measures=INVERSE_MEASURES,
        grid=f"{INVERSE_DIR}/{{code_model}}/grid.parquet",
        codes=f"{STEEL_DIR}/codes/{{code_model}}/all/weights.safetensors",
        prior=f"{STEEL_DIR}/prior/{{code_model}}/all/properties/weights.safetensors",
    output:
        f"{INVERSE_DIR}/{{code_model}}/wishes.parquet",
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
        options=options(INVERSE),
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
        " --threads {threads}"
        " --device {resources.device}"


rule steel_inverse_likelihood:
    """Fit the likelihoods of measured morphology, given the conditions."""
    input:
        measures=INVERSE_MEASURES,
        chips=INVERSE_CHIPS,
        grid=f"{INVERSE_DIR}/{{code_model}}/grid.parquet",
    output:
        f"{INVERSE_DIR}/{{code_model}}/likelihood.safetensors",
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
        measures=INVERSE_MEASURES,
        chips=INVERSE_CHIPS,
        likelihood=f"{INVERSE_DIR}/{{code_model}}/likelihood.safetensors",
    output:
        tested=f"{INVERSE_DIR}/{{code_model}}/tested.parquet",
        densities=f"{INVERSE_DIR}/{{code_model}}/densities.parquet",
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
        options=options(INVERSE),
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
        measures=INVERSE_MEASURES,
        wishes=INVERSE_TABLES["wishes"].values(),
        tested=INVERSE_TABLES["tested"].values(),
        densities=INVERSE_TABLES["densities"].values(),
    output:
        section=f"{INVERSE_DIR}/section.json",
        figures=[
            report(
                f"{INVERSE_DIR}/figures/{name}.png",
                caption=caption("steel", "inverse", name),
                category="Steel",
            )
            for name in INVERSE_FIGURES
        ],
    log:
        f"{STEEL_DIR}/logs/inverse/section.log",
    benchmark:
        f"{STEEL_DIR}/benchmarks/inverse/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        wishes=named(INVERSE_TABLES["wishes"]),
        tested=named(INVERSE_TABLES["tested"]),
        densities=named(INVERSE_TABLES["densities"]),
        figures=figure_folder,
        options=options(INVERSE),
        measuring=options(STEEL.measuring),
        simulated="--simulated" if STEEL.images.simulates else "",
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
        " {params.simulated}"
        " --seed {params.seed}"
