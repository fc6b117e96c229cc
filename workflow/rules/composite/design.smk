# Design: structures drawn for wanted stiffness, refined with the solver in the loop, and certified.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# stiffness.parquet and splits.parquet of the set of inverse design; of the chapter networks, the
# weights of the networks of inverse design on that set and, where a region is held out, on
# set held_out.
# Makes, in results/RUN/composite/design: SET/TARGET/runN/designs.parquet,
# SET/TARGET/runN/designs.zarr, certificates.parquet, section.json, figures/errors.*; and, where a
# region is held out, held_out/splits.parquet.

DESIGNS_DIR = f"{COMPOSITE_DIR}/design"
DESIGNS = COMPOSITE.design
DESIGNS_SET = COMPOSITE.structures.design_set
DESIGNS_RUN = f"{DESIGNS_DIR}/{{set}}/{{target}}/run{{run}}"
DESIGNS_WANTED = COMPOSITE.resolved().inverse
# set, target and run of all designs, and the weights of the networks that make them, by network
DESIGNS_MADE = [
    each
    for each in NETWORKS_DESIGNERS + NETWORKS_HELD_OUT
    if each[0] in (DESIGNS_SET, "held_out")
]
DESIGNS_WEIGHTS = {
    (name, target, str(run)): {
        each[2]: f"{NETWORKS_FOLDERS[each]}/weights.safetensors"
        for each in DESIGNS_MADE
        if (each[0], each[1], each[3]) == (name, target, run)
    }
    for name, target, _, run in DESIGNS_MADE
}
DESIGNS_TABLES = {
    f"{name}/{target}/run{run}": f"{DESIGNS_DIR}/{name}/{target}/run{run}/designs.parquet"
    for name, target, run in DESIGNS_WEIGHTS
}
DESIGNS_FIRST = {
    target: f"{DESIGNS_DIR}/{DESIGNS_SET}/{target}/run0/designs"
    for target in DESIGNS_WANTED.models.model_dump()
}
MADE["composite"]["design"] = [
    *DESIGNS_TABLES.values(),
    *[path.replace(".parquet", ".zarr") for path in DESIGNS_TABLES.values()],
    f"{DESIGNS_DIR}/certificates.parquet",
    f"{DESIGNS_DIR}/section.json",
    *drawn(f"{DESIGNS_DIR}/figures", ["errors"]),
]


localrules:
    composite_design_hold_out,
    composite_design_section,


rule composite_design_hold_out:
    """Keep a region of C11 out of training and validation, in every run."""
    input:
        splits=f"{STRUCTURES_DIR}/{DESIGNS_SET}/splits.parquet",
        stiffness=f"{STRUCTURES_DIR}/{DESIGNS_SET}/stiffness.parquet",
    output:
        STRUCTURES_SPLITS["held_out"],
    log:
        f"{COMPOSITE_DIR}/logs/design/hold_out.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/design/hold_out.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        options=options(DESIGNS.region),
    shell:
        "pspflow --log {log:q} composite design hold-out"
        " --splits {input.splits:q}"
        " --stiffness {input.stiffness:q}"
        " --held {output:q}"
        " --options {params.options:q}"


rule composite_design_refine:
    """Draw structures of wanted stiffness, rank them, and refine the best by the solver."""
    input:
        weights=lambda wildcards: DESIGNS_WEIGHTS[
            wildcards.set, wildcards.target, wildcards.run
        ].values(),
        structures=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.zarr",
        table=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.parquet",
        stiffness=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/stiffness.parquet",
        splits=lambda wildcards: STRUCTURES_SPLITS[wildcards.set],
    output:
        designs=f"{DESIGNS_RUN}/designs.parquet",
        proposed=directory(f"{DESIGNS_RUN}/designs.zarr"),
    log:
        f"{COMPOSITE_DIR}/logs/design/{{set}}/{{target}}/run{{run}}/refine.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/design/{{set}}/{{target}}/run{{run}}/refine.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=240,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards: named(
            DESIGNS_WEIGHTS[wildcards.set, wildcards.target, wildcards.run]
        ),
        options=lambda wildcards: options(
            DESIGNS.proposals(wildcards.target, DESIGNS_WANTED)
        ),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite design refine"
        " --name {wildcards.set:q}"
        " --target {wildcards.target:q}"
        " --run {wildcards.run:q}"
        " --weights {params.weights:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --designs {output.designs:q}"
        " --proposed {output.proposed:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_design_certify:
    """Certify refined designs of the first run."""
    input:
        designs=[f"{path}.parquet" for path in DESIGNS_FIRST.values()],
        proposed=[f"{path}.zarr" for path in DESIGNS_FIRST.values()],
        structures=f"{STRUCTURES_DIR}/{DESIGNS_SET}/structures.zarr",
        table=f"{STRUCTURES_DIR}/{DESIGNS_SET}/structures.parquet",
        phases=f"{STRUCTURES_DIR}/{DESIGNS_SET}/phases.parquet",
        stiffness=f"{STRUCTURES_DIR}/{DESIGNS_SET}/stiffness.parquet",
        splits=f"{STRUCTURES_DIR}/{DESIGNS_SET}/splits.parquet",
    output:
        f"{DESIGNS_DIR}/certificates.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/design/certify.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/design/certify.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=240,
    params:
        designs=named({name: f"{path}.parquet" for name, path in DESIGNS_FIRST.items()}),
        proposed=named({name: f"{path}.zarr" for name, path in DESIGNS_FIRST.items()}),
        options=options(DESIGNS.certificates),
        solver=options(COMPOSITE.structures.solver.solution),
    shell:
        "pspflow --log {log:q} composite design certify"
        " --designs {params.designs:q}"
        " --proposed {params.proposed:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --certificates {output:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"


rule composite_design_section:
    """Draw the errors of designs, and write their section of the report."""
    input:
        designs=DESIGNS_TABLES.values(),
        certificates=f"{DESIGNS_DIR}/certificates.parquet",
    output:
        section=f"{DESIGNS_DIR}/section.json",
        figures=report(
            f"{DESIGNS_DIR}/figures/errors.png",
            caption=caption("composite", "design", "errors"),
            category="Composite",
            labels=labelled("design", "errors"),
        ),
        vectors=f"{DESIGNS_DIR}/figures/errors.svg",
    log:
        f"{COMPOSITE_DIR}/logs/design/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/design/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        designs=named(DESIGNS_TABLES),
        figures=figure_folder,
        options=options(DESIGNS),
        material=(
            "--papers-material"
            if COMPOSITE.structures.papers_material
            else "--no-papers-material"
        ),
    shell:
        "pspflow --log {log:q} composite design section"
        " --designs {params.designs:q}"
        " --certificates {input.certificates:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.material:q}"
