"""What is measured of a trained network on structures that it was not trained on."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeClassifier
from torch import Tensor, nn

from pspflow.arrays import refuses_masks
from pspflow.models.mixture import Mixture
from pspflow.studies.composite.forward.accuracy import mape
from pspflow.studies.composite.networks.decoding import cut, noise_source
from pspflow.studies.composite.networks.network import BATCH, Network, to_input

ACTIVE = 0.1
"""Nats about a structure in a dimension of the latent space above which it is active."""
Solver = Callable[[np.ndarray], np.ndarray]
"""Maps phase ids ``(n, edge, edge, edge)`` to the solved property ``(n,)`` in GPa."""


class Known(NamedTuple):
    """Structures whose property is known."""

    phases: np.ndarray
    """Phase ids, uint8, shape ``(n, edge, edge, edge)``."""
    c11_gpa: np.ndarray
    """Solved, in GPa, shape ``(n,)``."""
    morphologies: np.ndarray
    """Their names, shape ``(n,)``."""


class Latents(NamedTuple):
    """Posteriors of structures and the priors of their properties."""

    means: Tensor
    """``(n, latent)``."""
    log_variances: Tensor
    prior: Mixture

    @classmethod
    def of(cls, network: Network, known: Known) -> "Latents":
        """Encode structures; the prior is that which was trained with the rest."""
        means, log_variances = (torch.from_numpy(each) for each in network.encode(known.phases))
        prior = Mixture(*(each.cpu() for each in network.prior(known.c11_gpa[:, None])))
        return cls(means, log_variances, prior)

    def drawn(self, rng: torch.Generator) -> Tensor:
        """Draw one latent from each posterior, `n x d`."""
        normal = torch.randn(self.means.shape, generator=rng)
        return self.means + normal * (self.log_variances / 2).exp()

    @property
    def components(self) -> np.ndarray:
        """The component of the prior that each structure belongs to most likely, (n,)."""
        prior, k = self.prior, self.prior.log_weights.shape[1]
        single = [
            Mixture(torch.zeros(len(self.means), 1), *(e[:, i : i + 1] for e in prior[1:]))
            for i in range(k)
        ]
        each = torch.stack([one.log_prob(self.means) for one in single], dim=1)
        return (prior.log_weights + each).argmax(dim=1).numpy()


def regression_measures(network: Network, known: Known) -> dict[str, float]:
    """Measure the predictions of C11.

    Returns
    -------
    mape, in percent, see `forward.accuracy.mape`; r2; squares, the mean squared error of the
    standardised property.
    """
    predicted = network.predict(known.phases)[0][:, 0]
    scaled = [
        network.scale(torch.from_numpy(each[:, None]).float().to(network.device))
        for each in (predicted, known.c11_gpa)
    ]
    return {
        "mape": mape(known.c11_gpa, predicted),
        "r2": float(r2_score(known.c11_gpa, predicted)) if len(known.c11_gpa) > 1 else math.nan,
        "squares": float((scaled[0] - scaled[1]).square().mean()),
    }


@torch.inference_mode()
def latent_measures(latents: Latents, training: Latents, seed: int) -> dict[str, float]:
    """Measure posteriors and conditional prior.

    Parameters
    ----------
    latents, training
        Of the structures that are measured, and of training structures.
    seed
        Seed of the draws from the posteriors.

    Returns
    -------
    divergence, of the posteriors from the prior of the known property (equation 3), in nats;
    entropy, of the posteriors, the mean over the dimensions in nats;
    active_dimensions, those that hold more than `ACTIVE` nats about a structure;
    log_density, the mean log density of latents under the prior of the known property, in nats;
    density_gain, how much higher that is than under one Gaussian for the latents of all training
    structures: other than the density itself, it does not depend on the scale of the latents.
    """
    variances = latents.log_variances.exp()
    between = training.means.var(dim=0)
    known = 0.5 * (1 + between / training.log_variances.exp().mean(dim=0)).log()
    drawn = latents.drawn(torch.Generator().manual_seed(seed))
    density = latents.prior.log_prob(drawn).mean()
    total = (between + training.log_variances.exp().mean(dim=0)).log()
    centre = training.means.mean(dim=0)
    single = Mixture(torch.zeros(1, 1), centre[None, None], total[None, None])
    entropies = 0.5 * (variances.log() + math.log(2 * math.pi * math.e))
    return {
        "divergence": float(latents.prior.divergence(latents.means, latents.log_variances).mean()),
        "entropy": float(entropies.mean()),
        "active_dimensions": float((known > ACTIVE).sum()),
        "log_density": float(density),
        "density_gain": float(density - single.log_prob(drawn).mean()),
    }


@refuses_masks
def separation(
    components: np.ndarray, morphologies: np.ndarray, training: tuple[np.ndarray, np.ndarray]
) -> float:
    """Measure whether the components of the prior stand for the morphologies.

    Parameters
    ----------
    components, morphologies
        Most likely component and morphology of each structure, shape ``(n,)``.
    training
        The same of training structures: each component stands for the morphology that most of its
        training structures have, one without any for the first.

    Returns
    -------
    Share of the structures whose component stands for their morphology: 1 if they are separated,
    the share of the commonest if not; NaN if there are no two morphologies.
    """
    names = np.unique(training[1])
    if len(names) != 2:
        return math.nan
    counts = np.zeros((max(int(training[0].max()), int(components.max())) + 1, 2))
    np.add.at(counts, (training[0], np.searchsorted(names, training[1])), 1)
    stands = names[counts.argmax(axis=1)]
    return float((stands[components] == morphologies).mean())


@refuses_masks
def separation_by_property(
    values: np.ndarray, morphologies: np.ndarray, training: tuple[np.ndarray, np.ndarray]
) -> float:
    """Measure what C11 alone tells of the morphology: the control of `separation`.

    Parameters
    ----------
    values, morphologies
        C11 and morphology of each structure, shape ``(n,)``.
    training
        The same of training structures, by which the one level of C11 is chosen.

    Returns
    -------
    Share of the structures on the side of the level that their morphology is on; NaN if there are
    no two morphologies.
    """
    if len(np.unique(training[1])) != 2:
        return math.nan
    level = DecisionTreeClassifier(max_depth=1, random_state=0)
    level.fit(training[0][:, None], training[1])
    return float(level.score(values[:, None], morphologies))


@refuses_masks
@torch.inference_mode()
def reconstruction(
    network: Network, loss: nn.Module, phases: np.ndarray, latents: Tensor, seed: int
) -> float:
    """Return the reconstruction loss of structures decoded from the means of their posteriors.

    Parameters
    ----------
    network, loss
        A network and the loss of its reconstructions, whose unit is their mean between different
        training structures: at 1 a decoded structure resembles its own no more than another.
    phases, latents
        Phase ids ``(n, edge, edge, edge)``, and means ``(n, latent)``.
    seed
        Seed of the noise of a decoder that takes any.
    """
    noise, total = noise_source(network, seed, "noise of a trial"), 0.0
    parts = (torch.split(each, BATCH) for each in (torch.from_numpy(phases), latents))
    for some, means in zip(*parts, strict=True):
        decoded = network.autoencoder.decode(means.to(network.device), noise)
        total += float(loss(decoded, to_input(some.to(network.device))).sum())
    return total / len(phases)


@refuses_masks
def design_error(network: Network, wanted: np.ndarray, solve: Solver, seed: int) -> float:
    """Design structures from the means of the conditional prior, as the paper does, and solve them.

    Parameters
    ----------
    network
        A network with a conditional prior of C11.
    wanted
        C11 in GPa, shape ``(n,)``.
    solve
        The solver.
    seed
        Seed of the noise of a decoder that takes any.

    Returns
    -------
    The mean absolute error relative to the wanted value, in percent; components count by their
    weights.
    """
    prior = network.prior(wanted[:, None])
    items, k, latent = prior.means.shape
    noise = noise_source(network, seed, "noise of designs of a trial")
    solved = solve(cut(network.decode(prior.means.reshape(items * k, latent), noise)))
    errors = np.abs(solved.reshape(items, k) / wanted[:, None] - 1)
    weights = prior.log_weights.exp().cpu().numpy()
    return 100 * float((errors * weights).sum(axis=1).mean())


@refuses_masks
def spread_over(values: np.ndarray, count: int) -> np.ndarray:
    """Choose of values (n,) some that are spread evenly over their ranks, all if they are few."""
    ranked = np.sort(values)
    count = min(count, len(ranked))
    return ranked[((np.arange(count) + 0.5) * len(ranked) / count).astype(int)]
