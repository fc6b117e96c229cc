# Images of the temper study: specimens are simulated where the user has no micrographs. All that
# follows is in the shared chapter.
# Needs: nothing.
# Makes, in results/RUN/temper/images: simulated/sheet.csv, simulated/images/*.tif,
# simulated/truth.parquet

if TEMPER.images.simulates:

    rule temper_images_simulate:
        """Simulate ShAPE-like specimens: TIFF micrographs of every temper, and their sheet."""
        output:
            sheet=f"{TEMPER_DIR}/images/simulated/sheet.csv",
            images=directory(f"{TEMPER_DIR}/images/simulated/images"),
            truth=f"{TEMPER_DIR}/images/simulated/truth.parquet",
        log:
            f"{TEMPER_DIR}/logs/images/simulate.log",
        benchmark:
            f"{TEMPER_DIR}/benchmarks/images/simulate.tsv"
        conda:
            "../../../envs/cpu.yaml"
        threads: 2
        resources:
            mem_mb=memory(4000),
            runtime=60,
        params:
            options=options(TEMPER.images.simulated),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} temper images simulate"
            " --sheet {output.sheet:q}"
            " --images {output.images:q}"
            " --truth {output.truth:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"
            " --threads {threads}"
