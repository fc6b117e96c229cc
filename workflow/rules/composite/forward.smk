# Forward prediction: the stiffness of structures by networks and by baselines, and how accurate.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# stiffness.parquet and splits.parquet of set `all`; of the chapter networks, predictions.parquet of
# the networks that predict, latents.parquet of autoencoders.
# Makes, in results/RUN/composite/forward: baselines/TARGET/runN.parquet, accuracy.parquet,
# section.json, figures/{parity,errors,latent}.*

FORWARD_DIR = f"{COMPOSITE_DIR}/forward"
FORWARD_FIGURES = ["parity", "errors", "latent"]
# predictions of networks by TARGET/NETWORK/runN, of baselines by TARGET/runN, and latents by network
FORWARD_PREDICTIONS = {
    f"{target}/{network}/run{run}": f"{NETWORKS_FOLDERS[name, target, network, run]}/predictions.parquet"
    for name, target, network, run in NETWORKS_PREDICTED
}
FORWARD_BASELINES = {
    f"{target}/run{run}": f"{FORWARD_DIR}/baselines/{target}/run{run}.parquet"
    for target in COMPOSITE.forward.models.model_dump()
    for run in NETWORKS_FORWARD_RUNS
}
FORWARD_LATENTS = {
    each[2]: f"{NETWORKS_FOLDERS[each]}/latents.parquet" for each in NETWORKS_DECODING
}
# the figures show what is predicted of C11 in the first run
FORWARD_DRAWN_PREDICTIONS = {
    name: FORWARD_PREDICTIONS[name]
    for name in expand("c11/{network}/run0", network=COMPOSITE.forward.models.c11)
}
FORWARD_DRAWN_BASELINES = {"c11/run0": FORWARD_BASELINES["c11/run0"]}
MADE["composite"]["forward"] = [
    *FORWARD_BASELINES.values(),
    f"{FORWARD_DIR}/accuracy.parquet",
    *drawn(f"{FORWARD_DIR}/figures", FORWARD_FIGURES),
    f"{FORWARD_DIR}/section.json",
]


rule composite_forward_baselines:
    """Predict stiffness from averages, volume fractions, two-point statistics and latents."""
    input:
        structures=f"{STRUCTURES_DIR}/all/structures.zarr",
        table=f"{STRUCTURES_DIR}/all/structures.parquet",
        phases=f"{STRUCTURES_DIR}/all/phases.parquet",
        stiffness=f"{STRUCTURES_DIR}/all/stiffness.parquet",
        splits=f"{STRUCTURES_DIR}/all/splits.parquet",
        latents=expand(
            f"{NETWORKS_DIR}/all/none/{{network}}/run{{{{run}}}}/latents.parquet",
            network=COMPOSITE.forward.autoencoders,
        ),
    output:
        f"{FORWARD_DIR}/baselines/{{target}}/run{{run}}.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/forward/baselines/{{target}}/run{{run}}.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/forward/baselines/{{target}}/run{{run}}.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
    params:
        latents=lambda wildcards, input: named(
            dict(zip(COMPOSITE.forward.autoencoders, input.latents))
        ),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite forward baselines"
        " --target {wildcards.target:q}"
        " --run {wildcards.run:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --latents {params.latents:q}"
        " --predictions {output:q}"
        " --seed {params.seed}"


rule composite_forward_accuracy:
    """Measure the errors of networks and baselines on test structures."""
    input:
        predictions=FORWARD_PREDICTIONS.values(),
        baselines=FORWARD_BASELINES.values(),
        stiffness=f"{STRUCTURES_DIR}/all/stiffness.parquet",
    output:
        f"{FORWARD_DIR}/accuracy.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/forward/accuracy.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/forward/accuracy.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        predictions=named(FORWARD_PREDICTIONS),
        baselines=named(FORWARD_BASELINES),
    shell:
        "pspflow --log {log:q} composite forward accuracy"
        " --predictions {params.predictions:q}"
        " --baselines {params.baselines:q}"
        " --stiffness {input.stiffness:q}"
        " --accuracy {output:q}"


rule composite_forward_section:
    """Write the report's section about forward prediction; draw errors and latent spaces of C11."""
    input:
        structures=f"{STRUCTURES_DIR}/all/structures.zarr",
        predictions=FORWARD_DRAWN_PREDICTIONS.values(),
        baselines=FORWARD_DRAWN_BASELINES.values(),
        latents=FORWARD_LATENTS.values(),
        stiffness=f"{STRUCTURES_DIR}/all/stiffness.parquet",
        accuracy=f"{FORWARD_DIR}/accuracy.parquet",
    output:
        section=f"{FORWARD_DIR}/section.json",
        figures=[
            report(
                f"{FORWARD_DIR}/figures/{name}.png",
                caption=caption("composite", "forward", name),
                category="Composite",
                labels=labelled("forward", name),
            )
            for name in FORWARD_FIGURES
        ],
        vectors=drawings(f"{FORWARD_DIR}/figures", FORWARD_FIGURES),
    log:
        f"{COMPOSITE_DIR}/logs/forward/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/forward/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(4000),
        runtime=30,
    params:
        predictions=named(FORWARD_DRAWN_PREDICTIONS),
        baselines=named(FORWARD_DRAWN_BASELINES),
        latents=named(FORWARD_LATENTS),
        figures=figure_folder,
        material=(
            "--papers-material"
            if COMPOSITE.structures.papers_material
            else "--no-papers-material"
        ),
    shell:
        "pspflow --log {log:q} composite forward section"
        " --structures {input.structures:q}"
        " --predictions {params.predictions:q}"
        " --baselines {params.baselines:q}"
        " --latents {params.latents:q}"
        " --stiffness {input.stiffness:q}"
        " --accuracy {input.accuracy:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " {params.material:q}"
