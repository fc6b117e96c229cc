"""Images that one network makes, or principal components: arrays in, arrays out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pspflow.seeds import generator
from pspflow.studies.latent.evaluation.made_images import FITTED, INDEPENDENT, NOISE
from pspflow.studies.latent.evaluation.samplers import (
    fit_density,
    independent_latents,
    linear_strips,
    spherical_strips,
)

Images = NDArray[np.uint8]
EPOCH_SAMPLES: Final = 64
"""Most samples of an epoch, as many as the report shows."""
EPOCH_RECONSTRUCTIONS: Final = 8
"""Reconstructions of an epoch, as many as the report shows."""


class Decoder(Protocol):
    """What makes images of latents."""

    @property
    def latent_size(self) -> int:
        """Numbers of a latent."""

    def decode(self, latents: np.ndarray) -> Images:
        """Decode latents (n, d) to images (n, y, x) uint8."""


class Coder(Decoder, Protocol):
    """What encodes images too."""

    def encode(self, images: np.ndarray) -> NDArray[np.float32]:
        """Encode images (n, y, x) uint8 to latents (n, d) float32."""


@dataclass(frozen=True)
class Wanted:
    """How many images are made, and of what."""

    train: Images
    """(n, y, x) uint8, what densities are fitted to."""
    test: Images
    """(m, y, x) uint8, what is reconstructed; the first ones also at every epoch."""
    pairs: NDArray[np.int64]
    """(k, 2), positions of test images that strips lead from and to."""
    generated: int
    """Samples of each sampler."""
    steps: int
    """Images of a strip."""
    seed: int
    """All that is random follows from it."""

    @property
    def of_epochs(self) -> int:
        """Samples of an epoch."""
        return min(self.generated, EPOCH_SAMPLES)


@dataclass(frozen=True)
class Made:
    """What one network makes."""

    samples: dict[str, Images]
    """By sampler, (m, y, x) uint8."""
    reconstructions: Images | None = None
    """(n, y, x) uint8, of test images; None without an encoder."""
    strips: Images | None = None
    """(k, steps, y, x) uint8."""
    latents: NDArray[np.float32] | None = None
    """(n, d), of training images."""
    epochs: dict[int, Images] = field(default_factory=dict)
    """By epoch, samples (m, y, x) uint8 of the same random numbers."""
    epoch_reconstructions: dict[int, Images] = field(default_factory=dict)
    """By epoch, reconstructions of the same images (m, y, x) uint8."""


def made_by_coder(name: str, coder: Coder, epochs: Mapping[int, Coder], wanted: Wanted) -> Made:
    """Reconstruct test images, sample latents in both ways, and go from image to image.

    Parameters
    ----------
    name
        Of the network; its samples have random numbers of their own.
    coder
        The network.
    epochs
        The network after some epochs. Samples of each are those of the report's reading, by the
        mean and deviation of the epoch's latents, and of the same random numbers.
    wanted
        Images and numbers.
    """
    latents, known = coder.encode(wanted.train), coder.encode(wanted.test)
    count = wanted.generated
    drawn = {
        INDEPENDENT: independent_latents(
            latents, count, generator(wanted.seed, "latents", name, INDEPENDENT)
        ),
        FITTED: fit_density(latents).sample(count, generator(wanted.seed, "latents", name, FITTED)),
    }
    starts, ends = (known[wanted.pairs[:, side]] for side in (0, 1))
    some = wanted.test[:EPOCH_RECONSTRUCTIONS]
    by_epoch, again_by_epoch = {}, {}
    for epoch, each in epochs.items():
        # a generator of the same start draws the same numbers
        rng = generator(wanted.seed, "latents of epochs", name)
        drawn_then = independent_latents(each.encode(wanted.train), wanted.of_epochs, rng)
        by_epoch[epoch] = each.decode(drawn_then)
        again_by_epoch[epoch] = each.decode(each.encode(some))
    return Made(
        {sampler: coder.decode(each) for sampler, each in drawn.items()},
        coder.decode(known),
        decoded_strips(coder, linear_strips(starts, ends, wanted.steps)),
        latents,
        by_epoch,
        again_by_epoch,
    )


def made_by_components(name: str, coder: Coder, wanted: Wanted) -> Made:
    """Reconstruct test images, and sample a density that is fitted to latents."""
    latents = coder.encode(wanted.train)
    rng = generator(wanted.seed, "latents", name, FITTED)
    drawn = fit_density(latents).sample(wanted.generated, rng)
    return Made({FITTED: coder.decode(drawn)}, coder.decode(coder.encode(wanted.test)))


def made_by_generator(
    name: str, maker: Decoder, epochs: Mapping[int, Decoder], wanted: Wanted
) -> Made:
    """Make images of normal noise, and go from noise to noise along great circles."""
    size, strips = maker.latent_size, len(wanted.pairs)
    noise = generator(wanted.seed, "noise", name).standard_normal(
        (wanted.generated, size), np.float32
    )
    rng = generator(wanted.seed, "noise of strips", name)
    starts, ends = (rng.standard_normal((strips, size)) for _ in range(2))
    same = generator(wanted.seed, "noise of epochs", name).standard_normal(
        (wanted.of_epochs, size), np.float32
    )
    return Made(
        {NOISE: maker.decode(noise)},
        strips=decoded_strips(maker, spherical_strips(starts, ends, wanted.steps)),
        epochs={epoch: each.decode(same) for epoch, each in epochs.items()},
    )


def decoded_strips(maker: Decoder, latents: np.ndarray) -> Images:
    """Decode strips of latents (k, steps, d) to images (k, steps, y, x) uint8."""
    made = maker.decode(latents.reshape(-1, latents.shape[-1]))
    return made.reshape(*latents.shape[:2], *made.shape[1:])


def drawn_pairs(images: int, strips: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw pairs of different images: (strips, 2) int64."""
    return np.array([rng.choice(images, 2, replace=False) for _ in range(strips)], np.int64)
