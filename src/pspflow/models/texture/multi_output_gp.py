"""Forward model: anisotropy parameters of a texture, with their covariance (paper, section 2.2.2).

A linear model of coregionalisation with orthogonal mixing (see `coregionalisation`) whose latent
functions share the length scales (see `latent_gp`). Under that model the posterior is exact at
every size. Sizes are limited as follows:

- Conditioning decomposes one matrix of n x n. Up to `EXACT_POINTS` that is done, where the matrix
  takes 3.2 GB, and refused beyond.
- Hyperparameters are fitted on all points up to `FIT_POINTS`, and beyond on a random part of that
  size; a message says so. The posterior still uses every point.

The paper gives each latent function its own length scales, which are as many as observations at the
start of the loop: here all outputs inform one set.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from pspflow.arrays import real, refuses_masks
from pspflow.logs import log
from pspflow.models.texture.coregionalisation import OutputBasis
from pspflow.models.texture.latent_fit import fit_latents
from pspflow.models.texture.latent_gp import Hyperparameters, LatentGP
from pspflow.models.texture.posterior import Posterior
from pspflow.seeds import generator

Floats = NDArray[np.float64]
EXACT_POINTS = 20_000
FIT_POINTS = 1_200
START_SPREAD = 1.0
"""Spread of the logarithms of random starts."""
SEEN = 1e-6
"""Latent values whose spread is smaller come from directions that no observation spans."""
Device = str | torch.device


@dataclass(frozen=True)
class MultiOutputGP:
    """Gaussian process from textures with `d` coefficients to `h` outputs; made by `fit_gp`."""

    centre: Floats
    """Subtracted from textures, `d`."""
    spread: Floats
    """Divides textures, `d`."""
    basis: OutputBasis
    latents: LatentGP

    @property
    def constant_outputs(self) -> NDArray[np.int64]:
        """Return the positions (n,) of the outputs that never varied."""
        return np.flatnonzero(self.basis.spreads == 0)

    @refuses_masks
    def predict(self, textures: Floats) -> Posterior:
        """Predict the outputs at textures `n x d`, in bounded memory.

        Raises
        ------
        ValueError
            If the textures have another number of coefficients, or numbers that are not finite.
        """
        means, variances = self.latents.predict(self._standardised(textures))
        return Posterior(
            self.basis,
            means.cpu().numpy(),
            variances.cpu().numpy(),
            self.latents.hyperparameters.noises.numpy(),
        )

    @refuses_masks
    def predict_mean(self, textures: Floats) -> Floats:
        """Predict the mean outputs at textures `n x d`, `n x h`, without their covariance.

        It takes `n` times the number of observations, where `predict` takes that times it again.

        Raises
        ------
        ValueError
            As `predict`.
        """
        return self.basis.to_outputs(self.latents.means(self._standardised(textures)).cpu().numpy())

    @refuses_masks
    def latent_covariance(self, textures: Floats, texture: Floats) -> Floats:
        """Return the latent functions' covariances between textures `n x d` and one more, `d`.

        Returns
        -------
        ndarray
            `n x l`, posterior, without noise.
        """
        inputs, other = self._standardised(textures), self._standardised(texture[None])[0]
        return self.latents.covariance_with(inputs, other).cpu().numpy()

    @refuses_masks
    def conditioned(self, textures: Floats, properties: Floats) -> "MultiOutputGP":
        """Condition on other observations and keep everything that was fitted.

        Parameters
        ----------
        textures, properties
            All observations, `n x d` and `n x h`: also those of before.
        """
        textures, properties = _checked(textures, properties)
        inputs = self._standardised(textures)
        values = torch.from_numpy(self.basis.to_latents(properties)).to(inputs)
        latents = LatentGP(inputs, values, self.latents.hyperparameters)
        return MultiOutputGP(self.centre, self.spread, self.basis, latents)

    def arrays(self) -> dict[str, Floats]:
        """Return everything that was fitted, but not the observations, as named arrays."""
        fitted = self.latents.hyperparameters
        return {
            "centre": self.centre,
            "spread": self.spread,
            "output_means": self.basis.means,
            "output_spreads": self.basis.spreads,
            "directions": self.basis.directions,
            "scales": self.basis.scales,
            "rest": self.basis.rest,
            "lengths": fitted.lengths.numpy(),
            "variances": fitted.variances.numpy(),
            "noises": fitted.noises.numpy(),
        }

    @classmethod
    @refuses_masks
    def from_arrays(
        cls,
        arrays: Mapping[str, Floats],
        textures: Floats,
        properties: Floats,
        device: Device = "cpu",
    ) -> "MultiOutputGP":
        """Make the model of `arrays` again, conditioned on observations; as in `fit_gp`."""
        basis = OutputBasis(
            arrays["output_means"],
            arrays["output_spreads"],
            arrays["directions"],
            arrays["scales"],
            arrays["rest"],
        )
        fitted = Hyperparameters(
            *(torch.from_numpy(arrays[name].copy()) for name in ("lengths", "variances", "noises"))
        )
        inputs = torch.zeros(1, len(arrays["centre"]), dtype=torch.float64, device=device)
        values = torch.zeros(1, len(arrays["scales"])).to(inputs)
        latents = LatentGP(inputs, values, fitted)
        empty = cls(arrays["centre"], arrays["spread"], basis, latents)
        return empty.conditioned(textures, properties)

    def _standardised(self, textures: Floats) -> Tensor:
        textures = real(textures, "textures")
        if textures.ndim != 2 or textures.shape[1] != len(self.centre):
            raise ValueError(
                f"textures must have {len(self.centre)} coefficients each, as those the model was "
                f"fitted on, got an array of shape {textures.shape}"
            )
        if not np.isfinite(textures).all():
            raise ValueError("textures must hold finite numbers: remove rows with NaN or infinity")
        inputs = torch.from_numpy((textures - self.centre) / self.spread)
        return inputs.to(self.latents.inputs.device)


@refuses_masks
def fit_gp(
    textures: Floats,
    properties: Floats,
    *,
    seed: int,
    start: MultiOutputGP | None = None,
    reference: Floats | None = None,
    latents: int | None = None,
    restarts: int = 0,
    iterations: int = 50,
    device: Device = "cpu",
) -> MultiOutputGP:
    """Fit the forward model to observations.

    The same arguments give the same model, on one machine and number of threads.

    Parameters
    ----------
    textures, properties
        Observations, `n x d` and `n x h`; textures may repeat, outputs may be constant or depend
        linearly on others.
    seed
        Seed of random starts, and of the part that hyperparameters are fitted on.
    start
        An earlier model, from whose hyperparameters the search starts; variance and noise of each
        latent function are those of the earlier one of the most similar direction.
    reference
        Textures whose mean and spread standardise the inputs, `m x d`, for example the pool: they
        then stay the same as observations come in. The observed textures by default.
    latents
        Number of latent functions, at most the number of outputs, which is the default.
    restarts
        Random starts, in addition to the first one.
    iterations
        Steps of L-BFGS from each start, at most. With 0, the first start is kept.
    device
        Where matrices are factorised.

    Raises
    ------
    ValueError
        If shapes do not match, numbers are not finite, fewer than two textures differ, there are
        more than `EXACT_POINTS` observations, or every output is constant.
    """
    textures, properties = _checked(textures, properties)
    about = textures if reference is None else real(reference, "reference")
    if about.ndim != 2 or about.shape[1] != textures.shape[1]:
        raise ValueError(
            f"reference must have as many coefficients as textures, {textures.shape[1]}, got an "
            f"array of shape {about.shape}"
        )
    spread = about.std(axis=0)
    spread[spread == 0] = 1
    basis = OutputBasis.of(properties, latents)
    inputs = torch.from_numpy((textures - about.mean(axis=0)) / spread).to(device)
    values = torch.from_numpy(basis.to_latents(properties)).to(device)
    fitted = _fitted(inputs, values, _start(basis, spread, start), restarts, iterations, seed)
    return MultiOutputGP(about.mean(axis=0), spread, basis, LatentGP(inputs, values, fitted))


def _fitted(
    inputs: Tensor,
    values: Tensor,
    first: Hyperparameters,
    restarts: int,
    iterations: int,
    seed: int,
) -> Hyperparameters:
    """Fit hyperparameters from the first and from random starts, and return the best."""
    if not iterations:
        return first
    part = _part(len(inputs), seed)
    # few observations leave directions in which nothing was seen: no evidence of small variances
    seen = values.cpu().std(dim=0, correction=0) > SEEN
    starts = [
        Hyperparameters(each.lengths, each.variances[seen], each.noises[seen])
        for each in (first, *_random_starts(first, restarts, seed))
    ]
    columns = values[part][:, seen.to(values.device)]
    found = [fit_latents(inputs[part], columns, each, iterations) for each in starts]
    best = max(found, key=lambda each: each[1])[0]
    variances = torch.full(seen.shape, 1.0, dtype=torch.float64)
    noises = torch.full(seen.shape, float(best.noises.log().mean().exp()), dtype=torch.float64)
    variances[seen], noises[seen] = best.variances, best.noises
    return Hyperparameters(best.lengths, variances, noises)


def _checked(textures: Floats, properties: Floats) -> tuple[Floats, Floats]:
    textures, properties = real(textures, "textures"), real(properties, "properties")
    if textures.ndim != 2 or properties.ndim != 2 or len(textures) != len(properties):
        raise ValueError(
            "textures and properties must have one row per observation each, got arrays of shapes "
            f"{textures.shape} and {properties.shape}"
        )
    if not (np.isfinite(textures).all() and np.isfinite(properties).all()):
        raise ValueError(
            "textures and properties must hold finite numbers: remove observations with NaN or "
            "infinity"
        )
    if len(np.unique(textures, axis=0)) < 2:
        raise ValueError("a Gaussian process needs at least two textures that differ")
    if len(textures) > EXACT_POINTS:
        raise ValueError(
            f"the Gaussian process is exact up to {EXACT_POINTS:,} observations, whose matrix "
            f"takes 3.2 GB, got {len(textures):,}: give it a part of them"
        )
    return textures, properties


def _part(observations: int, seed: int) -> Tensor:
    """Choose the observations on which hyperparameters are fitted."""
    if observations <= FIT_POINTS:
        return torch.arange(observations)
    log.info(
        "Hyperparameters of the Gaussian process are fitted on %d of %d observations; its "
        "posterior uses all.",
        FIT_POINTS,
        observations,
    )
    drawn = generator(seed, "gp part").permutation(observations)[:FIT_POINTS]
    return torch.from_numpy(np.sort(drawn))


def _start(basis: OutputBasis, spread: Floats, start: MultiOutputGP | None) -> Hyperparameters:
    """Return where the search starts."""
    first = Hyperparameters.typical(len(spread), len(basis.scales))
    if start is None:
        return first
    if len(start.centre) != len(spread) or len(start.basis.means) != len(basis.means):
        raise ValueError(
            "the earlier model has another number of coefficients or outputs: start without it"
        )
    before = start.latents.hyperparameters
    alike = np.abs(basis.directions.T @ start.basis.directions)
    new, old = map(torch.from_numpy, linear_sum_assignment(-alike))
    first.variances[new], first.noises[new] = before.variances[old], before.noises[old]
    # a length scale counts in units of the inputs' spread, which may have changed
    change = torch.from_numpy(start.spread / spread)
    return Hyperparameters(before.lengths * change, first.variances, first.noises)


def _random_starts(first: Hyperparameters, count: int, seed: int) -> list[Hyperparameters]:
    """Draw starts around the first one."""
    random = generator(seed, "gp starts")

    def drawn(values: Tensor) -> Tensor:
        return values * torch.from_numpy(np.exp(START_SPREAD * random.standard_normal(len(values))))

    return [
        Hyperparameters(drawn(first.lengths), drawn(first.variances), drawn(first.noises))
        for _ in range(count)
    ]
