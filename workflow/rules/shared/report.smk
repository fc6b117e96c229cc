# The report of every study: the sections of its chapters, in reading order.
# Needs: section.json of each chapter.
# Makes, in results/RUN/STUDY: report.html, and evidence/ (README.md and small figures)


wildcard_constraints:
    study="|".join(STUDIES),


localrules:
    report,


rule report:
    """Write the report of a study: one HTML page, and one Markdown page to be kept as evidence."""
    input:
        lambda wildcards: sections(wildcards.study).values(),
    output:
        page=report(
            f"{OUT}/{{study}}/report.html",
            caption="../../report/shared/report.rst",
            category=lambda wildcards: wildcards.study.title(),
            labels=labelled("all chapters", "report"),
        ),
        evidence=directory(f"{OUT}/{{study}}/evidence"),
    log:
        f"{OUT}/{{study}}/logs/report.log",
    benchmark:
        f"{OUT}/{{study}}/benchmarks/report.tsv"
    conda:
        "../../../envs/cpu.yaml"
    params:
        title=lambda wildcards: f"{wildcards.study.title()} study, run {CONFIG.run}",
        sections=lambda wildcards: named(sections(wildcards.study)),
    shell:
        "pspflow --log {log:q} {wildcards.study:q} report"
        " --title {params.title:q}"
        " --sections {params.sections:q}"
        " --page {output.page:q}"
        " --evidence {output.evidence:q}"
