"""Departures from the paper: what it does, what runs here, and why."""

import math
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from pspflow.studies.steel.codes import paper
from pspflow.studies.steel.codes.options import CodesOptions

SMALLER, CHOSEN = "less time", "chosen in the configuration"
WHY: Final = {
    "channels": ("channels of the encoder's convolutions", SMALLER),
    "residual_blocks": ("residual blocks", SMALLER),
    "bottleneck": ("channels inside a residual block", SMALLER),
    "code_dim": ("length of a code vector", SMALLER),
    "codes": ("codes of the codebook", "fewer chips, which use fewer codes"),
    "commitment": ("weight of the commitment loss", CHOSEN),
    "continuous_steps": (
        "steps without a codebook at the start",
        "a decoder that meets random codes first learns to ignore them",
    ),
    "data_init": (
        "start of the codebook",
        "random vectors lie far from the latents, so that few of them are ever the nearest",
    ),
    "restart_unused": (
        "codes that an epoch never used",
        "the codebook would collapse to those that are used first",
    ),
    "crop_px": (
        "images of a batch",
        "less time; codes do not see where they lie, so that it is the same network",
    ),
    "batch_size": ("batch size", "more steps in an epoch of fewer chips"),
    "learning_rate": ("learning rate", CHOSEN),
    "max_epochs": ("most epochs", SMALLER),
    "chips_per_micrograph": ("chips of a micrograph", SMALLER),
}
"""What each option is called, and why it differs."""
WORDS: Final = {
    "data_init": ("random", "encoded chips"),
    "restart_unused": ("stay", "start anew from encoded chips"),
}
"""Values that are no numbers: without and with the option."""
ALWAYS: Final = (
    (
        "chips of validation and test",
        "not said to be from other micrographs",
        "from micrographs that none is trained on",
        "overlapping chips of one micrograph show nothing about new ones",
    ),
    (
        "chosen epoch",
        f"{paper.USED_EPOCHS}, the reason is not said",
        "that with the lowest loss on validation micrographs",
        "one rule for all models, which sees no test chip",
    ),
    (
        "terms of equation 4",
        "norms",
        "mean squares",
        "as in the work that it follows (van den Oord et al. 2017)",
    ),
    (
        "mirrored chips",
        "each chip and its mirror image",
        "each chip, mirrored at random in every epoch",
        "the same images, with less to store",
    ),
)


def departures(options: CodesOptions) -> pd.DataFrame:
    """Tabulate the departures of the paper's model: `what`, `paper`, `here`, `why`."""
    rows = [
        (WHY[name][0], _written(name, value), _written(name, here), _why(name, value, here))
        for name, value in paper.SETTINGS.items()
        if (here := getattr(options, name)) != value
    ]
    return pd.DataFrame([*rows, *ALWAYS], columns=["what", "paper", "here", "why"])


def sharp_departures(options: CodesOptions) -> pd.DataFrame:
    """Tabulate where the model sharp differs from vq: `what`, `paper`, `here`, `why`."""
    paper_step, step = (2 ** len(paper.SETTINGS["channels"]), 2**options.sharp.halvings)
    rows = [
        (
            "pixels that a code stands for",
            f"{paper_step} x {paper_step}",
            f"{step} x {step}",
            "ferrite grains are about as wide as the paper's codes, and what a code cannot tell, "
            "the decoder blurs: narrow pearlite fades, and paths grow",
        ),
        (
            "codes of the codebook",
            f"{paper.SETTINGS['codes']}",
            f"{options.sharp.codes}",
            "fewer pixels have fewer patterns",
        ),
        (
            "terms of the loss",
            "equation 4",
            f"also errors of softly thresholded pixels (weight {options.sharp.phases:g}), and of "
            f"their local shares and changes (weight {options.sharp.densities:g})",
            "a square error prefers faded features to misplaced ones. These terms train on what is "
            "measured: other measures must judge too",
        ),
    ]
    return pd.DataFrame(rows, columns=["what", "paper", "here", "why"])


def scalar_departures(options: CodesOptions) -> pd.DataFrame:
    """Tabulate where the model fsq differs from vq: `what`, `paper`, `here`, `why`."""
    levels = options.levels
    rows = [
        (
            "vectors of the codebook",
            f"{paper.SETTINGS['codes']} that are learnt, of {paper.SETTINGS['code_dim']} numbers",
            f"{math.prod(levels)}: all combinations of {len(levels)} numbers of "
            f"{', '.join(map(str, levels))} levels",
            "a codebook that is not learnt cannot collapse",
        ),
        (
            "terms of the loss",
            "equation 4",
            "the error of the image alone, from the first step",
            "no codebook has to follow the latents",
        ),
    ]
    return pd.DataFrame(rows, columns=["what", "paper", "here", "why"])


def _why(name: str, value: Any, here: Any) -> str:
    """Say why an option differs; the reasons for sizes are those of smaller ones."""
    switches = (*WORDS, "crop_px", "continuous_steps")
    return CHOSEN if name not in switches and here > value else WHY[name][1]


def _written(name: str, value: Any) -> str:
    if name in WORDS:
        return WORDS[name][bool(value)]
    if name == "crop_px":
        return f"random crops of {value} x {value} pixels" if value else "whole chips"
    if isinstance(value, Sequence):
        return ", ".join(map(str, value))
    return f"{value:g}"
