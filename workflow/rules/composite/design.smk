# Design: structures drawn for wanted stiffness, refined with the solver in the loop, and certified.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# stiffness.parquet and splits.parquet of the set of inverse design; of the chapter networks, the
# weights of the networks of inverse design on that set and, where a region is held out, on set gap.
# Makes, in results/RUN/composite/design: SET/TARGET/runN/designs.parquet,
# SET/TARGET/runN/designs.zarr, certificates.parquet, section.json, figures/errors.png; and, where a
# region is held out, structures/gap/splits.parquet beside.

DESIGN_DIR = f"{COMPOSITE_DIR}/design"
DESIGN = COMPOSITE.design
DESIGN_SET = COMPOSITE.structures.design_set
DESIGN_RUN = f"{DESIGN_DIR}/{{set}}/{{target}}/run{{run}}"
DESIGN_WANTED = COMPOSITE.resolved().inverse
# weights of the networks of each set, target and run, by network
DESIGN_WEIGHTS = {}
for each in NETWORKS_DESIGNERS + NETWORKS_GAP:
    place = (each[0], each[1], str(each[3]))
    DESIGN_WEIGHTS.setdefault(place, {})[
        each[2]
    ] = f"{NETWORKS_FOLDERS[each]}/weights.safetensors"
DESIGN_TABLES = {
    "{}/{}/run{}".format(*place): f"{DESIGN_DIR}/{{}}/{{}}/run{{}}".format(*place)
    + "/designs.parquet"
    for place in DESIGN_WEIGHTS
}
DESIGN_FIRST = {
    target: f"{DESIGN_DIR}/{DESIGN_SET}/{target}/run0/designs"
    for target in DESIGN_WANTED.models.model_dump()
}
MADE["composite"]["design"] = [
    *DESIGN_TABLES.values(),
    *[path.replace(".parquet", ".zarr") for path in DESIGN_TABLES.values()],
    f"{DESIGN_DIR}/certificates.parquet",
    f"{DESIGN_DIR}/section.json",
    f"{DESIGN_DIR}/figures/errors.png",
]


localrules:
    composite_design_hold_out,
    composite_design_section,


rule composite_design_hold_out:
    """Keep a region of C11 out of training and validation, in every run."""
    input:
        splits=f"{STRUCTURES_DIR}/{DESIGN_SET}/splits.parquet",
        stiffness=f"{STRUCTURES_DIR}/{DESIGN_SET}/stiffness.parquet",
    output:
        f"{STRUCTURES_DIR}/gap/splits.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/design/hold_out.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/design/hold_out.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        options=options(DESIGN.region),
    shell:
        "pspflow --log {log:q} composite design hold-out"
        " --splits {input.splits:q}"
        " --stiffness {input.stiffness:q}"
        " --held {output:q}"
        " --options {params.options:q}"


rule composite_design_refine:
    """Draw structures of wanted stiffness, rank them, and refine the best by the solver."""
    input:
        weights=lambda wildcards: DESIGN_WEIGHTS[
            wildcards.set, wildcards.target, wildcards.run
        ].values(),
        structures=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.zarr",
        table=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/structures.parquet",
        stiffness=lambda wildcards: f"{STRUCTURES_FOLDERS[wildcards.set]}/stiffness.parquet",
        splits=f"{STRUCTURES_DIR}/{{set}}/splits.parquet",
    output:
        designs=f"{DESIGN_RUN}/designs.parquet",
        proposed=directory(f"{DESIGN_RUN}/designs.zarr"),
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
            DESIGN_WEIGHTS[wildcards.set, wildcards.target, wildcards.run]
        ),
        options=lambda wildcards: options(
            DESIGN.proposals(wildcards.target, DESIGN_WANTED)
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
        designs=[f"{path}.parquet" for path in DESIGN_FIRST.values()],
        proposed=[f"{path}.zarr" for path in DESIGN_FIRST.values()],
        structures=f"{STRUCTURES_DIR}/{DESIGN_SET}/structures.zarr",
        table=f"{STRUCTURES_DIR}/{DESIGN_SET}/structures.parquet",
        phases=f"{STRUCTURES_DIR}/{DESIGN_SET}/phases.parquet",
        splits=f"{STRUCTURES_DIR}/{DESIGN_SET}/splits.parquet",
    output:
        f"{DESIGN_DIR}/certificates.parquet",
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
        designs=named({name: f"{path}.parquet" for name, path in DESIGN_FIRST.items()}),
        proposed=named({name: f"{path}.zarr" for name, path in DESIGN_FIRST.items()}),
        options=options(DESIGN.certificates),
        solver=options(COMPOSITE.structures.solver.solution),
    shell:
        "pspflow --log {log:q} composite design certify"
        " --designs {params.designs:q}"
        " --proposed {params.proposed:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --splits {input.splits:q}"
        " --certificates {output:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"


rule composite_design_section:
    """Draw the errors of designs, and write their section of the report."""
    input:
        designs=DESIGN_TABLES.values(),
        certificates=f"{DESIGN_DIR}/certificates.parquet",
    output:
        section=f"{DESIGN_DIR}/section.json",
        figures=report(
            f"{DESIGN_DIR}/figures/errors.png",
            caption=caption("composite", "design", "errors"),
            category="Composite",
        ),
    log:
        f"{COMPOSITE_DIR}/logs/design/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/design/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        designs=named(DESIGN_TABLES),
        figures=figure_folder,
        options=options(DESIGN),
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
