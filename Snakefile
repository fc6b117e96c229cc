# The entry: what all studies share, then each study's chapters in reading order.


configfile: "config.yaml"


include: "workflow/rules/common.smk"


for rules_file in RULES_FILES:

    include: rules_file


rule all:
    """The report of every study."""
    default_target: True
    input:
        [f"{OUT}/{study}/report.html" for study in STUDIES],
        [made(study) for study in STUDIES],
