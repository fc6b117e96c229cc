"""Departures from the paper: what it does, what runs here, and why."""

from typing import Any, Final

import pandas as pd

from pspflow.studies.texture.loop import paper
from pspflow.studies.texture.loop.options import LoopOptions

WHY: Final = {
    "first": "five observations leave 30 of 35 outputs' directions unseen",
    "flow_every": "a flow takes most of the time, and the choice of textures does not need it",
    "window": "chosen in the configuration",
    "tolerance": "chosen in the configuration",
    "flow.blocks": "less time",
    "flow.width": "less time",
    "flow.epochs": "less time",
    "flow.batch_size": "chosen in the configuration",
    "flow.learning_rate": "chosen in the configuration",
    "flow.final_rate": "a rate that stays leaves noise in the likelihood, by which loops stop",
}
CALLED: Final = {
    "first": "first observations",
    "flow_every": "observations between two trainings of the flow",
    "window": "changes that the criterion averages (K)",
    "tolerance": "tolerance of the criterion (φ)",
    "flow.blocks": "blocks of the flow",
    "flow.width": "neurons of its hidden layers",
    "flow.epochs": "epochs of its training",
    "flow.batch_size": "batch size",
    "flow.learning_rate": "learning rate",
    "flow.final_rate": "learning rate at the end",
}
ALWAYS: Final = (
    (
        "length scales of the Gaussian process",
        "one set for each latent function",
        "one set that all share, with orthogonal mixing",
        "as many observations as length scales would have to inform each set; the posterior of "
        "all outputs is exact",
    ),
    (
        "hyperparameters",
        "largest likelihood",
        "largest posterior density, from the last fit on",
        "36 length scales have no largest likelihood on a few observations",
    ),
    (
        "permutations between blocks",
        "not said",
        "in pairs that exchange halves, then drawn anew",
        "with permutations drawn alone, a coefficient may never be changed",
    ),
    (
        "synthetic observations of each candidate",
        f"{paper.DRAWS}",
        "a new one in each epoch",
        "all of them at once are 100 times the pool in every epoch",
    ),
    (
        "random numbers of a flow's training",
        "not said",
        "the same in every iteration",
        "others change the likelihood by half a nat, which hides whether it settles",
    ),
    (
        "likelihood of the stopping criterion",
        "normalisation not said",
        "mean log-likelihood per validation texture, in nats",
        "its changes do not grow with the number of textures",
    ),
    (
        "error of a round trip",
        "no formula",
        "norm of the difference over that of the 54 wanted parameters",
        "one number per texture, in which stresses and increments count alike",
    ),
)


def departures(options: LoopOptions) -> pd.DataFrame:
    """Tabulate the departures: `what`, `paper`, `here`, `why`."""
    rows = [
        (CALLED[name], f"{value:g}", f"{here:g}", WHY[name])
        for name, value in paper.SETTINGS.items()
        if (here := _given(options, name)) != value
    ]
    if "active_warm" in options.arms:
        rows.append(
            (
                "flow of arm active_warm",
                "trained anew in every iteration",
                f"goes on from the last one, for {options.flow.warm_epochs} epochs",
                "less time",
            )
        )
    return pd.DataFrame([*rows, *ALWAYS], columns=["what", "paper", "here", "why"])


def smaller(options: LoopOptions) -> list[str]:
    """Say in which settings that decide where a loop stops the options differ from the paper's."""
    names = ("flow_every", "window", "tolerance", "flow.blocks", "flow.width", "flow.epochs")
    return [
        f"{CALLED[name]} {_given(options, name):g} (paper {paper.SETTINGS[name]:g})"
        for name in names
        if _given(options, name) != paper.SETTINGS[name]
    ]


def _given(options: LoopOptions, name: str) -> Any:
    value: Any = options
    for part in name.split("."):
        value = getattr(value, part)
    return value
