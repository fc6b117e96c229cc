# Networks: autoencoders with and without regression, and regression alone.
# Needs: the chapter structures; the networks that the chapters forward, inverse and
# families name.
# Makes, in results/RUN/composite/networks: SET/TARGET/NETWORK/runN/* (weights.safetensors,
# history.parquet and, where they are used, predictions.parquet and latents.parquet),
# reconstructions.parquet, reconstructions.zarr, ablation/structures.zarr,
# ablation/mismatch.parquet, figures/*, section.json

from pspflow.studies.composite.inverse.options import DESIGNER, GUIDE, LARGE
from pspflow.studies.composite.networks.recipes import RECIPES

NETWORKS_DIR = f"{COMPOSITE_DIR}/networks"
NETWORKS_RUN = f"{NETWORKS_DIR}/{{set}}/{{target}}/{{network}}/run{{run}}"
NETWORKS_RUNS = range(COMPOSITE.structures.split.runs)
# of those that predict, and of those that design for each target
NETWORKS_FORWARD_RUNS = NETWORKS_RUNS[: COMPOSITE.forward.runs]
NETWORKS_DESIGN_RUNS = {
    "c11": NETWORKS_RUNS,
    "normal": NETWORKS_RUNS[: COMPOSITE.inverse.vector_runs],
}
NETWORKS_STYLE = COMPOSITE.networks.style_weights
NETWORKS_FIGURES = ["reconstructions", "slice_ablation"]
# set, target, network and run of every prediction, of every table of latents and of every training
NETWORKS_PREDICTED = [
    ("all", target, network, run)
    for target, networks in COMPOSITE.forward.models.model_dump().items()
    for network in networks
    for run in NETWORKS_FORWARD_RUNS
]
# places of the predictions of a run, by TARGET/NETWORK
NETWORKS_PREDICTIONS = {
    f"{target}/{network}": f"{NETWORKS_DIR}/{name}/{target}/{network}/run{{run}}"
    for name, target, network, run in NETWORKS_PREDICTED
}
NETWORKS_DESIGNERS = [
    (COMPOSITE.structures.design_set, target, network, run)
    for target, networks in COMPOSITE.inverse.models.model_dump().items()
    for network in networks
    for run in NETWORKS_DESIGN_RUNS[target]
]
# those that design for the region that is held out, where there is one
NETWORKS_HELD_OUT = [
    ("held_out", target, DESIGNER, run)
    for target in COMPOSITE.inverse.models.model_dump()
    for run in NETWORKS_DESIGN_RUNS[target]
    if COMPOSITE.design.held_out
]
# the same at the paper's size, where that set is made; and the network that guides annealing
if LARGE in COMPOSITE.structures.sets:
    NETWORKS_DESIGNERS += [
        (LARGE, "c11", network, run)
        for network in COMPOSITE.inverse.large_pair.models
        for run in range(COMPOSITE.inverse.large_pair.runs)
    ]
NETWORKS_GUIDE = (COMPOSITE.structures.design_set, "c11", GUIDE, 0)
NETWORKS_SEARCHED = [
    (COMPOSITE.structures.design_set, "c11", network, 0)
    for network in COMPOSITE.inverse.searched
]
NETWORKS_PLAIN = [
    ("all", "none", network, run)
    for network in COMPOSITE.forward.autoencoders
    for run in NETWORKS_FORWARD_RUNS
]
# the autoencoders of the first run: the plain ones, and those that learn C11 along
NETWORKS_DECODING = [each for each in NETWORKS_PLAIN if each[-1] == 0] + [
    ("all", "c11", network, 0)
    for network in COMPOSITE.forward.models.c11
    if RECIPES[network].autoencoder
]
NETWORKS_ENCODED = {
    *NETWORKS_PLAIN,
    *NETWORKS_DECODING,
    *NETWORKS_SEARCHED,
}
# the networks of the chapter families, trained on each family and on set `all`
NETWORKS_FAMILIES = [
    (name, "c11", network, run)
    for name in COMPOSITE.families_compared
    for network in COMPOSITE.families.networks
    for run in NETWORKS_RUNS[: COMPOSITE.families.runs]
]
NETWORKS_TRAINED = sorted(
    {
        *NETWORKS_PLAIN,
        *NETWORKS_PREDICTED,
        *NETWORKS_DESIGNERS,
        *NETWORKS_HELD_OUT,
        *NETWORKS_FAMILIES,
        NETWORKS_GUIDE,
    }
)
# name and folder of each training, SET/TARGET/NETWORK/runN
NETWORKS_NAMES = {
    each: "{}/{}/{}/run{}".format(*each)
    for each in (*NETWORKS_TRAINED, *NETWORKS_ENCODED)
}
NETWORKS_FOLDERS = {
    each: f"{NETWORKS_DIR}/{name}" for each, name in NETWORKS_NAMES.items()
}
NETWORKS_HISTORIES = {
    NETWORKS_NAMES[each]: f"{NETWORKS_FOLDERS[each]}/history.parquet"
    for each in NETWORKS_TRAINED
}
NETWORKS_DECODERS = {
    each[2]: f"{NETWORKS_FOLDERS[each]}/weights.safetensors"
    for each in NETWORKS_DECODING
}
# the file of style weights, if one is named, of each network that uses it
NETWORKS_STYLES = {
    network: str(NETWORKS_STYLE)
    for network, recipe in RECIPES.items()
    if NETWORKS_STYLE and recipe.style
}
# the number of training structures, where the configuration knows it
NETWORKS_TRAINING = str(COMPOSITE.structures.training_structures() or "")
NETWORKS_FILES = ["reconstructions.parquet", "reconstructions.zarr", "section.json"]
NETWORKS_FILES += ["ablation/structures.zarr", "ablation/mismatch.parquet"]
NETWORKS_FILES += drawn("figures", NETWORKS_FIGURES)
MADE["composite"]["networks"] = [
    *[f"{NETWORKS_FOLDERS[each]}/weights.safetensors" for each in NETWORKS_TRAINED],
    *NETWORKS_HISTORIES.values(),
    *[f"{NETWORKS_FOLDERS[each]}/predictions.parquet" for each in NETWORKS_PREDICTED],
    *[f"{NETWORKS_FOLDERS[each]}/latents.parquet" for each in NETWORKS_ENCODED],
    *[f"{NETWORKS_DIR}/{file}" for file in NETWORKS_FILES],
]


wildcard_constraints:
    target="c11|normal|none",
    network="|".join(RECIPES),
    run=r"\d+",


localrules:
    composite_networks_section,


rule composite_networks_train:
    """Train a network, whichever it is, until its validation loss stops falling."""
    input:
        structures=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.zarr",
        phases=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/phases.parquet",
        stiffness=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/stiffness.parquet",
        splits=lambda wildcards: STRUCTURES_SPLITS[wildcards.set],
        style=lambda wildcards: NETWORKS_STYLES.get(wildcards.network, []),
    output:
        weights=f"{NETWORKS_RUN}/weights.safetensors",
        history=f"{NETWORKS_RUN}/history.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/networks/{{set}}/{{target}}/{{network}}/run{{run}}/train.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/networks/{{set}}/{{target}}/{{network}}/run{{run}}/train.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=360,
        gpu=1,
        device=CONFIG.device,
    params:
        target=lambda wildcards: flags(
            {"target": None if wildcards.target == "none" else wildcards.target}
        ),
        style=lambda wildcards: flags(
            {"style-weights": NETWORKS_STYLES.get(wildcards.network)}
        ),
        options=lambda wildcards: options(
            COMPOSITE.networks.trained(wildcards.network, wildcards.set)
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite networks train"
        " --network {wildcards.network:q}"
        " --name {wildcards.set:q}"
        " {params.target:q}"
        " --run {wildcards.run:q}"
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


rule composite_networks_predict:
    """Predict the properties of every structure by the trained networks of one split."""
    input:
        weights=[
            f"{place}/weights.safetensors" for place in NETWORKS_PREDICTIONS.values()
        ],
        structures=f"{STRUCTURES_DIR}/all/structures.zarr",
        splits=f"{STRUCTURES_DIR}/all/splits.parquet",
    output:
        [f"{place}/predictions.parquet" for place in NETWORKS_PREDICTIONS.values()],
    log:
        f"{COMPOSITE_DIR}/logs/networks/run{{run}}/predict.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/networks/run{{run}}/predict.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards, input: named(
            dict(zip(NETWORKS_PREDICTIONS, input.weights, strict=True))
        ),
        predictions=lambda wildcards, output: named(
            dict(zip(NETWORKS_PREDICTIONS, output, strict=True))
        ),
    shell:
        "pspflow --log {log:q} composite networks predict"
        " --weights {params.weights:q}"
        " --run {wildcards.run:q}"
        " --structures {input.structures:q}"
        " --splits {input.splits:q}"
        " --predictions {params.predictions:q}"
        " --device {resources.device:q}"


rule composite_networks_encode:
    """Encode every structure by a trained autoencoder."""
    input:
        weights=f"{NETWORKS_RUN}/weights.safetensors",
        structures=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.zarr",
        splits=lambda wildcards: STRUCTURES_SPLITS[wildcards.set],
    output:
        f"{NETWORKS_RUN}/latents.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/networks/{{set}}/{{target}}/{{network}}/run{{run}}/encode.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/networks/{{set}}/{{target}}/{{network}}/run{{run}}/encode.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    shell:
        "pspflow --log {log:q} composite networks encode"
        " --weights {input.weights:q}"
        " --run {wildcards.run:q}"
        " --structures {input.structures:q}"
        " --splits {input.splits:q}"
        " --latents {output:q}"
        " --device {resources.device:q}"


rule composite_networks_reconstruct:
    """Decode test structures from their latents, and solve the results."""
    input:
        weights=NETWORKS_DECODERS.values(),
        structures=f"{STRUCTURES_DIR}/all/structures.zarr",
        table=f"{STRUCTURES_DIR}/all/structures.parquet",
        phases=f"{STRUCTURES_DIR}/all/phases.parquet",
        stiffness=f"{STRUCTURES_DIR}/all/stiffness.parquet",
        splits=f"{STRUCTURES_DIR}/all/splits.parquet",
    output:
        reconstructions=f"{NETWORKS_DIR}/reconstructions.parquet",
        reconstructed=directory(f"{NETWORKS_DIR}/reconstructions.zarr"),
    log:
        f"{COMPOSITE_DIR}/logs/networks/reconstruct.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/networks/reconstruct.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=named(NETWORKS_DECODERS),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite networks reconstruct"
        " --weights {params.weights:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --reconstructions {output.reconstructions:q}"
        " --reconstructed {output.reconstructed:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_networks_ablate:
    """Rebuild structures by the style loss of slices along x alone, and along all axes."""
    input:
        structures=f"{STRUCTURES_DIR}/{COMPOSITE.structures.design_set}/structures.zarr",
        table=f"{STRUCTURES_DIR}/{COMPOSITE.structures.design_set}/structures.parquet",
        style=[str(NETWORKS_STYLE)] if NETWORKS_STYLE else [],
    output:
        rebuilt=directory(f"{NETWORKS_DIR}/ablation/structures.zarr"),
        mismatch=f"{NETWORKS_DIR}/ablation/mismatch.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/networks/ablate.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/networks/ablate.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(16000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        style=flags({"style-weights": str(NETWORKS_STYLE) if NETWORKS_STYLE else None}),
        options=options(COMPOSITE.networks.ablation),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite networks ablate"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " {params.style:q}"
        " --rebuilt {output.rebuilt:q}"
        " --mismatch {output.mismatch:q}"
        " --options {params.options:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_networks_section:
    """Write the report's section about the networks; draw reconstructions and the slices."""
    input:
        histories=NETWORKS_HISTORIES.values(),
        reconstructions=f"{NETWORKS_DIR}/reconstructions.parquet",
        reconstructed=f"{NETWORKS_DIR}/reconstructions.zarr",
        mismatch=f"{NETWORKS_DIR}/ablation/mismatch.parquet",
        rebuilt=f"{NETWORKS_DIR}/ablation/structures.zarr",
    output:
        section=f"{NETWORKS_DIR}/section.json",
        figures=[
            report(
                f"{NETWORKS_DIR}/figures/{name}.png",
                caption=caption("composite", "networks", name),
                category="Composite",
                labels=labelled("networks", name),
            )
            for name in NETWORKS_FIGURES
        ],
        vectors=drawings(f"{NETWORKS_DIR}/figures", NETWORKS_FIGURES),
    log:
        f"{COMPOSITE_DIR}/logs/networks/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/networks/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        histories=named(NETWORKS_HISTORIES),
        figures=figure_folder,
        options=options(COMPOSITE.networks),
        training=flags({"training-structures": NETWORKS_TRAINING}),
    shell:
        "pspflow --log {log:q} composite networks section"
        " --histories {params.histories:q}"
        " --reconstructions {input.reconstructions:q}"
        " --reconstructed {input.reconstructed:q}"
        " --mismatch {input.mismatch:q}"
        " --rebuilt {input.rebuilt:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.training:q}"
