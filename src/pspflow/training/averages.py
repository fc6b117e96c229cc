"""A moving average of weights, which gives better samples than the weights of a single step."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Model = TypeVar("Model", bound=nn.Module)


class Average(Generic[Model]):
    """Exponential moving average of a model's parameters and buffers.

    Parameters
    ----------
    model
        What is averaged; its present weights are the start.
    decay
        Share of the average that one step keeps; 0 follows the model.
    """

    def __init__(self, model: Model, decay: float) -> None:
        self.decay = decay
        self.model: Model = copy.deepcopy(model).eval().requires_grad_(False)

    @torch.no_grad()
    def follow(self, model: nn.Module) -> None:
        """Take one step towards the model."""
        ours, theirs = self.model.state_dict(), model.state_dict()
        floating = [name for name, value in ours.items() if value.is_floating_point()]
        torch._foreach_lerp_(  # one call for all tensors: hundreds of small ones otherwise
            [ours[name] for name in floating], [theirs[name] for name in floating], 1 - self.decay
        )
        for name in ours.keys() - set(floating):
            ours[name].copy_(theirs[name])
