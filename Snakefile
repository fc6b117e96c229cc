# The entry: what all studies share, then each study's chapters in reading order.

DEFAULTS = Path(workflow.basedir) / "config.yaml"


# that of the folder in which snakemake runs, else that of this checkout
configfile: "config.yaml" if Path("config.yaml").exists() else DEFAULTS


include: "workflow/rules/common.smk"


for rules_file in RULES_FILES:

    include: rules_file


rule all:
    """The report of every study."""
    default_target: True
    input:
        [f"{OUT}/{study}/report.html" for study in STUDIES],
        [made(study) for study in STUDIES],
