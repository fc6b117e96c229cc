"""Logit of grey levels: image space to all real numbers and back, with the slope.

Between two limits a pixel is brought to (0, 1), shrunk by 0.9 and passed through a logit (temper
paper, section 3.3). In the paper, the limits are the ends of the grey scale. Between closer limits
a domain fills the logit's range, and levels beyond have tails: every level has a number of its own
and comes back. Tails of all domains are equally long where there is room, so that the end of the
scale remains the end in another domain.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

SHRINK = 0.9
SATURATED = 1e-6
"""Least distance of a shrunk pixel to 0 and 1, at which its logit is infinite."""
END = math.log((1 + SHRINK) / (1 - SHRINK))
"""Logit of a pixel at the upper limit; at the lower limit it is the negative."""
SLOPE = 4 * SHRINK / (1 - SHRINK**2)
"""Slope of the logit at both limits, per span of the limits."""
TAIL = 16.0
"""Length of a tail, from the logit of a limit to that of the end of the grey scale."""
STEEPEST = 4.0
"""Mean slope of a tail, at most, over the slope at its limit: a limit near the end of the scale has
a shorter tail."""
STRAIGHT = 1e-6
"""Least bend of a tail per span, in place of 0."""


class GreyLogit:
    """A fixed map of pixels to logits.

    At a distance d beyond a limit, in spans, a tail adds s log(1 + k d) / k to the logit. There s
    is the slope at the limit, and k gives the tail its length at the end of the grey scale. What is
    beyond that end, as only flows make it, continues on a line.

    Parameters
    ----------
    limits
        Levels that become 0 and 1 before the logit, in image space, 0 to 1.
    tails
        Whether there are tails. Without, pixels are clamped from 0.06 of the span beyond on.
    """

    def __init__(self, limits: tuple[float, float], tails: bool) -> None:
        self.low, self.span, self.tails = limits[0], limits[1] - limits[0], tails
        self.reach = (limits[0] / self.span, (1 - limits[1]) / self.span)
        self.bends = tuple(map(_bend, self.reach))
        self.lengths = tuple(
            SLOPE * math.log1p(k * d) / k for k, d in zip(self.bends, self.reach, strict=True)
        )

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of images of any shape, and the logarithms of the slopes there."""
        units = (images - self.low) / self.span
        inner = units.clamp(0, 1) if self.tails else units
        shrunk = 0.5 + SHRINK * (inner - 0.5)
        logits = shrunk.clamp(SATURATED, 1 - SATURATED).logit()
        slope = math.log(SHRINK / self.span)
        slopes = functional.softplus(logits) + functional.softplus(-logits) + slope
        if not self.tails:
            return logits, slopes
        outer = units - inner
        near, k = torch.minimum(outer.abs(), _side(outer, self.reach)), _side(outer, self.bends)
        flatter = (k * near).log1p()
        tail = SLOPE * (flatter / k + (outer.abs() - near) * (-flatter).exp())
        return logits + outer.sign() * tail, slopes - flatter

    def inverse(self, logits: Tensor) -> Tensor:
        """Return images of the shape of the logits.

        Without tails, a pixel leaves the limits by up to 0.06 of the span.
        """
        inner = logits.clamp(-END, END) if self.tails else logits
        units = 0.5 + (inner.sigmoid() - 0.5) / SHRINK
        if self.tails:
            outer = logits - inner
            near, k = (
                torch.minimum(outer.abs(), _side(outer, self.lengths)),
                _side(outer, self.bends),
            )
            flatter = k * near / SLOPE
            distance = flatter.expm1() / k + (outer.abs() - near) * flatter.exp() / SLOPE
            units = units + outer.sign() * distance
        return self.low + self.span * units

    @property
    def distinguished(self) -> tuple[float, float]:
        """Ends of the pixels that are told apart, in image space; infinite with tails."""
        if self.tails:
            return -math.inf, math.inf
        beyond = (1 / SHRINK - 1) / 2 * self.span
        return self.low - beyond, self.low + self.span + beyond


def _bend(reach: float) -> float:
    """Return k of the tail that reaches to this distance: k d / log(1 + k d) = s d / length."""
    if not reach:
        return STRAIGHT
    ratio = max(SLOPE * reach / TAIL, 1 / STEEPEST)
    low, high = -1.0, 10.0 * ratio**2  # rises from 0 to at least the ratio
    for _ in range(100):
        middle = (low + high) / 2
        if not middle or middle / math.log1p(middle) < ratio:
            low = middle
        else:
            high = middle
    bend = high / reach
    return bend if abs(bend) > STRAIGHT else STRAIGHT


def _side(signed: Tensor, ends: tuple[float, ...]) -> Tensor:
    """Return the first of two numbers where a tensor is negative, else the second."""
    first, second = (torch.full((), end, dtype=signed.dtype, device=signed.device) for end in ends)
    return torch.where(signed < 0, first, second)
