"""Invertible networks, one per domain, to a common Gaussian latent: transfer between domains.

Temper paper, section 3.3, after AlignFlow, for any number of domains. Pixels are passed through a
logit, see `pspflow.models.grey_logit`; the way back is the exact inverse. In the paper, the ends of
the logit are those of the grey scale; here they may be levels between which nearly all pixels of a
domain lie.

The image space is `(grey + u) / 256` with u in [0, 1); `to_levels` converts back to 8 bits.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from pspflow.models.glow import Glow
from pspflow.models.grey_logit import GreyLogit
from pspflow.models.realnvp import RealNVP

Architecture = Literal["glow", "realnvp"]
LEVELS = 256


class ImageFlow(nn.Module):
    """A flow of one domain with its pre-processing, fixed once trained.

    Parameters
    ----------
    architecture
        `realnvp`, the paper's, or `glow`, which can be trained on two cores.
    size_px
        Edge of the chips, a multiple of 4.
    limits
        Levels that become 0 and 1 before the logit, in image space.
    tails
        Whether levels beyond the limits have latents of their own; not so in flows that were stored
        before there were tails.
    options
        Arguments of the architecture.
    """

    def __init__(
        self,
        architecture: Architecture,
        size_px: int,
        limits: tuple[float, float] = (0.0, 1.0),
        tails: bool = False,
        **options: Any,
    ) -> None:
        super().__init__()
        self.logit = GreyLogit(limits, tails)
        if size_px % 4:
            raise ValueError(f"chips of {size_px} px cannot be squeezed twice: use a multiple of 4")
        kind = {"glow": Glow, "realnvp": RealNVP}[architecture]
        self.size_px = size_px
        self.net = kind((1, size_px, size_px), **options)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Map images to latents.

        Parameters
        ----------
        images
            `n x 1 x size x size` in image space, 0 to 1 or slightly beyond, as from `inverse`.

        Returns
        -------
        latents, log_det
            `n x ...`, distributed as N(0, 1), and the logarithm of the Jacobian determinant, `n`.
        """
        logits, slopes = self.logit(images)
        latents, log_det = self.net(logits)
        return latents, log_det + slopes.sum(dim=(1, 2, 3))

    def inverse(self, latents: Tensor) -> Tensor:
        """Map latents `n x ...` to images `n x 1 x rows x columns`."""
        logits, _ = self.net(latents, rev=True)
        return self.logit.inverse(logits)

    @property
    def clamped_from(self) -> tuple[float, float] | None:
        """Grey levels below and above which pixels are clamped, 0 to 255; None if none are."""
        low, high = (end * LEVELS - 0.5 for end in self.logit.distinguished)
        return None if low < 0 and high > LEVELS - 1 else (low, high)


class MultiDomainFlow(nn.Module):
    """Flows of several domains that share their latents.

    Parameters
    ----------
    domains
        Names, at least two.
    architecture, size_px, options
        See `ImageFlow`.
    limits
        Limits of every domain, in the order of the names; by default the ends of the grey scale.
    tails
        See `ImageFlow`.
    """

    def __init__(
        self,
        domains: Sequence[str],
        architecture: Architecture,
        size_px: int,
        limits: Sequence[tuple[float, float]] | None = None,
        tails: bool = False,
        **options: Any,
    ) -> None:
        super().__init__()
        if len(domains) < 2:
            raise ValueError(f"a transfer needs at least two domains, got {list(domains)}")
        self.domains = tuple(domains)
        self.size_px = size_px
        ends = limits or [(0.0, 1.0)] * len(domains)
        self.flows = nn.ModuleDict(
            {
                _key(name): ImageFlow(architecture, size_px, (low, high), tails, **options)
                for name, (low, high) in zip(domains, ends, strict=True)
            }
        )

    def __getitem__(self, domain: str) -> ImageFlow:
        """Return one domain's flow."""
        flow = self.flows[_key(domain)]
        assert isinstance(flow, ImageFlow)
        return flow

    def forward(self, images: Tensor, source: str, target: str) -> Tensor:
        """Transfer images `n x 1 x size x size` of one domain to another."""
        latents, _ = self[source](images)
        return self[target].inverse(latents)

    def sample(self, domain: str, count: int, generator: torch.Generator) -> Tensor:
        """Draw images `count x 1 x size x size` of one domain from the latent Gaussian."""
        device = next(self.parameters()).device
        with torch.no_grad():
            like = torch.zeros(2, 1, self.size_px, self.size_px, device=device) + 0.5
            shape = self[domain](like)[0].shape[1:]
            latents = torch.randn(count, *shape, generator=generator).to(device)
            return self[domain].inverse(latents)


def directions(domains: Sequence[str]) -> list[tuple[str, str]]:
    """List every ordered pair of domains, (source, target)."""
    return [(a, b) for a in domains for b in domains if a != b]


def _key(domain: str) -> str:
    """Return a name for a domain's module that no module dictionary uses for itself."""
    return f"domain {domain}".replace(".", "_")


def nats_per_dimension(latents: Tensor, log_det: Tensor) -> Tensor:
    """Return the negative log-likelihood of 8-bit images, nats per pixel, mean over the batch.

    Latents are `n x ...`, log determinants `n`; the result is a scalar.
    """
    per_image = latents[0].numel()
    log_normal = -0.5 * (latents.square().flatten(1).sum(dim=1) + per_image * math.log(2 * math.pi))
    return -(log_normal + log_det).mean() / per_image + math.log(LEVELS)


def from_levels(grey: Tensor, noise: Tensor | float = 0.5) -> Tensor:
    """Bring grey levels `n x rows x columns` to image space `n x 1 x rows x columns`.

    Parameters
    ----------
    grey
        0 to 255, any dtype.
    noise
        Position of a pixel within its level, 0 to 1: uniform noise in training, else the middle.
    """
    return ((grey.float() + noise) / LEVELS)[:, None]


def to_grey(images: Tensor) -> Tensor:
    """Return grey levels, `n x 1 x rows x columns` float: whole numbers for 8-bit images.

    A pixel that `from_levels` puts in the middle of a level comes back as that level, so that grey
    levels of real and synthetic images follow one convention.
    """
    return images * LEVELS - 0.5


def to_levels(images: Tensor) -> Tensor:
    """Round images to 8 bits, `n x rows x columns` uint8."""
    return to_grey(images)[:, 0].round().clamp(0, LEVELS - 1).to(torch.uint8)
