"""The loss of the model `sharp`: reconstructions keep phases, and how often they change."""

from torch import Tensor
from torch.nn import functional

from pspflow.models.steel.phases import (
    PhaseDensities,
    otsu_thresholds,
    phase_densities,
    soft_phases,
)
from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.steel.codes.losses import CodeLoss, Trip
from pspflow.studies.steel.codes.options import SharpOptions


class SharpLoss(CodeLoss):
    """The loss of the paper's model, and two terms on softly thresholded images.

    A crop and its reconstruction are divided into phases at the crop's own threshold (Otsu's):

    - `phases`: mean square error of the pixels' shares of ferrite. It spends codes and decoder on
      where the phases meet, and less on grey levels within a phase.
    - `densities`: mean absolute error of the share of ferrite in windows, and of the changes of
      phase there along rows and columns. A mean square error is lowest for the mean of all images
      that have the same codes, in which narrow features fade below the threshold. This term makes
      their number right where their places are not known.

    Parameters
    ----------
    net, commitment, crop_px, seed
        As in `CodeLoss`.
    options
        Weights, width and window.
    """

    def __init__(
        self,
        net: VQVAE,
        commitment: float,
        crop_px: int | None,
        seed: int,
        options: SharpOptions,
    ) -> None:
        super().__init__(net, commitment, crop_px, seed)
        self.options = options
        self.weights |= {"phases": options.phases, "densities": options.densities}

    def terms(self, trip: Trip) -> dict[str, Tensor]:
        """Return the terms of the loss by name."""
        thresholds = otsu_thresholds(trip.images)
        phases, made = (
            soft_phases(images, thresholds, self.options.width)
            for images in (trip.images, trip.reconstructions)
        )
        return {
            **super().terms(trip),
            "phases": functional.mse_loss(made, phases),
            "densities": _apart(self._densities(made), self._densities(phases)),
        }

    def _densities(self, phases: Tensor) -> PhaseDensities:
        return phase_densities(phases, min(self.options.window_px, *phases.shape[1:]))


def _apart(some: PhaseDensities, others: PhaseDensities) -> Tensor:
    """Sum the mean absolute errors of the three densities."""
    errors = [functional.l1_loss(one, other) for one, other in zip(some, others, strict=True)]
    return errors[0] + errors[1] + errors[2]
