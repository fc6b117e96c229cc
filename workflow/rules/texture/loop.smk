# Loop: forward and inverse models, learned from textures that are observed one after another.
# Needs: the chapters textures and plasticity.
# Makes, in results/RUN/texture/loop: ARM/startN/* (history.parquet, seconds.parquet,
# observed.parquet, trips.zarr, gp.safetensors, flow.safetensors), figures/likelihood.*,
# section.json

from pspflow.studies.texture.loop.files import FILES
from pspflow.studies.texture.loop.options import ARM_NAMES

LOOP_DIR = f"{TEXTURE_DIR}/loop"
LOOP_RUN = f"{LOOP_DIR}/{{arm}}/start{{start}}"
# name of each loop, ARM/startN, and its folder
LOOP_FOLDERS = {
    f"{arm}/start{start}": f"{LOOP_DIR}/{arm}/start{start}"
    for arm, start in TEXTURE.loop.loops
}
LOOP_HISTORIES = {
    name: f"{folder}/{FILES['history']}" for name, folder in LOOP_FOLDERS.items()
}
LOOP_SECONDS = {
    name: f"{folder}/{FILES['seconds']}" for name, folder in LOOP_FOLDERS.items()
}
LOOP_OBSERVED = {
    name: f"{folder}/{FILES['observed']}" for name, folder in LOOP_FOLDERS.items()
}
# sets whose parameters all loops read; full reads those of the pool too
LOOP_CHECKS = ["validation", "test"]
LOOP_PARAMETERS = {name: PLASTICITY_PARAMETERS[name] for name in LOOP_CHECKS}
# a table of measurements is not watched: it grows while loops wait for it
LOOP_CLASS = [] if PLASTICITY_TABLE else PLASTICITY_FILES
LOOP_FIGURES = ["likelihood"]
MADE["texture"]["loop"] = [
    *[
        f"{folder}/{file}"
        for folder in LOOP_FOLDERS.values()
        for file in FILES.values()
    ],
    *drawn(f"{LOOP_DIR}/figures", LOOP_FIGURES),
    f"{LOOP_DIR}/section.json",
]


wildcard_constraints:
    arm="|".join(ARM_NAMES),
    start=r"\d+",


localrules:
    texture_loop_section,


rule texture_loop_run:
    """Observe textures one after another, and learn both models; a killed loop goes on."""
    input:
        textures=TEXTURES_STORES.values(),
        table=TEXTURES_TABLES["pool"],
        parameters=LOOP_PARAMETERS.values(),
        truth=LOOP_CLASS,
    output:
        history=f"{LOOP_RUN}/{FILES['history']}",
        seconds=f"{LOOP_RUN}/{FILES['seconds']}",
        observed=f"{LOOP_RUN}/{FILES['observed']}",
        trips=directory(f"{LOOP_RUN}/{FILES['trips']}"),
        process=f"{LOOP_RUN}/{FILES['process']}",
        flow=f"{LOOP_RUN}/{FILES['flow']}",
    log:
        f"{TEXTURE_DIR}/logs/loop/{{arm}}/start{{start}}.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/loop/{{arm}}/start{{start}}.tsv"
    wildcard_constraints:
        arm="|".join(arm for arm in ARM_NAMES if arm != "full"),
    retries: PLASTICITY_RETRIES
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=2880,
        gpu=1,
        device=CONFIG.device,
    params:
        textures=named(TEXTURES_STORES),
        parameters=named(LOOP_PARAMETERS),
        made=LOOP_RUN,
        options=lambda wildcards: options(TEXTURE.loop.acting(wildcards.arm)),
        truth=TEXTURE.plasticity.truth.model_dump_json(),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} texture loop run"
        " --arm {wildcards.arm:q}"
        " --start {wildcards.start:q}"
        " --textures {params.textures:q}"
        " --table {input.table:q}"
        " --parameters {params.parameters:q}"
        " --made {params.made:q}"
        " --options {params.options:q}"
        " --truth {params.truth:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule texture_loop_full:
    """Learn both models from all textures of the pool: what loops can reach, and their judge."""
    input:
        textures=TEXTURES_STORES.values(),
        table=TEXTURES_TABLES["pool"],
        parameters=PLASTICITY_PARAMETERS.values(),
    output:
        history=f"{LOOP_RUN}/{FILES['history']}",
        seconds=f"{LOOP_RUN}/{FILES['seconds']}",
        observed=f"{LOOP_RUN}/{FILES['observed']}",
        trips=directory(f"{LOOP_RUN}/{FILES['trips']}"),
        process=f"{LOOP_RUN}/{FILES['process']}",
        flow=f"{LOOP_RUN}/{FILES['flow']}",
    log:
        f"{TEXTURE_DIR}/logs/loop/{{arm}}/start{{start}}.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/loop/{{arm}}/start{{start}}.tsv"
    wildcard_constraints:
        arm="full",
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(32000),
        runtime=720,
        gpu=1,
        device=CONFIG.device,
    params:
        textures=named(TEXTURES_STORES),
        parameters=named(PLASTICITY_PARAMETERS),
        made=LOOP_RUN,
        options=options(TEXTURE.loop.acting("full")),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} texture loop full"
        " --start {wildcards.start:q}"
        " --textures {params.textures:q}"
        " --table {input.table:q}"
        " --parameters {params.parameters:q}"
        " --made {params.made:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule texture_loop_section:
    """Write the report's section about the loops; draw the likelihood over observations."""
    input:
        histories=LOOP_HISTORIES.values(),
        seconds=LOOP_SECONDS.values(),
        observed=LOOP_OBSERVED.values(),
    output:
        section=f"{LOOP_DIR}/section.json",
        figures=[
            report(
                f"{LOOP_DIR}/figures/{figure}.png",
                caption=caption("texture", "loop", figure),
                category="Texture",
                labels=labelled("loop", figure),
            )
            for figure in LOOP_FIGURES
        ],
        vectors=drawings(f"{LOOP_DIR}/figures", LOOP_FIGURES),
    log:
        f"{TEXTURE_DIR}/logs/loop/section.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/loop/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        histories=named(LOOP_HISTORIES),
        seconds=named(LOOP_SECONDS),
        observed=named(LOOP_OBSERVED),
        figures=figure_folder,
        options=options(TEXTURE.loop),
    shell:
        "pspflow --log {log:q} texture loop section"
        " --histories {params.histories:q}"
        " --seconds {params.seconds:q}"
        " --observed {params.observed:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
