# Composite study: the report, and the target that names everything.
# Needs: all artefacts of the study.
# Makes, in results/RUN/composite: report.html

MADE.append(f"{K}/report.html")
TRAINED_NAMES = [
    f"{name}/{target}/{model}/run{run}" for name, target, model, run in TRAINED
]
# what the page shows, by name
PAGE_TABLES = {
    "structures": f"{K}/sets/all/structures.parquet",
    "phases": f"{K}/sets/all/phases.parquet",
    "stiffness": f"{K}/sets/all/stiffness.parquet",
    "accuracy": f"{K}/forward/accuracy.parquet",
    "inverse c11": f"{K}/inverse/c11/candidates.parquet",
    "inverse normal": f"{K}/inverse/normal/candidates.parquet",
    "ranked c11": f"{K}/inverse/c11/ranked.parquet",
    "ranked normal": f"{K}/inverse/normal/ranked.parquet",
    "searches": f"{K}/anneal/searches.parquet",
    "mismatch": f"{K}/ablation/mismatch.parquet",
    "localization": f"{K}/localization/accuracy.parquet",
    "speed": f"{K}/localization/speed.parquet",
}
PAGE_PICTURES = {
    name: f"{K}/figures/{file}.png"
    for name, file in [
        ("overview", "alike"),
        ("parity", "forward_parity"),
        ("errors", "forward_errors"),
        ("latent", "forward_latent"),
        ("c11_cubes", "inverse_c11_structures"),
        ("c11_errors", "inverse_c11_errors"),
        ("normal_cubes", "inverse_normal_structures"),
        ("normal_errors", "inverse_normal_errors"),
        ("anneal_cubes", "annealing_structures"),
        ("anneal_errors", "annealing_errors"),
        ("reconstructions", "reconstructions"),
        ("slices_ablation", "slice_ablation"),
        ("slices", "localization_slices"),
        ("local_parity", "localization_parity"),
        ("speed", "localization_speed"),
    ]
}


localrules:
    composite,
    composite_report,


rule composite_report:
    """Write the study's report: one page with every table and figure."""
    input:
        structures=f"{K}/sets/all/structures.zarr",
        histories=expand(
            f"{K}/networks/{{training}}/history.parquet", training=TRAINED_NAMES
        ),
        tables=PAGE_TABLES.values(),
        pictures=PAGE_PICTURES.values(),
    output:
        f"{K}/report.html",
    log:
        f"{K}/logs/report.log",
    benchmark:
        f"{K}/benchmarks/report.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        trainings=TRAINED_NAMES,
        tables=list(PAGE_TABLES),
        pictures=list(PAGE_PICTURES),
        options=options(COMPOSITE),
        seed=CONFIG.seed,
    shell:
        "pspflow --log {log:q} composite report --structures {input.structures:q}"
        " --trainings {params.trainings:q} --histories {input.histories:q}"
        " --tables {params.tables:q} --table-files {input.tables:q}"
        " --pictures {params.pictures:q} --picture-files {input.pictures:q}"
        " --page-file {output:q} --options {params.options:q} --seed {params.seed}"


rule composite:
    """The whole study."""
    input:
        rules.composite_data.input,
        NETWORKS,
        expand(
            f"{K}/baselines/{{target}}/run{{run}}.parquet",
            target=FORWARD_TARGETS,
            run=range(RUNS),
        ),
        f"{K}/forward/accuracy.parquet",
        expand(f"{K}/figures/forward_{{name}}.png", name=["parity", "errors", "latent"]),
        LOCALIZATION,
        INVERSE,
        COMPOSITE_FIGURES,
        f"{K}/report.html",
