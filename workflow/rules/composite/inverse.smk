# Inverse design: structures inferred from wanted stiffness, whether the components of a prior separate
# the morphologies, whether a choice among noises helps, and annealing.
# Needs: of the chapter structures, structures.zarr, structures.parquet, phases.parquet,
# stiffness.parquet and splits.parquet of the sets of inverse design; of the chapter networks, the
# weights of the networks of inverse design on those sets, the latents of those that are searched,
# and the weights of the network that guides the search.
# Makes, in results/RUN/composite/inverse: SET/TARGET/runN/* (candidates.parquet, structures.zarr,
# references.parquet and, of mixtures for C11, assignments.parquet and forms.parquet), draws.parquet,
# annealing/NETWORK/searches.parquet, annealing/NETWORK/searches.zarr, section.json, figures/*

from pspflow.studies.composite.inverse import options as inverse_options

INVERSE_DIR = f"{COMPOSITE_DIR}/inverse"
INVERSE_RUN = f"{INVERSE_DIR}/{{set}}/{{target}}/run{{run}}"
# with the paper's wanted values, where the structures are of its material and none are named
INVERSE = COMPOSITE.resolved().inverse
INVERSE_SET = COMPOSITE.structures.design_set
INVERSE_STRUCTURES = f"{STRUCTURES_DIR}/{INVERSE_SET}"
INVERSE_SETS = list(dict.fromkeys(each[0] for each in NETWORKS_DESIGNERS))
# weights of the networks that design, by set, target and run; and of those whose prior is a mixture
INVERSE_PLACES = {each: "{0}/{1}/run{3}".format(*each) for each in NETWORKS_DESIGNERS}
INVERSE_WEIGHTS = {
    place: {
        each[2]: f"{NETWORKS_FOLDERS[each]}/weights.safetensors"
        for each, its in INVERSE_PLACES.items()
        if its == place
    }
    for place in INVERSE_PLACES.values()
}
INVERSE_MIXTURES = {
    place: {
        network: path for network, path in weights.items() if RECIPES[network].mixture
    }
    for place, weights in INVERSE_WEIGHTS.items()
    if "/c11/" in place and any(RECIPES[network].mixture for network in weights)
}
# weights and latents of the networks that are searched; and the network that guides the search
INVERSE_SEARCHED = {each[2]: NETWORKS_FOLDERS[each] for each in NETWORKS_SEARCHED}
INVERSE_GUIDE = f"{NETWORKS_FOLDERS[NETWORKS_GUIDE]}/weights.safetensors"
# the first run's, which is shown; the design set's targets
INVERSE_SHOWN = {
    target: f"{INVERSE_DIR}/{INVERSE_SET}/{target}/run0"
    for target in INVERSE.models.model_dump()
}
INVERSE_FIGURES = [
    f"{subject}_{kind}"
    for subject in [*INVERSE_SHOWN, "annealing"]
    for kind in ["structures", "errors"]
]
INVERSE_CANDIDATES = {
    place: f"{INVERSE_DIR}/{place}/candidates.parquet" for place in INVERSE_WEIGHTS
}
INVERSE_CHECKS = {"draws": f"{INVERSE_DIR}/draws.parquet"} | {
    f"{place}/{kind}": f"{INVERSE_DIR}/{place}/{kind}.parquet"
    for place in INVERSE_MIXTURES
    for kind in ["assignments", "forms"]
}
INVERSE_SEARCHES = {
    model: f"{INVERSE_DIR}/annealing/{model}/searches.parquet"
    for model in INVERSE_SEARCHED
}
INVERSE_FOUND = {
    model: f"{INVERSE_DIR}/annealing/{model}/searches.zarr"
    for model in INVERSE_SEARCHED
}
# the search that is drawn: that of the first network
INVERSE_DRAWN = INVERSE.searched[0]
MADE["composite"]["inverse"] = [
    *INVERSE_CANDIDATES.values(),
    *[f"{INVERSE_DIR}/{place}/structures.zarr" for place in INVERSE_WEIGHTS],
    *[f"{INVERSE_DIR}/{place}/references.parquet" for place in INVERSE_WEIGHTS],
    *INVERSE_CHECKS.values(),
    *INVERSE_SEARCHES.values(),
    *INVERSE_FOUND.values(),
    f"{INVERSE_DIR}/section.json",
    *drawn(f"{INVERSE_DIR}/figures", INVERSE_FIGURES),
]


localrules:
    composite_inverse_section,


rule composite_inverse_infer:
    """Infer structures from wanted stiffness, and compute what they achieve."""
    input:
        weights=lambda wildcards: INVERSE_WEIGHTS[
            f"{wildcards.set}/{wildcards.target}/run{wildcards.run}"
        ].values(),
        table=f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
        stiffness=f"{STRUCTURES_DIR}/{{set}}/stiffness.parquet",
        splits=f"{STRUCTURES_DIR}/{{set}}/splits.parquet",
    output:
        candidates=f"{INVERSE_RUN}/candidates.parquet",
        proposed=directory(f"{INVERSE_RUN}/structures.zarr"),
        references=f"{INVERSE_RUN}/references.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/inverse/{{set}}/{{target}}/run{{run}}/infer.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/{{set}}/{{target}}/run{{run}}/infer.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards: named(
            INVERSE_WEIGHTS[f"{wildcards.set}/{wildcards.target}/run{wildcards.run}"]
        ),
        options=lambda wildcards: options(INVERSE.inferred(wildcards.target)),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite inverse infer"
        " --target {wildcards.target:q}"
        " --name {wildcards.set:q}"
        " --run {wildcards.run:q}"
        " --weights {params.weights:q}"
        " --table {input.table:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --candidates {output.candidates:q}"
        " --proposed {output.proposed:q}"
        " --references {output.references:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_inverse_separate:
    """Compare the components of priors with the morphologies: test structures, decoded ones."""
    input:
        weights=lambda wildcards: INVERSE_MIXTURES[
            f"{wildcards.set}/c11/run{wildcards.run}"
        ].values(),
        candidates=f"{INVERSE_DIR}/{{set}}/c11/run{{run}}/candidates.parquet",
        proposed=f"{INVERSE_DIR}/{{set}}/c11/run{{run}}/structures.zarr",
        structures=f"{STRUCTURES_DIR}/{{set}}/structures.zarr",
        table=f"{STRUCTURES_DIR}/{{set}}/structures.parquet",
        stiffness=f"{STRUCTURES_DIR}/{{set}}/stiffness.parquet",
        splits=f"{STRUCTURES_DIR}/{{set}}/splits.parquet",
    output:
        assignments=f"{INVERSE_DIR}/{{set}}/c11/run{{run}}/assignments.parquet",
        forms=f"{INVERSE_DIR}/{{set}}/c11/run{{run}}/forms.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/inverse/{{set}}/c11/run{{run}}/separate.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/{{set}}/c11/run{{run}}/separate.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=60,
        gpu=1,
        device=CONFIG.device,
    params:
        weights=lambda wildcards: named(
            INVERSE_MIXTURES[f"{wildcards.set}/c11/run{wildcards.run}"]
        ),
    shell:
        "pspflow --log {log:q} composite inverse separate"
        " --name {wildcards.set:q}"
        " --run {wildcards.run:q}"
        " --weights {params.weights:q}"
        " --candidates {input.candidates:q}"
        " --proposed {input.proposed:q}"
        " --structures {input.structures:q}"
        " --table {input.table:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --assignments {output.assignments:q}"
        " --forms {output.forms:q}"
        " --device {resources.device:q}"


rule composite_inverse_choose:
    """Decode with several draws of noise, and solve each, to see whether a choice helps."""
    input:
        weights=f"{NETWORKS_FOLDERS[INVERSE_SET, 'c11', inverse_options.DESIGNER, 0]}/weights.safetensors",
        objective=INVERSE_GUIDE,
        table=f"{INVERSE_STRUCTURES}/structures.parquet",
        stiffness=f"{INVERSE_STRUCTURES}/stiffness.parquet",
        splits=f"{INVERSE_STRUCTURES}/splits.parquet",
    output:
        f"{INVERSE_DIR}/draws.parquet",
    log:
        f"{COMPOSITE_DIR}/logs/inverse/choose.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/choose.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=120,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(INVERSE.wanted("c11")),
        solver=options(COMPOSITE.structures.solver.solution),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite inverse choose"
        " --weights {input.weights:q}"
        " --objective {input.objective:q}"
        " --table {input.table:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --draws {output:q}"
        " --options {params.options:q}"
        " --solver {params.solver:q}"
        " --seed {params.seed}"
        " --device {resources.device:q}"


rule composite_inverse_anneal:
    """Search the latent space for wanted C11, from random and from inferred latents."""
    input:
        weights=lambda wildcards: f"{INVERSE_SEARCHED[wildcards.network]}/weights.safetensors",
        latents=lambda wildcards: f"{INVERSE_SEARCHED[wildcards.network]}/latents.parquet",
        # the paper's objective: regression alone
        objective=INVERSE_GUIDE,
        phases=f"{INVERSE_STRUCTURES}/phases.parquet",
        stiffness=f"{INVERSE_STRUCTURES}/stiffness.parquet",
    output:
        searches=f"{INVERSE_DIR}/annealing/{{network}}/searches.parquet",
        proposed=directory(f"{INVERSE_DIR}/annealing/{{network}}/searches.zarr"),
    log:
        f"{COMPOSITE_DIR}/logs/inverse/annealing/{{network}}/anneal.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/annealing/{{network}}/anneal.tsv"
    conda:
        "../../../envs/gpu.yaml"
    resources:
        mem_mb=memory(8000),
        runtime=240,
        gpu=1,
        device=CONFIG.device,
    params:
        options=options(INVERSE.annealing.without("models")),
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
        candidates=INVERSE_CANDIDATES.values(),
        checks=INVERSE_CHECKS.values(),
        proposed=[f"{folder}/structures.zarr" for folder in INVERSE_SHOWN.values()],
        references=[f"{folder}/references.parquet" for folder in INVERSE_SHOWN.values()],
        searches=INVERSE_SEARCHES.values(),
        found=INVERSE_FOUND[INVERSE_DRAWN],
        structures=[f"{STRUCTURES_DIR}/{name}/structures.zarr" for name in INVERSE_SETS],
        tables=[f"{STRUCTURES_DIR}/{name}/structures.parquet" for name in INVERSE_SETS],
        stiffness=f"{INVERSE_STRUCTURES}/stiffness.parquet",
        splits=f"{INVERSE_STRUCTURES}/splits.parquet",
        latents=f"{INVERSE_SEARCHED[INVERSE_DRAWN]}/latents.parquet",
    output:
        section=f"{INVERSE_DIR}/section.json",
        figures=[
            report(
                f"{INVERSE_DIR}/figures/{name}.png",
                caption=caption("composite", "inverse", name),
                category="Composite",
                labels=labelled("inverse", name),
            )
            for name in INVERSE_FIGURES
        ],
        vectors=drawings(f"{INVERSE_DIR}/figures", INVERSE_FIGURES),
    log:
        f"{COMPOSITE_DIR}/logs/inverse/section.log",
    benchmark:
        f"{COMPOSITE_DIR}/benchmarks/inverse/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        candidates=named(INVERSE_CANDIDATES),
        checks=named(INVERSE_CHECKS),
        proposed=named(
            {
                **{
                    target: f"{folder}/structures.zarr"
                    for target, folder in INVERSE_SHOWN.items()
                },
                "annealing": INVERSE_FOUND[INVERSE_DRAWN],
            }
        ),
        references=named(
            {
                target: f"{folder}/references.parquet"
                for target, folder in INVERSE_SHOWN.items()
            }
        ),
        searches=named(INVERSE_SEARCHES),
        structures=named(
            {name: f"{STRUCTURES_DIR}/{name}/structures.zarr" for name in INVERSE_SETS}
        ),
        tables=named(
            {
                name: f"{STRUCTURES_DIR}/{name}/structures.parquet"
                for name in INVERSE_SETS
            }
        ),
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
        " --checks {params.checks:q}"
        " --proposed {params.proposed:q}"
        " --references {params.references:q}"
        " --searches {params.searches:q}"
        " --structures {params.structures:q}"
        " --tables {params.tables:q}"
        " --stiffness {input.stiffness:q}"
        " --splits {input.splits:q}"
        " --latents {input.latents:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
        " {params.material:q}"
