"""Stages of the temper study: each reads artefacts, calls the core and writes artefacts.

A stage is one function, one command and one rule. Its keyword arguments are the command's flags
and the rule's inputs and outputs; its docstring is the command's help.
"""

from pspflow.studies.temper.prepare import (
    catalogue,
    chips,
    merge,
    micrographs,
    persistence,
    simulate,
    split,
)
from pspflow.studies.temper.present import figures, label_chart, labels, report

STAGES = (
    simulate,
    catalogue,
    split,
    micrographs,
    chips,
    persistence,
    merge,
    labels,
    label_chart,
    figures,
    report,
)
