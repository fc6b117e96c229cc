# The entry is workflow/Snakefile; this one lets `snakemake` find it in the root as well.


include: "workflow/Snakefile"
