# Trials: trainings in which one thing varies, beside the main ones.
# Needs: the chapter structures; of the chapter networks, weights.safetensors and history.parquet of
# the trials that are among the main trainings.
# Makes, in results/RUN/composite/trials: VARIED-VALUE/NETWORK/runN/* (where it is trained here,
# weights.safetensors and history.parquet), measures/SET/runN.parquet, trials.parquet,
# figures/*, section.json

import re

TRIALS_DIR = f"{COMPOSITE_DIR}/trials"
TRIALS = {each.name: each for each in COMPOSITE.all_trials}
# the folder of each trial's weights: its own, or that of a main training
TRIALS_FOLDERS = {
    name: (
        f"{NETWORKS_DIR}/{each.set}/c11/{each.network}/run{each.run}"
        if each.main
        else f"{TRIALS_DIR}/{name}"
    )
    for name, each in TRIALS.items()
}
# those of one set and split are measured in one job, which reads the structures once
TRIALS_TOGETHER = {}
for name, each in TRIALS.items():
    TRIALS_TOGETHER.setdefault((each.set, str(each.run)), []).append(name)
TRIALS_MEASURES = {
    f"{kind}/run{run}": f"{TRIALS_DIR}/measures/{kind}/run{run}.parquet"
    for kind, run in TRIALS_TOGETHER
}
# of VGG19, if any trial's network compares styles
TRIALS_STYLE = sorted(
    {
        NETWORKS_STYLES[each.network]
        for each in TRIALS.values()
        if each.network in NETWORKS_STYLES
    }
)
TRIALS_FIGURES = [
    kind
    for kind in ("structures", "latent", "components", "spread")
    if any(each.varied == kind for each in TRIALS.values())
]
if TRIALS:
    MADE["composite"]["trials"] = [
        *[f"{folder}/weights.safetensors" for folder in TRIALS_FOLDERS.values()],
        *TRIALS_MEASURES.values(),
        f"{TRIALS_DIR}/trials.parquet",
        *drawn(f"{TRIALS_DIR}/figures", TRIALS_FIGURES),
        f"{TRIALS_DIR}/section.json",
    ]


wildcard_constraints:
    trial="|".join(map(re.escape, TRIALS)) or "none",


localrules:
    composite_trials_gather,
    composite_trials_section,


rule composite_trials_train:
    """Train the network of a trial by the stage that trains the main ones."""
    input:
        structures=lambda wildcards: f"{STRUCTURES_FOLDERS[TRIALS[wildcards.trial].set]}/structures.zarr",
        phases=lambda wildcards: f"{STRUCTURES_FOLDERS[TRIALS[wildcards.trial].set]}/phases.parquet",
        stiffness=lambda wildcards: f"{STRUCTURES_FOLDERS[TRIALS[wildcards.trial].set]}/stiffness.parquet",
        splits=lambda wildcards: STRUCTURES_SPLITS[TRIALS[wildcards.trial].set],
        style=lambda wildcards: NETWORKS_STYLES.get(TRIALS[wildcards.trial].network, []),
    output:
        weights=f"{TRIALS_DIR}/{{trial}}/weights.safetensors",
        history=f"{TRIALS_DIR}/{{trial}}/history.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/trials/{{trial}}/train.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/trials/{{trial}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=360,
        gpu=1,
        device=CONFIG.device,
    params:
        network=lambda wildcards: TRIALS[wildcards.trial].network,
        name=lambda wildcards: TRIALS[wildcards.trial].set,
        run=lambda wildcards: TRIALS[wildcards.trial].run,
        style=lambda wildcards: flags(
            {"style-weights": NETWORKS_STYLES.get(TRIALS[wildcards.trial].network)}
        ),
        options=lambda wildcards: options(TRIALS[wildcards.trial].options),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite networks train"
        " --network {params.network:q}"
        " --name {params.name:q}"
        " --target c11"
        " --run {params.run:q}"
        " --structures {input.structures:q}"
        " --phases {input.phases:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " {params.style:q}"
        " --weights {output.weights:q}"
        " --history {output.history:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_trials_measure:
    """Measure the networks of the trials of one set and split on its structures."""
    input:
        weights=lambda wildcards: [
            f"{TRIALS_FOLDERS[name]}/weights.safetensors"
            for name in TRIALS_TOGETHER[wildcards.set, wildcards.run]
        ],
        histories=lambda wildcards: [
            f"{TRIALS_FOLDERS[name]}/history.parquet"
            for name in TRIALS_TOGETHER[wildcards.set, wildcards.run]
        ],
        structures=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.zarr",
        table=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.parquet",
        stiffness=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/stiffness.parquet",
        splits=lambda wildcards: STRUCTURES_SPLITS[wildcards.set],
        style=TRIALS_STYLE,
    output:
        f"{TRIALS_DIR}/measures/{{set}}/run{{run}}.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/trials/measures/{{set}}/run{{run}}.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/trials/measures/{{set}}/run{{run}}.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=360,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards, input: named(
            dict(
                zip(
                    TRIALS_TOGETHER[wildcards.set, wildcards.run],
                    input.weights,
                    strict=True,
                )
            )
        ),
        histories=lambda wildcards, input: named(
            dict(
                zip(
                    TRIALS_TOGETHER[wildcards.set, wildcards.run],
                    input.histories,
                    strict=True,
                )
            )
        ),
        style=flags({"style-weights": "".join(TRIALS_STYLE)}),
        designs=COMPOSITE.trials.designs,
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite trials measure"
        " --weights {params.weights:q}"
        " --histories {params.histories:q}"
        " --run {wildcards.run:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " {params.style:q}"
        " --measures {output:q}"
        " --designs {params.designs:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_trials_gather:
    """Gather what is measured of all trials."""
    input:
        TRIALS_MEASURES.values(),
    output:
        f"{TRIALS_DIR}/trials.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/trials/gather.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/trials/gather.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        measures=named(TRIALS_MEASURES),
    shell:
        "pspflow --log {log:q} composite trials gather"
        " --measures {params.measures:q}"
        " --trials {output:q}"


rule composite_trials_section:
    """Write the report's section about the trials; draw the learning curve and the sweeps."""
    input:
        trials=f"{TRIALS_DIR}/trials.parquet",
        structures=f"{STRUCTURES_DIR}/all/structures.zarr",
    output:
        section=f"{TRIALS_DIR}/section.json",
        figures=[
            report(
                f"{TRIALS_DIR}/figures/{name}.png",
                caption=caption("composite", "trials", name),
                category="Composite",
                labels=labelled("trials", name),
            )
            for name in TRIALS_FIGURES
        ],
        vectors=drawings(f"{TRIALS_DIR}/figures", TRIALS_FIGURES),
    log:
        f"{COMPOSITE_DIR}/logs/trials/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/trials/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        figures=figure_folder,
        options=options(COMPOSITE.trials),
        networks=options(COMPOSITE.networks),
        material=(
            "--papers-material"
            if COMPOSITE.structures.papers_material
            else "--no-papers-material"
        ),
    shell:
        "pspflow --log {log:q} composite trials section"
        " --trials {input.trials:q}"
        " --structures {input.structures:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " --networks {params.networks:q}"
        " {params.material:q}"
