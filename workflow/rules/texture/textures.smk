# Textures: simulated or from a sheet of the user's, in three sets: pool, validation and test.
# Needs: nothing, or a sheet of yours with the files of your textures.
# Makes, in results/RUN/texture/textures: SET/textures.zarr, SET/textures.parquet,
# figures/sets.*, figures/neighbours.*, section.json

from pspflow.studies.texture.textures.options import SET_NAMES

TEXTURES_DIR = f"{TEXTURE_DIR}/textures"
TEXTURES_STORES = {name: f"{TEXTURES_DIR}/{name}/textures.zarr" for name in SET_NAMES}
TEXTURES_TABLES = {
    name: f"{TEXTURES_DIR}/{name}/textures.parquet" for name in SET_NAMES
}
TEXTURES_FIGURES = ["sets", "neighbours"]
MADE["texture"]["textures"] = [
    *TEXTURES_STORES.values(),
    *TEXTURES_TABLES.values(),
    *drawn(f"{TEXTURES_DIR}/figures", TEXTURES_FIGURES),
    f"{TEXTURES_DIR}/section.json",
]


wildcard_constraints:
    texture_set="|".join(SET_NAMES),


if TEXTURE.textures.source == "simulated":

    rule texture_textures_simulate:
        """Simulate a set of textures: single crystals and mixtures of crystals, with a spread."""
        output:
            textures=directory(f"{TEXTURES_DIR}/{{texture_set}}/textures.zarr"),
            table=f"{TEXTURES_DIR}/{{texture_set}}/textures.parquet",
        log:
            f"{TEXTURE_DIR}/logs/textures/{{texture_set}}/simulate.log",
        benchmark:
            f"{TEXTURE_DIR}/benchmarks/textures/{{texture_set}}/simulate.tsv"
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(2000),
            runtime=60,
        params:
            options=lambda wildcards: options(
                TEXTURE.textures.simulated.made(wildcards.texture_set)
            ),
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} texture textures simulate"
            " --name {wildcards.texture_set:q}"
            " --textures {output.textures:q}"
            " --table {output.table:q}"
            " --options {params.options:q}"
            " --seed {params.seed}"

else:
    from pspflow.studies.texture.textures.sheets import watched_files

    TEXTURES_SHEET = watched(
        TEXTURE.textures.files.sheet, "texture.textures.files.sheet"
    )
    # the files of each set, so that replacing one reruns what depends on it
    try:
        TEXTURES_FILES = {
            name: [
                watched(path, f"{TEXTURES_SHEET}, column 'file'")
                for path in watched_files(Path(TEXTURES_SHEET), name)
            ]
            for name in SET_NAMES
        }
    except InputError as error:
        raise WorkflowError(str(error)) from None

    rule texture_textures_import_textures:
        """Read your textures of a set, each as so many orientations of equal weight."""
        input:
            files=lambda wildcards: TEXTURES_FILES[wildcards.texture_set],
            sheet=TEXTURES_SHEET,
        output:
            textures=directory(f"{TEXTURES_DIR}/{{texture_set}}/textures.zarr"),
            table=f"{TEXTURES_DIR}/{{texture_set}}/textures.parquet",
        log:
            f"{TEXTURE_DIR}/logs/textures/{{texture_set}}/import_textures.log",
        benchmark:
            f"{TEXTURE_DIR}/benchmarks/textures/{{texture_set}}/import_textures.tsv"
        retries: 0  # what is wrong with a sheet stays wrong
        conda:
            "../../../envs/cpu.yaml"
        resources:
            mem_mb=memory(4000),
            runtime=120,
        params:
            grains=TEXTURE.textures.files.grains,
            seed=CONFIG.seed,
        shell:
            "pspflow --log {log:q} texture textures import-textures"
            " --name {wildcards.texture_set:q}"
            " --sheet {input.sheet:q}"
            " --textures {output.textures:q}"
            " --table {output.table:q}"
            " --grains {params.grains:q}"
            " --seed {params.seed}"


rule texture_textures_section:
    """Write the report's section about the textures; draw the three sets."""
    input:
        textures=TEXTURES_STORES.values(),
        tables=TEXTURES_TABLES.values(),
    output:
        section=f"{TEXTURES_DIR}/section.json",
        figures=[
            report(
                f"{TEXTURES_DIR}/figures/{figure}.png",
                caption=caption("texture", "textures", figure),
                category="Texture",
                labels=labelled("textures", figure),
            )
            for figure in TEXTURES_FIGURES
        ],
        vectors=drawings(f"{TEXTURES_DIR}/figures", TEXTURES_FIGURES),
    log:
        f"{TEXTURE_DIR}/logs/textures/section.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/textures/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        textures=named(TEXTURES_STORES),
        tables=named(TEXTURES_TABLES),
        figures=figure_folder,
        options=options(TEXTURE.textures),
    shell:
        "pspflow --log {log:q} texture textures section"
        " --textures {params.textures:q}"
        " --tables {params.tables:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
