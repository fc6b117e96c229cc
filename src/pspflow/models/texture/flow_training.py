"""Training of the inverse model on properties that are drawn anew for every epoch (step 3)."""

import math
from collections.abc import Callable

import torch
from numpy.typing import NDArray
from torch import Tensor

from pspflow.arrays import real, refuses_masks
from pspflow.logs import progress
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.flow_gradient import FlowGradients
from pspflow.seeds import generator
from pspflow.training.optimisers import Adam


@refuses_masks
def train_flow(
    flow: ConditionalFlow,
    textures: NDArray,
    properties: Callable[[int], NDArray],
    *,
    epochs: int = 70,
    batch_size: int = 200,
    learning_rate: float = 0.01,
    final_rate: float = 0.01,
    seed: int,
) -> list[float]:
    """Train a flow by maximum likelihood (equation 7) with Adam.

    The flow must have been standardised (`ConditionalFlow.standardise`). One that was trained
    before goes on from its weights, after `ConditionalFlow.restandardise` where properties have
    changed. The same arguments give the same weights, on one machine and number of threads.

    Parameters
    ----------
    flow
        Trained in place, on its device.
    textures
        The candidates, `n x d`.
    properties
        Returns the properties `n x h` of all candidates for an epoch (0, 1, …): a sample of the
        posterior, as of `Posterior.sampler`, or the same observations each time.
    epochs, batch_size, learning_rate
        The paper's by default.
    final_rate
        Learning rate at the end, reached along half a cosine; as `learning_rate`, it is constant.
    seed
        Seed of the order of candidates.

    Returns
    -------
    list
        Mean loss of every epoch: negative log-likelihood per point, for coefficients of unit
        spread.

    Raises
    ------
    ValueError
        If shapes do not match, or numbers are not finite.
    FloatingPointError
        If the loss is not a number.
    """
    on = flow.texture_mean
    points = torch.from_numpy(real(textures, "textures")).to(on)
    if points.ndim != 2 or points.shape[1] != len(on):
        raise ValueError(f"textures must have {len(on)} coefficients each, got {points.shape}")
    _check_finite(points, "textures")
    # fused: a sixth of a step less on a CPU, in many small tensors; one kernel on a GPU
    optimiser = Adam(flow.parameters(), lr=learning_rate, fused=True)
    gradients = FlowGradients(flow, batch_size)
    scale = float(flow.texture_spread.log().sum())
    losses = []
    flow.train()
    for epoch in progress(range(epochs), epochs, "training of the flow", "epoch"):
        given = torch.from_numpy(real(properties(epoch), "properties")).to(on)
        if given.shape != (len(points), len(flow.property_mean)):
            raise ValueError(
                f"properties must have the shape ({len(points)}, {len(flow.property_mean)}), got "
                f"{tuple(given.shape)}"
            )
        _check_finite(given, "properties")
        inputs, conditions = flow.standardised(points, given)
        order = torch.from_numpy(generator(seed, "epoch", epoch).permutation(len(points)))
        batches = torch.split(order.to(on.device), batch_size)
        total = points.new_zeros(())
        for step, batch in enumerate(batches):
            done = (epoch * len(batches) + step) / (epochs * len(batches))
            rate = final_rate + (learning_rate - final_rate) * (1 + math.cos(math.pi * done)) / 2
            optimiser.param_groups[0]["lr"] = rate
            loss = gradients(inputs[batch], conditions[batch])
            optimiser.step()
            total += loss * len(batch)
        losses.append(float(total) / len(points) - scale)
        if not math.isfinite(losses[-1]):
            raise FloatingPointError(
                f"the loss of the flow is {losses[-1]} in epoch {epoch + 1} of {epochs}: lower the "
                "learning rate, or train it from new weights"
            )
    flow.eval()
    return losses


def _check_finite(values: Tensor, name: str) -> None:
    if not values.isfinite().all():
        raise ValueError(f"{name} must hold finite numbers: remove rows with NaN or infinity")
