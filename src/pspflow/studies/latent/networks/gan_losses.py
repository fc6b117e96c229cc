"""Losses of adversarial networks, and what is done to images before these are judged."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus


def discriminator_loss(real: Tensor, made: Tensor, *, paired: bool = False) -> Tensor:
    """Return the loss of a discriminator that is to tell real images from made ones.

    Parameters
    ----------
    real, made
        (n,) scores of each.
    paired
        Whether scores are compared in pairs of a real and a made image (Jolicoeur-Martineau 2019,
        "The relativistic discriminator", ICLR; Huang et al. 2024, "The GAN is dead; long live the
        GAN!", NeurIPS), which is to keep the generator from leaving kinds of images out. Else it
        is the sum of both kinds' cross-entropies, as in Radford et al. 2016.

    Returns
    -------
    Tensor
        A scalar; where none is told, ln 2 for pairs and 2 ln 2 else.
    """
    if paired:
        return softplus(made - real).mean()
    return softplus(-real).mean() + softplus(made).mean()


def generator_loss(real: Tensor, made: Tensor, *, paired: bool = False) -> Tensor:
    """Return the loss of made images that are to be taken for real ones; see above.

    Scores are `n`, the loss is a scalar. Without pairs, the scores of real images do not count.
    """
    return softplus(real - made if paired else -made).mean()


def slope_penalty(critic: nn.Module, images: Tensor) -> Tensor:
    """Return half the mean squared gradient of scores by real images `n x 1 x h x w`: a scalar.

    Mescheder, Geiger and Nowozin 2018, "Which training methods for GANs do actually converge?",
    equation 9.
    """
    inputs = images.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(critic(inputs).sum(), inputs, create_graph=True)
    squares: Tensor = slopes.square().sum(dim=(1, 2, 3))
    return squares.mean() / 2


def mirrored(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Mirror images `n x 1 x rows x columns`, each along rows, columns, both or neither.

    Statistics of a micrograph do not depend on which way it lay.
    """
    chosen = torch.from_numpy(rng.random((2, len(images), 1, 1, 1)) < 0.5).to(images.device)
    for axis, which in zip((2, 3), chosen, strict=True):
        images = torch.where(which, images.flip(axis), images)
    return images
