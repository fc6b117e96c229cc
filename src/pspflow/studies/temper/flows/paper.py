"""What the temper paper says of the training of its flows (sections 3.3 to 3.5)."""

from collections.abc import Mapping
from typing import Any

from pspflow.studies.temper.flows.options import FlowOptions

SETTINGS: Mapping[str, Any] = {
    "seeds": 3,
    "architecture": "realnvp",
    "width": 64,
    "scaling": "full",
    "discriminator": (64, 128, 256, 512),
    "standardise": False,
    "standardise_topology": False,
    "epochs": 30,
    "steps_per_epoch": None,
    "batch_size": 8,
    "learning_rate": 2e-4,
    "betas": (0.5, 0.999),
    "weight_decay": 5e-5,
    "constant_share": 1.0,  # 30 epochs lie in the constant half of the published code's 200
    "likelihood_share": 0.0,
    "likelihood_weight": 1.64,  # 1e-4 on the sum over a chip of 128 x 128 pixels and one channel
    "chosen_epoch": "highest",
    "paired": False,
    "topology_share": None,
    "gradient_clip": None,
    "average": 0.0,
}
"""Options that the paper, or the published code it rests on, gives a value."""


def differences(options: FlowOptions) -> list[str]:
    """Name what makes the trainings of a run smaller than the paper's."""
    found = []
    if options.seeds < SETTINGS["seeds"]:
        found.append(f"trainings of each variant: {options.seeds}, not {SETTINGS['seeds']}")
    if options.epochs < SETTINGS["epochs"] or options.steps_per_epoch is not None:
        steps = options.steps_per_epoch or "all"
        found.append(f"{options.epochs} epochs of {steps} steps, not {SETTINGS['epochs']} of all")
    if options.architecture != SETTINGS["architecture"]:
        found.append("a smaller flow than RealNVP")
    return found
