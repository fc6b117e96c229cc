# Composite study: the report, and the target that names everything.
# Needs: all artefacts of the study.
# Makes, in results/RUN/composite: report.html


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
        expand(
            f"{K}/figures/forward_{{name}}.png", name=["parity", "errors", "latent"]
        ),
        LOCALIZATION,
