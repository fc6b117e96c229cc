# The entry is workflow/Snakefile; this one lets `snakemake` find it in the root as well.


include: "workflow/Snakefile"


workflow.default_target = "all"  # an included file does not hand its own on
