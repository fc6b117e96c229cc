# The entry: everything else lies in workflow/rules, one file a study.


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/temper.smk"
include: "workflow/rules/temper_pinet.smk"
include: "workflow/rules/temper_flows.smk"
include: "workflow/rules/composite.smk"
include: "workflow/rules/composite_networks.smk"
include: "workflow/rules/composite_forward.smk"
include: "workflow/rules/composite_inverse.smk"
include: "workflow/rules/composite_figures.smk"
include: "workflow/rules/composite_localization.smk"
include: "workflow/rules/composite_report.smk"


rule all:
    """Every study's report."""
    default_target: True
    input:
        rules.temper.input,
        rules.composite.input,
