"""Departures from the paper's networks: what it does, what runs here, and why."""

from collections.abc import Collection
from typing import Final, NamedTuple

import pandas as pd

from pspflow.models.vae_regression import LOG_VARIANCES
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.networks.training import CLIP
from pspflow.studies.composite.structures import paper

SETTINGS: Final[dict[str, tuple[str, float, str]]] = {
    "latent": ("latent dimensions", 16, "chosen in the configuration"),
    "components": ("components of the mixture", 2, "chosen in the configuration"),
    "width": ("filters of the first convolution", 16, "less time"),
    "decoder_width": ("filters of the decoder's narrowest convolution", 16, "less time"),
    "dense": ("units of the first dense layer", 2048, "less time"),
    "batch_size": ("structures in a batch", 8, "chosen in the configuration"),
    "patience": (
        "epochs without a lower part of the validation loss that end a training",
        10,
        "chosen in the configuration",
    ),
}
"""Option: what it is, the paper's value (section 4, Tables 2 to 5), and why ours is another."""
REGRESSION_WEIGHT: Final = 10.0
WITH_DECODER: Final = (
    (
        "sign of the divergence in equation 4",
        "printed with a minus before the logarithm of its inverse",
        "added to the loss, as in equation 2",
        "with the printed sign the posterior would be driven away from the prior",
    ),
    (
        "log variances of a posterior",
        "without bounds",
        f"from {LOG_VARIANCES[0]:g} to {LOG_VARIANCES[1]:g}",
        "their exponentials stay finite",
    ),
    (
        "validation loss of autoencoders",
        "the loss, as far as it is said",
        "the loss with squared errors of the properties in place of their likelihood",
        "one structure moves the likelihood by tens between epochs, so that it ranks none",
    ),
    (
        "what patience watches in autoencoders",
        "the validation loss",
        "its two parts, each: reconstruction and squared errors of the properties",
        "the squares move the sum by more than a decoder gains in ten epochs",
    ),
    (
        "decoded structures",
        "not said how they become two phases",
        "the highest voxels are stiff, as many as the mean of all voxels gives",
        "the solver needs two phases; a fixed level would change the volume fraction",
    ),
)
GAUSSIAN_PRIOR: Final = (
    "log variances of the Gaussian prior",
    'of size "1/6" (Table 4)',
    "one of each latent dimension",
    "read as a misprint of 16, the size of the mean",
)
MIXTURE_PRIOR: Final = (
    "first weights of the mixture prior",
    "not said",
    "means spread by 0.1; log variances and component weights start from zero",
    "components that start far apart are lost in training",
)
REFITTED: Final = (
    "prior for inverse design",
    "trained with the rest (joint)",
    "the same and, beside it, one refitted by maximum likelihood (refitted)",
    "equation 3 is small as soon as one component is near; the refitted one is ours",
)
CLIPPED: Final = (
    "norm of the gradient of each part of a network",
    "without bound",
    f"at most {CLIP:g}",
    "single batches move the regression by all that it has learned",
)
SCHEDULED: Final = (
    "copies, schedule and logarithms",
    "none",
    "in networks named *_augmented, *_log and *_statistics alone",
    "they are our additions; cnn, vae, gaussian and mixture train as the paper's do",
)


class Data(NamedTuple):
    """How large the data of a run are."""

    edge_voxels: int
    training_structures: int | None
    """Of set `all`; None where it is not known."""
    runs: int


def departures(options: NetworkOptions, networks: Collection[str], data: Data) -> pd.DataFrame:
    """Tabulate the departures: `what`, `paper`, `here`, `why`.

    Parameters
    ----------
    options
        The options of the chapter.
    networks
        The networks that are trained.
    data
        The data that they are trained on.
    """
    trained = [RECIPES[name] for name in networks]
    predicting = [each for each in trained if each.autoencoder and each.regression]
    rows = [*_sizes(data), *_settings(options), CLIPPED]
    if any(each.autoencoder for each in trained):
        rows += [*_losses(options), *WITH_DECODER]
    if any(not each.mixture for each in predicting):
        rows.append(GAUSSIAN_PRIOR)
    if any(each.mixture for each in predicting):
        rows.append(MIXTURE_PRIOR)
    if predicting:
        rows.append(REFITTED)
    if any(each.ours for each in trained):
        rows.append(SCHEDULED)
    return pd.DataFrame(rows, columns=["what", "paper", "here", "why"])


def _sizes(data: Data) -> list[tuple[str, str, str, str]]:
    theirs = {
        "voxels along each edge": (paper.EDGE_VOXELS, data.edge_voxels),
        "training structures": (paper.TRAINING_STRUCTURES, data.training_structures),
        "runs": (paper.RUNS, data.runs),
    }
    return [
        (what, f"{'about ' if what == 'training structures' else ''}{value:,}", f"{here:,}", why)
        for what, (value, here) in theirs.items()
        # the paper's number of training structures is given to a hundred
        if here is not None and abs(here - value) > (50 if what == "training structures" else 0)
        for why in ["less time" if here < value else "chosen in the configuration"]
    ]


def _settings(options: NetworkOptions) -> list[tuple[str, str, str, str]]:
    return [
        (what, f"{value:g}", f"{here:g}", why if here < value else "chosen in the configuration")
        for name, (what, value, why) in SETTINGS.items()
        if (here := getattr(options, name)) != value
    ]


def _losses(options: NetworkOptions) -> list[tuple[str, str, str, str]]:
    """List the departures of the style loss and of the weights beside it."""
    published = options.published
    rows = []
    if options.style_weights is None:
        rows.append(
            (
                "features of the style loss",
                "of a trained VGG19",
                "of fixed random filters at up to three scales",
                "no file of VGG19's weights was given (composite.networks.style_weights)",
            )
        )
    rows.append(
        (
            "unit of the losses",
            "multipliers of 2 (regression) and 20 (divergence) bring them to one scale",
            "reconstruction by its mean between training structures, divergence in nats",
            "the multipliers belong to the paper's own style loss",
        )
    )
    rows.append(
        (
            "weights of regression and divergence",
            f"{REGRESSION_WEIGHT:g} and 1, in its units",
            f"{published.regression_weight:g} and {published.kl_weight:g}, in ours",
            "larger weights of the divergence collapse the posterior in our unit",
        )
    )
    return rows
