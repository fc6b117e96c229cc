"""Stages of the temper study: each reads artefacts, calls the core and writes artefacts.

A stage is one function, one command and one rule. Its keyword arguments are the command's flags
and the rule's inputs and outputs; its docstring is the command's help.
"""

from pspflow.studies.temper.imaging import grid, merge, persistence
from pspflow.studies.temper.judge import judge_labels, judge_plausibility
from pspflow.studies.temper.prepare import catalogue, chips, micrographs, simulate, split
from pspflow.studies.temper.present import figures, label_chart, labels, report
from pspflow.studies.temper.show import transfer_figures

STAGES = (
    simulate,
    catalogue,
    split,
    micrographs,
    chips,
    grid,
    persistence,
    merge,
    labels,
    label_chart,
    figures,
    judge_plausibility,
    judge_labels,
    transfer_figures,
    report,
)
MODEL_STAGES = {
    "surrogate": {
        "train_pinet": "Train PI-Net until its loss on validation chips stops falling.",
        "evaluate_pinet": "Hold PI-Net's images against the exact ones, and time both.",
        "pinet_figure": "Draw predicted against exact pixels of persistence images.",
    },
    "flows": {
        "train_flow": "Train the flows of all domains against their discriminators.",
        "transfer_chips": "Transfer held-out chips in every direction, and draw some from noise.",
    },
    "micrograph": {
        "transfer": "Transfer a whole micrograph from one domain to another.",
    },
}
"""Stages by module, and their summaries: torch takes seconds to load, so they load when run."""
