"""Three test textures, chosen by a rule, and the textures that flows draw for their parameters."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance
from pspflow.mechanics import independent_outputs
from pspflow.mechanics.texture import texture_index
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.studies.texture.loop.round_trips import stream

Floats = NDArray[np.float64]
KINDS: Final = ("near random", "sharp, well predicted", "sharp, worst predicted")
SHARP: Final = 0.75
"""Quantile of the texture index above which a test texture is sharp."""
DRAWS: Final = 2_000
"""Textures drawn for a posterior."""


class Posteriors(NamedTuple):
    """What flows draw for the three targets."""

    arms: list[str]
    textures: list[int]
    """Rows of the test set."""
    errors: list[float]
    """Round-trip errors by which they were chosen, in percent."""
    truths: Floats
    """Their coefficients, `3 x 36`."""
    samples: NDArray[np.float32]
    """`arms x 3 x draws x 36`."""
    log_densities: NDArray[np.float32]
    """log p(m | P) of each, `arms x 3 x draws`, in nats."""

    def most_probable(self, arm: str) -> Floats:
        """Return the drawn texture of the largest density of each target, `3 x 36`."""
        place = self.arms.index(arm)
        best = self.log_densities[place].argmax(axis=1)
        return self.samples[place, np.arange(len(best)), best].astype(np.float64)


def choose(coefficients: Floats, errors: Floats) -> NDArray[np.int64]:
    """Choose near random, sharp and well predicted, and sharp and worst predicted.

    The first is the texture of the least texture index; the others are those of the least and
    largest error in the upper quarter of the index.

    Parameters
    ----------
    coefficients
        Of test textures, `n x 36`.
    errors
        Their round-trip errors; one without, NaN, is not chosen unless all are.

    Returns
    -------
    ndarray
        Three positions.
    """
    index = texture_index(coefficients)
    known = np.isfinite(errors)
    sharp = np.flatnonzero(known & (index >= np.quantile(index, SHARP)))
    if not len(sharp):
        sharp = np.flatnonzero(index >= np.quantile(index, SHARP))
    ordered = sharp[np.argsort(errors[sharp], kind="stable")]
    return np.array([index.argmin(), ordered[0], ordered[-1]])


def draw_posterior(
    flow: ConditionalFlow, parameters: Floats, seed: int, arm: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw textures for targets `n x 54`; return them, `n x draws x 36`, and their log densities.

    All targets and arms are drawn from streams of their own.
    """
    given = torch.from_numpy(independent_outputs(parameters)).to(flow.texture_mean)
    samples = flow.sample(given, DRAWS, seed=stream(seed, "posteriors", arm))
    with torch.no_grad():
        densities = [
            flow.log_prob(each, target.expand(DRAWS, -1))
            for each, target in zip(samples, given, strict=True)
        ]
    return (
        samples.float().cpu().numpy(),
        torch.stack(densities).float().cpu().numpy(),
    )


def write_posteriors(path: Path, posteriors: Posteriors, origin: Provenance) -> None:
    """Write posteriors as a store."""
    with new_store(path, origin) as store:
        store.attrs.update(
            arms=posteriors.arms, textures=posteriors.textures, errors_percent=posteriors.errors
        )
        dims = ("arm", "target", "sample", "coefficient")
        put_array(store, "truths", posteriors.truths, ("target", "coefficient"), "1")
        put_array(store, "samples", posteriors.samples, dims, "1")
        put_array(store, "log_densities", posteriors.log_densities, dims[:3], "1")


def read_posteriors(path: Path) -> Posteriors:
    """Read what `write_posteriors` wrote."""
    store = open_store(path)
    noted = store.attrs
    return Posteriors(
        [str(each) for each in noted["arms"]],  # type: ignore[union-attr]
        [int(each) for each in noted["textures"]],  # type: ignore[union-attr, arg-type]
        [float(each) for each in noted["errors_percent"]],  # type: ignore[union-attr, arg-type]
        *(read_values(store, name) for name in ("truths", "samples", "log_densities")),
    )
