# Design: textures for wanted anisotropy, checked by the ground truth beside retrieval.
# Needs: of the chapter textures, textures.zarr of the pool and textures.parquet of the test set; of
# the chapter plasticity, parameters.parquet of the test set; of the chapter loop, gp.safetensors,
# flow.safetensors and observed.parquet of the first start of the active arm.
# Makes, in results/RUN/texture/design: targets.parquet, designs.parquet, designs.zarr,
# orientations/TARGET_RANK.txt, section.json, figures/*

DESIGN_DIR = f"{TEXTURE_DIR}/design"
DESIGN = TEXTURE.design
# the models that design, and what they learned from
DESIGN_LOOP = LOOP_FOLDERS["active/start0"]
DESIGN_FIGURES = ["pole_figures", "sheets"]
# the user's table of wanted anisotropy
DESIGN_FILES = []
if DESIGN.targets is not None:
    DESIGN_FILES = [watched(DESIGN.targets, "texture.design.targets")]
MADE["texture"]["design"] = [
    *[f"{DESIGN_DIR}/{name}" for name in ["targets.parquet", "designs.parquet"]],
    f"{DESIGN_DIR}/designs.zarr",
    f"{DESIGN_DIR}/orientations",
    f"{DESIGN_DIR}/section.json",
    *drawn(f"{DESIGN_DIR}/figures", DESIGN_FIGURES),
]


localrules:
    texture_design_section,


rule texture_design_propose:
    """Propose textures for wanted anisotropy, check them, and rank them beside retrieval."""
    input:
        DESIGN_FILES,
        PLASTICITY_FILES,
        pool=TEXTURES_STORES["pool"],
        process=f"{DESIGN_LOOP}/gp.safetensors",
        flow=f"{DESIGN_LOOP}/flow.safetensors",
        observed=f"{DESIGN_LOOP}/observed.parquet",
        table=TEXTURES_TABLES["test"],
        parameters=PLASTICITY_PARAMETERS["test"],
    output:
        targets=f"{DESIGN_DIR}/targets.parquet",
        designs=f"{DESIGN_DIR}/designs.parquet",
        store=directory(f"{DESIGN_DIR}/designs.zarr"),
        orientations=directory(f"{DESIGN_DIR}/orientations"),
    log:
        f"{TEXTURE_DIR}/logs/design/propose.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/design/propose.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(DESIGN),
        truth=options(TEXTURE.plasticity.truth),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} texture design propose"
        " --pool {input.pool:q}"
        " --process {input.process:q}"
        " --flow {input.flow:q}"
        " --observed {input.observed:q}"
        " --table {input.table:q}"
        " --parameters {input.parameters:q}"
        " --targets {output.targets:q}"
        " --designs {output.designs:q}"
        " --store {output.store:q}"
        " --orientations {output.orientations:q}"
        " --options {params.options:q}"
        " --truth {params.truth:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule texture_design_section:
    """Draw designs and retrieved textures, and write their section of the report."""
    input:
        targets=f"{DESIGN_DIR}/targets.parquet",
        designs=f"{DESIGN_DIR}/designs.parquet",
        store=f"{DESIGN_DIR}/designs.zarr",
    output:
        section=f"{DESIGN_DIR}/section.json",
        figures=[
            report(
                f"{DESIGN_DIR}/figures/{name}.png",
                caption=caption("texture", "design", name),
                category="Texture",
                labels=labelled("design", name),
            )
            for name in DESIGN_FIGURES
        ],
        vectors=drawings(f"{DESIGN_DIR}/figures", DESIGN_FIGURES),
    log:
        f"{TEXTURE_DIR}/logs/design/section.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/design/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        figures=figure_folder,
        options=options(DESIGN),
    shell:
        "pspflow --log {log:q} texture design section"
        " --targets {input.targets:q}"
        " --designs {input.designs:q}"
        " --store {input.store:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
