"""Losses that compare decoded with given structures, and the features of the style loss."""

from pathlib import Path

from torch import nn

from pspflow.errors import InputError
from pspflow.io.weights import load_tensors
from pspflow.models.composite.lineal_path_loss import LinealPathLoss
from pspflow.models.composite.statistics_loss import StatisticsLoss
from pspflow.models.style import Features, RandomFeatures, StyleLoss
from pspflow.models.vgg import VGG19Features
from pspflow.studies.composite.networks.recipes import Recipe


def reconstruction_loss(recipe: Recipe, style_weights: Path | None) -> nn.Module:
    """Make the loss that compares structures decoded by a network with given ones."""
    if recipe.convolved:
        return LinealPathLoss(RandomFeatures())
    if recipe.statistics:
        return StatisticsLoss(RandomFeatures())
    return StyleLoss(style_features(style_weights))


def style_features(style_weights: Path | None) -> Features:
    """Make the features of the style loss: VGG19's from a file, or fixed random filters.

    Raises
    ------
    InputError
        If the file holds something else.
    """
    if style_weights is None:
        return RandomFeatures()
    tensors = load_tensors(style_weights)
    try:
        return VGG19Features(tensors)
    except ValueError as error:
        raise InputError(
            f"{style_weights}: {error}; give torchvision's weights of vgg19, or none."
        ) from error
