"""The losses of the networks, as Lightning modules."""

import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torch.func import functional_call
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from pspflow.models.vae_regression import Posterior, VAERegression, binarise
from pspflow.seeds import generator
from pspflow.studies.composite.network_options import ObjectiveOptions, StatisticsOptions
from pspflow.studies.composite.networks import Network, to_input
from pspflow.studies.composite.symmetry import symmetric_copies

CLIP = 5.0
"""Largest norm of a gradient."""
Batch = tuple[Tensor, Tensor]
"""Phase ids `b x n x n x n` uint8, and the six stiffness components `b x 6` in GPa."""


class NetworkTraining(LightningModule):
    """Train a network; draws depend on the seed, the epoch and the number of the batch alone.

    Parameters
    ----------
    network
        What is trained.
    columns
        Which of the six components it predicts.
    objective
        Weights and optimiser.
    max_epochs
        Over which the learning rate of an augmented network falls; the others' is constant.
    seed
        Seed of the draws.
    augmented, exchange
        Whether it is shown symmetric copies, and whether these exchange axes.
    """

    def __init__(
        self,
        network: Network,
        columns: list[int],
        objective: ObjectiveOptions,
        max_epochs: int,
        seed: int,
        *,
        augmented: bool,
        exchange: bool,
    ) -> None:
        super().__init__()
        self.network, self.columns, self.objective = network, columns, objective
        self.max_epochs, self.seed = max_epochs, seed
        self.augmented, self.exchange = augmented, exchange

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Return the loss of a batch."""
        rng = self._rng("training", self.current_epoch, number)
        structures, stiffness = to_input(batch[0]), batch[1]
        if self.augmented:
            structures, stiffness = symmetric_copies(
                structures, stiffness, rng, exchange=self.exchange
            )
        loss, terms = self.losses(structures, stiffness[:, self.columns], rng)
        self.log("training_loss", loss, on_epoch=True, on_step=False, batch_size=len(structures))
        for name, term in terms.items():
            self.log(f"training_{name}", term, on_epoch=True, on_step=False)
        return loss

    def validation_step(self, batch: Batch, number: int) -> None:
        """Log the loss of a batch, with the same draws every epoch."""
        rng = self._rng("validation", number)
        loss, _ = self.losses(to_input(batch[0]), batch[1][:, self.columns], rng)
        self.log("validation_loss", loss, batch_size=len(batch[0]))

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """Make the optimiser and, for augmented networks, its schedule by epochs."""
        parameters = [p for p in self.network.net.parameters() if p.requires_grad]
        optimiser = Adam(parameters, self.objective.learning_rate, self.objective.betas)
        if not self.augmented:
            return optimiser
        schedule = CosineAnnealingLR(optimiser, self.max_epochs)
        return {"optimizer": optimiser, "lr_scheduler": schedule}

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Clip the gradient."""
        nn.utils.clip_grad_norm_(self.network.net.parameters(), CLIP)

    def losses(
        self, structures: Tensor, properties: Tensor, rng: torch.Generator
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a batch, and its terms by name."""
        error = self.network.net(structures) - self.network.scale(properties)
        return error.square().mean(), {}

    def _rng(self, *purpose: object) -> torch.Generator:
        seed = int(generator(self.seed, "network", *purpose).integers(2**62))
        return torch.Generator().manual_seed(seed)


class AutoencoderTraining(NetworkTraining):
    """The loss of equation 4: regression, reconstruction and divergence from the prior.

    The paper's equation gives the divergence a minus sign and then writes its negative; it is added
    here, as in equation 2. `reconstruction` maps decoded and given structures to a distance each.
    """

    reconstruction: nn.Module

    def losses(
        self, structures: Tensor, properties: Tensor, rng: torch.Generator
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a batch, and its terms by name."""
        net = self.network.autoencoder
        told: Posterior = net(structures)
        latents = told.means + _normal(told.means, rng) * (told.log_variances / 2).exp()
        decoded = net.decode(latents, _beside(latents, rng))
        terms = {"reconstruction": self.reconstruction(decoded, structures).mean()}
        loss = terms["reconstruction"]
        wanted = self.network.scale(properties)
        if net.prior is None:
            mean_square = told.means.square() + told.log_variances.exp() - 1 - told.log_variances
            terms["divergence"] = 0.5 * mean_square.sum(dim=1).mean()
        else:
            spreads = (told.property_log_variances / 2).exp()
            guess = told.properties + _normal(spreads, rng) * spreads  # one draw from q(c | x)
            prior = net.prior(guess)
            terms["divergence"] = prior.divergence(told.means, told.log_variances).mean()
            squares = (wanted - told.properties).square() / spreads.square()
            terms["regression"] = 0.5 * (squares + told.property_log_variances).mean()
            loss = loss + self.objective.regression_weight * terms["regression"]
        loss = loss + self.objective.kl_weight * terms["divergence"]
        if isinstance(self.objective, StatisticsOptions) and self.objective.consistency_weight:
            terms["consistency"] = self._consistency(net, decoded, wanted)
            loss = loss + self.objective.consistency_weight * terms["consistency"]
        return loss, terms

    def _consistency(self, net: VAERegression, decoded: Tensor, wanted: Tensor) -> Tensor:
        """Ask the regressor, as it stands, about the decoded structures cut to two phases.

        Cutting has no gradient; that of the soft structure stands in for it. The regressor itself
        learns nothing here: it would learn to call the decoded structure what is wanted.
        """
        cut = binarise(decoded.detach()) + decoded - decoded.detach()
        frozen = {name: value.detach() for name, value in net.named_parameters()}
        told: Posterior = functional_call(net, frozen, (cut,))
        return (told.properties - wanted).square().mean()


def _normal(like: Tensor, rng: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=rng).to(like.device)


def _beside(like: Tensor, rng: torch.Generator) -> torch.Generator:
    """Return a generator on the device of a tensor, started from another."""
    if like.device.type == "cpu":
        return rng
    seed = int(torch.randint(2**62, (), generator=rng))
    return torch.Generator(like.device).manual_seed(seed)
