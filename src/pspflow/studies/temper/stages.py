"""Stages of the temper study: each reads artefacts, calls the core and writes artefacts.

A stage is one function, one command and one rule. Its keyword arguments are the command's flags
and the rule's inputs and outputs; its docstring is the command's help.
"""

from pspflow.studies.temper.imaging import grid, merge, persistence
from pspflow.studies.temper.prepare import catalogue, chips, micrographs, simulate, split
from pspflow.studies.temper.present import figures, label_chart, labels, report

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
    report,
)
MODEL_STAGES = {
    "train_pinet": "Train PI-Net until its loss on validation chips stops falling.",
    "evaluate_pinet": "Hold PI-Net's images against the exact ones, and time both.",
    "pinet_figure": "Draw predicted against exact pixels of persistence images, a row a head.",
}
"""Stages of `surrogate` and their summaries: torch takes seconds to load, so they load when run."""
