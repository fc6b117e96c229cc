"""How networks of other studies are trained here: their own options, with the arena's epochs."""

from typing import Final

from pspflow.studies.arena.names import CHIP_PX
from pspflow.studies.latent.names import LatentModel
from pspflow.studies.latent.networks.options import NetworksOptions
from pspflow.studies.latent.networks.options import TrainingOptions as LatentTraining
from pspflow.studies.steel.codes.options import CodeModel, CodesOptions
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.prior.options import PriorOptions
from pspflow.studies.steel.prior.options import TrainingOptions as PriorTraining
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.flows.training_options import FlowTraining

SHAPED_FOR: Final = "uhcs_64x64"
"""Dataset of the latent study whose images have the size of the shared chips."""


def codes_training(options: CodesOptions, model: CodeModel, epochs: int, most: int) -> CodesOptions:
    """Return the options of a model of codes: no early stop, at most `most` chips a micrograph."""
    crop = options.crop_px
    changed = {
        "max_epochs": epochs,
        "patience": epochs,
        "chips_per_micrograph": most,
        "crop_px": crop if crop is None else min(crop, CHIP_PX),
    }
    return options.training(model, "all").model_copy(update=changed)


def prior_training(
    options: PriorOptions, conditions: tuple[Condition, ...], epochs: int
) -> PriorTraining:
    """Return the options of a PixelCNN under the conditions of the sheet: no early stop."""
    network = options.of_network.model_dump() | {"max_epochs": epochs, "patience": epochs}
    return PriorTraining(**network, conditions=conditions)


def latent_training(options: NetworksOptions, model: LatentModel, epochs: int) -> LatentTraining:
    """Return the options of an autoencoder or adversarial network: every training chip is seen."""
    changed = {"epochs": epochs, "snapshots": 1, "most_images": None}
    return options.training(SHAPED_FOR, model).model_copy(update=changed)


def flow_training(options: FlowOptions, epochs: int) -> FlowTraining:
    """Return the options of flows without topology: an epoch shows the largest domain once.

    At least one epoch is left to the discriminators, whatever share the likelihood has.
    """
    given = {name: getattr(options, name) for name in FlowTraining.model_fields}
    share = min(options.likelihood_share, (epochs - 1.5) / epochs)
    changed = {"epochs": epochs, "steps_per_epoch": None, "likelihood_share": share}
    return FlowTraining.model_validate(given | changed).acting("none")
