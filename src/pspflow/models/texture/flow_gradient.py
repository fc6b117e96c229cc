"""Gradients of the flow's loss, one batch at a time, on a GPU from a captured graph."""

import torch
from torch import Tensor

from pspflow.models.texture.conditional_flow import ConditionalFlow

WARM = 3
"""Runs before a capture, in which libraries choose their algorithms."""


class FlowGradients:
    """Loss of a flow and its gradient, for batches of a training.

    For a batch of 200, the paper's flow starts some thousands of small kernels, for which a GPU
    waits longer than it computes. On a GPU they are therefore captured as a graph with the first
    batch of the full size, and replayed from then on: the same kernels on the same numbers. Batches
    of another size, the last ones of epochs, are computed as on a CPU.

    Parameters
    ----------
    flow
        What is trained, on its device; its parameters get the gradients.
    batch_size
        Textures in a full batch.
    captured
        Whether a GPU captures; False is the plain computation.
    """

    def __init__(self, flow: ConditionalFlow, batch_size: int, *, captured: bool = True) -> None:
        self._flow, self._batch_size = flow, batch_size
        self._parameters = [each for each in flow.parameters() if each.requires_grad]
        self._captures = captured and flow.texture_mean.is_cuda
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, textures: Tensor, properties: Tensor) -> Tensor:
        """Set the gradients and return the loss: negative log p(m | P), mean over the batch.

        Parameters
        ----------
        textures, properties
            Standardised, `n x d` and `n x h`; see `ConditionalFlow.standardised`.

        Returns
        -------
        Tensor
            No dimensions. The next call overwrites it, and the gradients.
        """
        if not self._captures or len(textures) != self._batch_size:
            for each in self._parameters:
                each.grad = None
            loss = self._loss(textures, properties)
            torch.autograd.backward(loss)
            return loss.detach()
        if self._graph is None:
            self._capture(textures, properties)
        assert self._graph is not None
        self._textures.copy_(textures)
        self._properties.copy_(properties)
        self._graph.replay()
        for parameter, gradient in zip(self._parameters, self._gradients, strict=True):
            parameter.grad = gradient
        return self._captured_loss

    def _loss(self, textures: Tensor, properties: Tensor) -> Tensor:
        return -self._flow.log_prob_of_standardised(textures, properties).mean()

    def _capture(self, textures: Tensor, properties: Tensor) -> None:
        self._textures, self._properties = textures.clone(), properties.clone()
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM):
                loss = self._loss(self._textures, self._properties)
                torch.autograd.grad(loss, self._parameters)
        torch.cuda.current_stream().wait_stream(aside)
        del loss
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            loss = self._loss(self._textures, self._properties)
            self._gradients = torch.autograd.grad(loss, self._parameters)
            self._captured_loss = loss.detach()
