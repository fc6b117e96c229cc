"""Models of codes by name: the arguments of their networks, and what trains them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.steel.codes.losses import CodeLoss
from pspflow.studies.steel.codes.options import CodeModel, CodesOptions
from pspflow.studies.steel.codes.sharp import SharpLoss


@dataclass(frozen=True)
class Recipe:
    """A model of codes."""

    arguments: Callable[[CodesOptions], dict[str, Any]]
    """Returns the arguments of its VQVAE, ready for JSON."""
    loss: Callable[[VQVAE, CodesOptions, int], CodeLoss]
    """Returns its losses, given the seed of random crops."""


def _sizes(options: CodesOptions) -> dict[str, Any]:
    return {
        "channels": list(options.channels),
        "residual_blocks": options.residual_blocks,
        "bottleneck": options.bottleneck,
    }


def _vector(options: CodesOptions) -> dict[str, Any]:
    return {**_sizes(options), "code_dim": options.code_dim, "codes": options.codes}


def _scalar(options: CodesOptions) -> dict[str, Any]:
    return {**_sizes(options), "levels": list(options.levels)}


def _finer(options: CodesOptions) -> dict[str, Any]:
    sharp = options.sharp
    few = list(options.channels[: sharp.halvings])
    return {**_vector(options), "channels": few, "codes": sharp.codes}


def _papers_loss(net: VQVAE, options: CodesOptions, seed: int) -> CodeLoss:
    return CodeLoss(net, options.commitment, options.crop_px, seed)


def _sharp_loss(net: VQVAE, options: CodesOptions, seed: int) -> CodeLoss:
    return SharpLoss(net, options.commitment, options.crop_px, seed, options.sharp)


RECIPES: Mapping[CodeModel, Recipe] = {
    "vq": Recipe(_vector, _papers_loss),
    "fsq": Recipe(_scalar, _papers_loss),
    "sharp": Recipe(_finer, _sharp_loss),
}
