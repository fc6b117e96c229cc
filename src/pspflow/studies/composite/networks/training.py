"""The losses by which the networks are trained."""

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.optim.lr_scheduler import CosineAnnealingLR

from pspflow.models.vae_regression import Posterior, VAERegression, binarise
from pspflow.seeds import generator
from pspflow.studies.composite.networks.network import Network, to_input
from pspflow.studies.composite.networks.options import ObjectiveOptions, StatisticsOptions
from pspflow.studies.composite.networks.symmetry import chosen, symmetric_copies
from pspflow.studies.composite.structures.symmetries import Symmetries
from pspflow.training.data import Batch, Batches
from pspflow.training.optimisers import Adam
from pspflow.training.supervised import Supervised

CLIP = 5.0
"""Largest norm of the gradient of each part of a network: trunk, encoder, decoder, ...

Of the whole, it would be the likelihood of the properties that is bounded, whose gradients are by
far the largest, and the decoder's would vanish beside them: its loss then stays on a plateau.
"""


class NetworkLoss:
    """Mean squared error of the standardised properties; see `training.supervised.Loss`.

    Batches are phase ids `b x n x n x n` uint8 and the six stiffness components `b x 6` in GPa.

    Parameters
    ----------
    network
        What is trained.
    columns
        Which of the six components it predicts.
    objective
        Weights of the terms.
    seed
        Seed of the draws.
    symmetries
        Those of the copies that it is trained on; None: on the structures as they are.
    """

    def __init__(
        self,
        network: Network,
        columns: list[int],
        objective: ObjectiveOptions,
        seed: int,
        symmetries: Symmetries | None = None,
    ) -> None:
        self.network, self.columns, self.objective = network, columns, objective
        self.seed, self.symmetries = seed, symmetries

    def training(self, batch: Batch, epoch: int, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a training batch, a scalar, and its named terms."""
        rng = self._rng("training", epoch, number)
        structures, stiffness = to_input(batch[0]), batch[1]
        if self.symmetries is not None:
            structures, stiffness = symmetric_copies(structures, stiffness, rng, self.symmetries)
        return self.losses(structures, chosen(stiffness, self.columns), rng)

    def validation(self, batch: Batch, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss that ranks epochs, of a validation batch, and the terms of the loss.

        All are scalars. Draws are the same in every epoch.
        """
        rng = self._rng("validation", number)
        properties = chosen(batch[1], self.columns)
        _, terms = self.losses(to_input(batch[0]), properties, rng)
        return self.ranking(terms), terms

    def ranking(self, terms: dict[str, Tensor]) -> Tensor:
        """Return the loss by which epochs are ranked, a scalar, from the terms of a batch."""
        return terms["squares"]

    def losses(
        self, structures: Tensor, properties: Tensor, rng: torch.Generator
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of structures `b x 1 x n x n x n`, and its terms by name."""
        error = self.network.net(structures) - self.network.scale(properties)
        loss = error.square().mean()
        return loss, {"squares": loss}

    def _rng(self, *purpose: object) -> torch.Generator:
        seed = int(generator(self.seed, "network", *purpose).integers(2**62))
        return torch.Generator().manual_seed(seed)


class AutoencoderLoss(NetworkLoss):
    """The loss of equation 4: regression, reconstruction and divergence from the prior.

    The paper's equation gives the divergence a minus sign and then writes its negative; it is added
    here, as in equation 2. `reconstruction` maps decoded and given structures to one distance each.
    """

    reconstruction: nn.Module

    @property
    def consistency_weight(self) -> float:
        """Weight of the regressor's error on decoded structures; 0 for the paper's networks."""
        objective = self.objective
        return objective.consistency_weight if isinstance(objective, StatisticsOptions) else 0.0

    def losses(
        self, structures: Tensor, properties: Tensor, rng: torch.Generator
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of structures `b x 1 x n x n x n`, and its terms by name."""
        net = self.network.autoencoder
        encoded: Posterior = net(structures)
        spreads = (encoded.log_variances / 2).exp()
        latents = encoded.means + _normal(encoded.means, rng) * spreads
        decoded = net.decode(latents, _beside(latents, rng))
        terms = {"reconstruction": self.reconstruction(decoded, structures).mean()}
        loss = terms["reconstruction"]
        wanted = self.network.scale(properties)
        if net.prior is None:
            mean_square = encoded.means.square() + encoded.log_variances.exp() - 1
            terms["divergence"] = 0.5 * (mean_square - encoded.log_variances).sum(dim=1).mean()
        else:
            spreads = (encoded.property_log_variances / 2).exp()
            guess = encoded.properties + _normal(spreads, rng) * spreads  # one draw from q(c | x)
            prior = net.prior(guess)
            terms["divergence"] = prior.divergence(encoded.means, encoded.log_variances).mean()
            squares = (wanted - encoded.properties).square()
            terms["squares"] = squares.mean()
            scaled = squares / spreads.square()
            terms["regression"] = 0.5 * (scaled + encoded.property_log_variances).mean()
            loss = loss + self.objective.regression_weight * terms["regression"]
        loss = loss + self.objective.kl_weight * terms["divergence"]
        weight = self.consistency_weight
        if weight and net.regressor is not None:
            terms["consistency"] = self._consistency(net, decoded, wanted)
            loss = loss + weight * terms["consistency"]
        return loss, terms

    def ranking(self, terms: dict[str, Tensor]) -> Tensor:
        """Return the loss with the squares of the regression in place of its likelihood.

        It is a scalar. The likelihood has q(c | x)'s variance, which the training makes small: one
        validation structure then moves it by tens from an epoch to the next, and epochs cannot be
        ranked. The squares are its part for a variance of 1, with the same weight.
        """
        weights = {
            "reconstruction": 1.0,
            "squares": self.objective.regression_weight / 2,
            "divergence": self.objective.kl_weight,
            "consistency": self.consistency_weight,
        }
        return torch.stack([weights[name] * terms[name] for name in weights if name in terms]).sum()

    def _consistency(self, net: VAERegression, decoded: Tensor, wanted: Tensor) -> Tensor:
        """Return the present regressor's error on the decoded structures cut to two phases.

        Cutting has no gradient; that of the soft structure replaces it. The regressor itself does
        not learn from this term: it would learn to predict the wanted value for any decoded
        structure.
        """
        cut = binarise(decoded.detach()) + decoded - decoded.detach()
        frozen = {name: value.detach() for name, value in net.named_parameters()}
        encoded: Posterior = functional_call(net, frozen, (cut,))
        return (encoded.properties - wanted).square().mean()


def training_of(
    loss: NetworkLoss, train: Batches, validation: Batches, epochs: int, device: torch.device
) -> Supervised:
    """Return the training of a network by a loss.

    Parameters
    ----------
    loss
        The loss, with its network.
    train, validation
        The data.
    epochs
        Number of epochs in which the learning rate of an augmented network falls as a cosine;
        that of other networks is constant.
    device
        Where the network is trained.
    """
    parts = [{"params": list(part.parameters())} for part in loss.network.net.children()]
    # fused: one kernel for all parameters, on a CPU too
    optimiser = Adam(parts, loss.objective.learning_rate, loss.objective.betas, fused=True)
    schedule = CosineAnnealingLR(optimiser, epochs) if loss.symmetries is not None else None
    return Supervised(
        loss.network, loss, optimiser, train, validation, device, schedule=schedule, clip=CLIP
    )


def _normal(like: Tensor, rng: torch.Generator) -> Tensor:
    # drawn on the CPU: the same numbers on every device
    return torch.randn(like.shape, generator=rng).to(like.device, non_blocking=True)


def _beside(like: Tensor, rng: torch.Generator) -> torch.Generator:
    """Return a generator on the device of a tensor, started as another, which it leaves alone."""
    if like.device.type == "cpu":
        return rng
    return torch.Generator(like.device).manual_seed(rng.initial_seed())
