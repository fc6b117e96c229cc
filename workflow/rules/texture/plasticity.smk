# Plasticity: the anisotropy parameters of the textures whose truth is needed, and where they come
# from: the Taylor model, a class of yours, or a table that you fill between two calls of snakemake.
# Needs: the textures of the sets; nothing, your class, or a folder for the exchange.
# Makes, in results/RUN/texture/plasticity: SET/solved/*.parquet, SET/parameters.parquet,
# figures/directions.*, figures/distributions.*, section.json

from pspflow.studies.texture.plasticity.files import truth_files

PLASTICITY_DIR = f"{TEXTURE_DIR}/plasticity"
# the pool's parameters are needed as a whole by the arm that observes all of it
PLASTICITY_SETS = ["validation", "test"]
if "full" in TEXTURE.loop.arms:
    PLASTICITY_SETS.insert(0, "pool")
PLASTICITY_TABLE = TEXTURE.plasticity.source == "table"
# a table is asked once for all textures of a set, so that it lists all that it lacks
PLASTICITY_SHARES = shares(1 if PLASTICITY_TABLE else TEXTURE.plasticity.shards)
# files of yours that decide the parameters, where they exist: whatever asks the ground truth again
# when they change has them as an input. A table that does not exist yet becomes one once it does
PLASTICITY_FILES = [
    watched(path, f"texture.plasticity.{TEXTURE.plasticity.source}")
    for path in truth_files(TEXTURE.plasticity)
]
# a missing measurement or a faulty class is not there at the next attempt either
PLASTICITY_RETRIES = None if TEXTURE.plasticity.source == "taylor" else 0
PLASTICITY_SOLVED = {
    name: expand(
        f"{PLASTICITY_DIR}/{name}/solved/{{shard}}.parquet", shard=PLASTICITY_SHARES
    )
    for name in PLASTICITY_SETS
}
PLASTICITY_PARAMETERS = {
    name: f"{PLASTICITY_DIR}/{name}/parameters.parquet" for name in PLASTICITY_SETS
}
PLASTICITY_FIGURES = ["directions", "distributions"]
MADE["texture"]["plasticity"] = [
    *[path for solved in PLASTICITY_SOLVED.values() for path in solved],
    *PLASTICITY_PARAMETERS.values(),
    *drawn(f"{PLASTICITY_DIR}/figures", PLASTICITY_FIGURES),
    f"{PLASTICITY_DIR}/section.json",
]


wildcard_constraints:
    shard=r"\d+-of-\d+",


localrules:
    texture_plasticity_merge,


rule texture_plasticity_solve:
    """Compute the anisotropy parameters of one share of a set, or ask for them."""
    input:
        PLASTICITY_FILES,
        textures=f"{TEXTURES_DIR}/{{texture_set}}/textures.zarr",
        table=f"{TEXTURES_DIR}/{{texture_set}}/textures.parquet",
    output:
        f"{PLASTICITY_DIR}/{{texture_set}}/solved/{{shard}}.parquet",
    log:
        f"{TEXTURE_DIR}/logs/plasticity/{{texture_set}}/solved/{{shard}}.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/plasticity/{{texture_set}}/solved/{{shard}}.tsv"
    retries: PLASTICITY_RETRIES
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        # a class of yours may take any time
        runtime=30 if TEXTURE.plasticity.source == "taylor" else 1440,
    params:
        options=options(TEXTURE.plasticity.truth),
    shell:
        "pspflow --log {log:q} texture plasticity solve"
        " --textures {input.textures:q}"
        " --table {input.table:q}"
        " --solved {output:q}"
        " --shard {wildcards.shard:q}"
        " --options {params.options:q}"
        " --threads {threads}"


rule texture_plasticity_merge:
    """Join the shares of a set in the order of its textures."""
    input:
        shards=lambda wildcards: PLASTICITY_SOLVED[wildcards.texture_set],
        table=f"{TEXTURES_DIR}/{{texture_set}}/textures.parquet",
    output:
        f"{PLASTICITY_DIR}/{{texture_set}}/parameters.parquet",
    log:
        f"{TEXTURE_DIR}/logs/plasticity/{{texture_set}}/merge.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/plasticity/{{texture_set}}/merge.tsv"
    conda:
        "../../../envs/cpu.yaml"
    shell:
        "pspflow --log {log:q} texture plasticity merge"
        " --shards {input.shards:q}"
        " --table {input.table:q}"
        " --parameters {output:q}"


rule texture_plasticity_section:
    """Write the report's section about the parameters; draw them over the 18 directions."""
    input:
        parameters=PLASTICITY_PARAMETERS.values(),
        textures=f"{TEXTURES_DIR}/validation/textures.zarr",
    output:
        section=f"{PLASTICITY_DIR}/section.json",
        figures=[
            report(
                f"{PLASTICITY_DIR}/figures/{figure}.png",
                caption=caption("texture", "plasticity", figure),
                category="Texture",
                labels=labelled("plasticity", figure),
            )
            for figure in PLASTICITY_FIGURES
        ],
        vectors=drawings(f"{PLASTICITY_DIR}/figures", PLASTICITY_FIGURES),
    log:
        f"{TEXTURE_DIR}/logs/plasticity/section.log",
    benchmark:
        f"{TEXTURE_DIR}/benchmarks/plasticity/section.tsv"
    conda:
        "../../../envs/cpu.yaml"
    resources:
        mem_mb=memory(2000),
        runtime=30,
    params:
        parameters=named(PLASTICITY_PARAMETERS),
        figures=figure_folder,
        options=options(TEXTURE.plasticity),
    shell:
        "pspflow --log {log:q} texture plasticity section"
        " --parameters {params.parameters:q}"
        " --textures {input.textures:q}"
        " --figures {params.figures:q}"
        " --section {output.section:q}"
        " --options {params.options:q}"
