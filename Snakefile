# The entry: everything else lies in workflow/rules, one file a study.


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/temper.smk"
include: "workflow/rules/temper_pinet.smk"
include: "workflow/rules/temper_flows.smk"


rule all:
    """Every study's report."""
    default_target: True
    input:
        rules.temper.input,
