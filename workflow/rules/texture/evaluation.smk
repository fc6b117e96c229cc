# Evaluation: round trips, posteriors and their calibration, and what active learning saves.
# Needs: of the chapter loop, the files of every loop; textures and parameters of the test set.
# Makes, in results/RUN/texture/evaluation: ARM/startN/{trips,ranks}.parquet, verified.parquet (not
# where texture.plasticity.source is table), posteriors.zarr, curves.parquet, efficiency.parquet,
# section.json, figures/*

EVALUATION_DIR = f"{TEXTURE_DIR}/evaluation"
EVALUATION_RUN = f"{EVALUATION_DIR}/{{arm}}/start{{start}}"
EVALUATION_TRIPS = {
    name: f"{EVALUATION_DIR}/{name}/trips.parquet" for name in LOOP_FOLDERS
}
EVALUATION_RANKS = {
    name: f"{EVALUATION_DIR}/{name}/ranks.parquet" for name in LOOP_FOLDERS
}
# the forward model that judges all arms, where there is one
EVALUATION_JUDGE = [
    f"{LOOP_FOLDERS[name]}/{FILES['process']}"
    for name in ["full/start0"]
    if name in LOOP_FOLDERS
]
# flows by arm, of the first start: of all, and of those whose draws the ground truth checks
EVALUATION_FLOWS = {
    arm: f"{LOOP_FOLDERS[f'{arm}/start0']}/{FILES['flow']}" for arm in TEXTURE.loop.arms
}
EVALUATION_CHECKED = {arm: EVALUATION_FLOWS[arm] for arm in ["active", "random"]}
EVALUATION_CHECKED_GPS = {
    arm: f"{LOOP_FOLDERS[f'{arm}/start0']}/{FILES['process']}"
    for arm in EVALUATION_CHECKED
}
# a table that is filled elsewhere cannot be asked for what flows draw
EVALUATION_VERIFIED = [f"{EVALUATION_DIR}/verified.parquet"]
if TEXTURE.plasticity.source == "table":
    EVALUATION_VERIFIED = []
EVALUATION_FIGURES = [
    "likelihood",
    "errors",
    "factors",
    "trips",
    "arms",
    "posteriors",
    "calibration",
]
MADE["texture"]["evaluation"] = [
    *EVALUATION_TRIPS.values(),
    *EVALUATION_RANKS.values(),
    *EVALUATION_VERIFIED,
    f"{EVALUATION_DIR}/posteriors.zarr",
    f"{EVALUATION_DIR}/curves.parquet",
    f"{EVALUATION_DIR}/efficiency.parquet",
    f"{EVALUATION_DIR}/section.json",
    *drawn(f"{EVALUATION_DIR}/figures", EVALUATION_FIGURES),
]


localrules:
    texture_evaluation_section,


rule texture_evaluation_trips:
    """Make round trips of test textures and of observed candidates; rank the truth."""
    input:
        flow=f"{LOOP_RUN}/{FILES['flow']}",
        gp=f"{LOOP_RUN}/{FILES['process']}",
        judge=EVALUATION_JUDGE,
        observed=f"{LOOP_RUN}/{FILES['observed']}",
        textures=TEXTURES_STORES["test"],
        parameters=PLASTICITY_PARAMETERS["test"],
    output:
        trips=f"{EVALUATION_RUN}/trips.parquet",
        ranks=f"{EVALUATION_RUN}/ranks.parquet",
    log:
        f"{TEXTURE_DIR}/logs/evaluation/{{arm}}/start{{start}}/trips.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/evaluation/{{arm}}/start{{start}}/trips.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=480,
        gpu=1,
        device=CONFIG.device,
    params:
        training=lambda wildcards: f"{wildcards.arm}/start{wildcards.start}",
        judge=flags({"judge": EVALUATION_JUDGE and EVALUATION_JUDGE[0]}),
        options=options(TEXTURE.evaluation.of_trips),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} texture evaluation trips"
        " --training {params.training:q}"
        " --flow {input.flow:q}"
        " --gp {input.gp:q}"
        " {params.judge:q}"
        " --observed {input.observed:q}"
        " --textures {input.textures:q}"
        " --parameters {input.parameters:q}"
        " --trips {output.trips:q}"
        " --ranks {output.ranks:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule texture_evaluation_verify:
    """Check round trips of test textures with the ground truth, and how near it can get."""
    input:
        flows=EVALUATION_CHECKED.values(),
        gps=EVALUATION_CHECKED_GPS.values(),
        textures=TEXTURES_STORES["test"],
        parameters=PLASTICITY_PARAMETERS["test"],
        files=PLASTICITY_FILES,
    output:
        f"{EVALUATION_DIR}/verified.parquet",
    log:
        f"{TEXTURE_DIR}/logs/evaluation/verify.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/evaluation/verify.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=240,
        gpu=1,
        device=CONFIG.device,
    params:
        flows=named(EVALUATION_CHECKED),
        gps=named(EVALUATION_CHECKED_GPS),
        options=options(TEXTURE.evaluation.of_checks),
        truth=TEXTURE.plasticity.truth.model_dump_json(),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} texture evaluation verify"
        " --flows {params.flows:q}"
        " --gps {params.gps:q}"
        " --textures {input.textures:q}"
        " --parameters {input.parameters:q}"
        " --verified {output:q}"
        " --options {params.options:q}"
        " --truth {params.truth:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule texture_evaluation_draw_posteriors:
    """Draw textures of every arm for three test textures, chosen by a rule."""
    input:
        trips=EVALUATION_TRIPS["active/start0"],
        flows=EVALUATION_FLOWS.values(),
        textures=TEXTURES_STORES["test"],
    output:
        directory(f"{EVALUATION_DIR}/posteriors.zarr"),
    log:
        f"{TEXTURE_DIR}/logs/evaluation/draw_posteriors.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/evaluation/draw_posteriors.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        flows=named(EVALUATION_FLOWS),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} texture evaluation draw-posteriors"
        " --trips {input.trips:q}"
        " --flows {params.flows:q}"
        " --textures {input.textures:q}"
        " --posteriors {output:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule texture_evaluation_compare:
    """Collect the curves of all loops; count what active arms save."""
    input:
        histories=LOOP_HISTORIES.values(),
        seconds=LOOP_SECONDS.values(),
        drawn=[f"{folder}/{FILES['trips']}" for folder in LOOP_FOLDERS.values()],
        parameters=PLASTICITY_PARAMETERS["test"],
        judge=EVALUATION_JUDGE,
    output:
        curves=f"{EVALUATION_DIR}/curves.parquet",
        efficiency=f"{EVALUATION_DIR}/efficiency.parquet",
    log:
        f"{TEXTURE_DIR}/logs/evaluation/compare.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/evaluation/compare.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=480,
        gpu=1,
        device=CONFIG.device,
    params:
        histories=named(LOOP_HISTORIES),
        seconds=named(LOOP_SECONDS),
        drawn=named(
            {
                name: f"{folder}/{FILES['trips']}"
                for name, folder in LOOP_FOLDERS.items()
            }
        ),
        judge=flags({"judge": EVALUATION_JUDGE and EVALUATION_JUDGE[0]}),
        options=options(TEXTURE.evaluation.of_comparison),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} texture evaluation compare"
        " --histories {params.histories:q}"
        " --seconds {params.seconds:q}"
        " --drawn {params.drawn:q}"
        " --parameters {input.parameters:q}"
        " {params.judge:q}"
        " --curves {output.curves:q}"
        " --efficiency {output.efficiency:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule texture_evaluation_section:
    """Write the report's section about the comparison of arms; draw its figures."""
    input:
        trips=EVALUATION_TRIPS.values(),
        ranks=EVALUATION_RANKS.values(),
        verified=EVALUATION_VERIFIED,
        posteriors=f"{EVALUATION_DIR}/posteriors.zarr",
        curves=f"{EVALUATION_DIR}/curves.parquet",
        efficiency=f"{EVALUATION_DIR}/efficiency.parquet",
        pool=TEXTURES_TABLES["pool"],
    output:
        section=f"{EVALUATION_DIR}/section.json",
        figures=[
            report(
                f"{EVALUATION_DIR}/figures/{name}.png",
                caption=caption("texture", "evaluation", name),
                category="Texture",
                labels=labelled("evaluation", name),
            )
            for name in EVALUATION_FIGURES
        ],
        vectors=drawings(f"{EVALUATION_DIR}/figures", EVALUATION_FIGURES),
    log:
        f"{TEXTURE_DIR}/logs/evaluation/section.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/evaluation/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        trips=named(EVALUATION_TRIPS),
        ranks=named(EVALUATION_RANKS),
        verified=flags({"verified": EVALUATION_VERIFIED and EVALUATION_VERIFIED[0]}),
        figures=figure_folder,
        options=options(TEXTURE.evaluation.of_section),
    shell:
        "pspflow --log {log:q} texture evaluation section"
        " --trips {params.trips:q}"
        " --ranks {params.ranks:q}"
        " {params.verified:q}"
        " --posteriors {input.posteriors:q}"
        " --curves {input.curves:q}"
        " --efficiency {input.efficiency:q}"
        " --pool {input.pool:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
