# Inverse design: structures inferred from wanted stiffness, designs that the solver ranks beside
# retrieval, and annealing.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# stiffness.parquet and splits.parquet of the set of inverse design; of the chapter networks, the
# weights of the networks of inverse design on that set, the latents of the one that is searched,
# and the weights of the network that guides the search.
# Makes, in results/RUN/composite/inverse: TARGET/candidates.parquet, TARGET/structures.zarr,
# TARGET/references.parquet, TARGET/ranked.parquet, annealing/searches.parquet,
# annealing/searches.zarr, section.json, figures/*.png

from pspflow.studies.composite.inverse import options as inverse_options

INVERSE_DIR = f"{COMPOSITE_DIR}/inverse"
# with the paper's wanted values, where the structures are of its material and none are named
INVERSE = COMPOSITE.resolved().inverse
INVERSE_NETWORKS = INVERSE.models.model_dump()
INVERSE_SET = f"{STRUCTURES_DIR}/{COMPOSITE.structures.design_set}"
# the network whose latent space is searched, and the one that guides the search
INVERSE_SEARCHED = NETWORKS_FOLDERS[
    COMPOSITE.structures.design_set, "c11", inverse_options.DESIGNER, 0
]
INVERSE_GUIDE = NETWORKS_FOLDERS["all", "c11", inverse_options.GUIDE, 0]
INVERSE_FIGURES = [
    f"{subject}_{kind}"
    for subject in [*INVERSE_NETWORKS, "annealing"]
    for kind in ["structures", "errors"]
]
INVERSE_FILES = ["candidates.parquet", "structures.zarr", "references.parquet"]
INVERSE_FILES += ["ranked.parquet"]
# artefacts of each kind, by target; and the weights of the networks that design, by target
INVERSE_BY_TARGET = {
    file: {target: f"{INVERSE_DIR}/{target}/{file}" for target in INVERSE_NETWORKS}
    for file in INVERSE_FILES
}
INVERSE_WEIGHTS = {
    target: {
        each[2]: f"{NETWORKS_FOLDERS[each]}/weights.safetensors"
        for each in NETWORKS_DESIGNERS
        if (each[1], each[-1]) == (target, 0)
    }
    for target in INVERSE_NETWORKS
}
MADE["composite"]["inverse"] = [
    *[path for each in INVERSE_BY_TARGET.values() for path in each.values()],
    f"{INVERSE_DIR}/annealing/searches.parquet",
    f"{INVERSE_DIR}/annealing/searches.zarr",
    f"{INVERSE_DIR}/section.json",
    *[f"{INVERSE_DIR}/figures/{name}.png" for name in INVERSE_FIGURES],
]


localrules:
    composite_inverse_section,


rule composite_inverse_infer:
    """Infer structures from wanted stiffness, and compute what they achieve."""
    input:
        weights=lambda wildcards: INVERSE_WEIGHTS[wildcards.target].values(),
        table=f"{INVERSE_SET}/structures.parquet",
        phases=f"{INVERSE_SET}/phases.parquet",
        stiffness=f"{INVERSE_SET}/stiffness.parquet",
        splits=f"{INVERSE_SET}/splits.parquet",
    output:
        candidates=f"{INVERSE_DIR}/{{target}}/candidates.parquet",
        proposed=directory(f"{INVERSE_DIR}/{{target}}/structures.zarr"),
        references=f"{INVERSE_DIR}/{{target}}/references.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/inverse/{{target}}/infer.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/{{target}}/infer.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards: named(INVERSE_WEIGHTS[wildcards.target]),
        options=lambda wildcards: options(INVERSE.inferred(wildcards.target)),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite inverse infer"
        " --target {wildcards.target:q}"
        " --weights {params.weights:q}"
        " --table {input.table:q}"
        " --phases {input.phases:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --candidates {output.candidates:q}"
        " --proposed {output.proposed:q}"
        " --references {output.references:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_inverse_rank:
    """Draw structures of wanted stiffness, solve each, and rank them beside retrieval."""
    input:
        weights=lambda wildcards: INVERSE_WEIGHTS[wildcards.target][
            inverse_options.DESIGNER
        ],
        table=f"{INVERSE_SET}/structures.parquet",
        stiffness=f"{INVERSE_SET}/stiffness.parquet",
        splits=f"{INVERSE_SET}/splits.parquet",
    output:
        f"{INVERSE_DIR}/{{target}}/ranked.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/inverse/{{target}}/rank.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/{{target}}/rank.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=lambda wildcards: options(INVERSE.ranked(wildcards.target)),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite inverse rank"
        " --target {wildcards.target:q}"
        " --weights {input.weights:q}"
        " --table {input.table:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --ranked {output:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_inverse_anneal:
    """Search the latent space for wanted C11, from random and from inferred latents."""
    input:
        weights=f"{INVERSE_SEARCHED}/weights.safetensors",
        latents=f"{INVERSE_SEARCHED}/latents.parquet",
        # the paper's objective: regression alone
        objective=f"{INVERSE_GUIDE}/weights.safetensors",
        phases=f"{INVERSE_SET}/phases.parquet",
        stiffness=f"{INVERSE_SET}/stiffness.parquet",
    output:
        searches=f"{INVERSE_DIR}/annealing/searches.parquet",
        proposed=directory(f"{INVERSE_DIR}/annealing/searches.zarr"),
    log:
        f"{COMPOSITE_DIR}/logs/inverse/annealing/anneal.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/annealing/anneal.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=240,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(INVERSE.annealing),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite inverse anneal"
        " --weights {input.weights:q}"
        " --latents {input.latents:q}"
        " --objective {input.objective:q}"
        " --phases {input.phases:q}"
        " --stiffness {input.stiffness:q}"
        " --searches {output.searches:q}"
        " --proposed {output.proposed:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_inverse_section:
    """Draw inferred structures, searches and their errors, and write their section of the report."""
    input:
        candidates=INVERSE_BY_TARGET["candidates.parquet"].values(),
        proposed=INVERSE_BY_TARGET["structures.zarr"].values(),
        references=INVERSE_BY_TARGET["references.parquet"].values(),
        ranked=INVERSE_BY_TARGET["ranked.parquet"].values(),
        searches=f"{INVERSE_DIR}/annealing/searches.parquet",
        found=f"{INVERSE_DIR}/annealing/searches.zarr",
        structures=f"{INVERSE_SET}/structures.zarr",
        table=f"{INVERSE_SET}/structures.parquet",
        stiffness=f"{INVERSE_SET}/stiffness.parquet",
        splits=f"{INVERSE_SET}/splits.parquet",
        latents=f"{INVERSE_SEARCHED}/latents.parquet",
    output:
        section=f"{INVERSE_DIR}/section.json",
        figures=[
            report(
                f"{INVERSE_DIR}/figures/{name}.png",
                caption=caption("composite", "inverse", name),
                category="Composite",
            )
            for name in INVERSE_FIGURES
        ],
    log:
        f"{COMPOSITE_DIR}/logs/inverse/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        candidates=named(INVERSE_BY_TARGET["candidates.parquet"]),
        proposed=named(
            {
                **INVERSE_BY_TARGET["structures.zarr"],
                "annealing": f"{INVERSE_DIR}/annealing/searches.zarr",
            }
        ),
        references=named(INVERSE_BY_TARGET["references.parquet"]),
        ranked=named(INVERSE_BY_TARGET["ranked.parquet"]),
        figures=figure_folder,
        options=options(INVERSE),
        material=(
            "--papers-material"
            if COMPOSITE.structures.papers_material
            else "--no-papers-material"
        ),
    shell:
        "pspflow --log {log:q} composite inverse section"
        " --candidates {params.candidates:q}"
        " --proposed {params.proposed:q}"
        " --references {params.references:q}"
        " --ranked {params.ranked:q}"
        " --searches {input.searches:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --latents {input.latents:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.material:q}"
