# Images of the steel study: micrographs are simulated where the user has no micrographs. All that
# follows is in the shared chapter.
# Needs: nothing.
# Makes, in results/RUN/steel/images: simulated/sheet.csv, simulated/images/*.tif

if STEEL.images.simulates:

    rule steel_images_simulate:
        """Simulate steel at every cooling rate: TIFF micrographs, and their sheet."""
        output:
            sheet=f"{STEEL_DIR}/images/simulated/sheet.csv",
            images=directory(f"{STEEL_DIR}/images/simulated/images"),
        log:
            f"{STEEL_DIR}/logs/images/simulate.log",
        benchmark:
            f"{STEEL_DIR}/benchmarks/images/simulate.tsv"
        conda:
            "../../../envs/cpu.yaml"
        threads: 2
        resources:
            mem_mb=memory(4000),
            runtime=60,
        params:
            options=options(STEEL.images.simulated),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} steel images simulate"
            " --sheet {output.sheet:q}"
            " --images {output.images:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"
            " --threads {threads}"
