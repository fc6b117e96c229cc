"""Persistence images as a layer of a network, differentiable through the critical pixels.

A persistence image is a smooth function of births and deaths, and those are the grey levels of
single pixels. Which pixels they are does not change under a small change of an image without ties,
so the gradient is exact there: it flows to the birth and the death pixel of every pair.

Pairing runs on the CPU, in threads. Whole grey levels, the usual case in training, are looked up in
tables there; everything else is a few tensor operations on the images' device, while the CPU pairs
the next images.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pspflow.logs import log
from pspflow.topology.coverage import check_pixels
from pspflow.topology.gradients import gradients_of_pairs, images_of_pairs
from pspflow.topology.images import PersistenceImager, Range, Weight
from pspflow.topology.kernel import pair_stack
from pspflow.topology.pairs import Convention, InfiniteDeath, check_choices, order_keys
from pspflow.topology.scale import Extents, check_grid, check_levels

CHUNK = 8  # images paired and drawn together: their pairs' factors stay in a core's cache


class PersistenceImageLayer(nn.Module):
    """Compute the H0 and H1 persistence images of a batch, differentiably.

    Parameters
    ----------
    resolution, birth_range, persistence_range, sigma, weight
        As in `PersistenceImager`, in grey levels.
    convention
        As in `persistence_pairs`.
    infinite_death
        As in `close_essential_class`. Under ``"max"`` the essential class dies at, and passes its
        gradient to, the highest pixel.
    levels
        Images are rounded to the whole grey levels 0 to ``levels - 1`` (at most 256) and clipped
        beyond them: the result is that of `persistence_images` for the 8-bit image, and fast. The
        gradient is that at the 8-bit image: it is exact there, and passed straight through the
        rounding, whose own derivative is 0; clipped pixels get none. None: images are not rounded,
        may have any range that the grid has, and the gradient is exact wherever no two pixels tie.

    Raises
    ------
    ValueError
        If `PersistenceImager` or `persistence_pairs` refuses an option, or `levels` is not from 2
        to 256.

    Examples
    --------
    >>> layer = PersistenceImageLayer(10, (0, 255), (0, 255), sigma=12.75)
    >>> layer(torch.rand(4, 1, 32, 32) * 255).shape
    torch.Size([4, 2, 10, 10])
    """

    birth_edges: Tensor
    persistence_edges: Tensor

    def __init__(
        self,
        resolution: int,
        birth_range: Range,
        persistence_range: Range,
        sigma: float,
        weight: Weight = "persistence",
        convention: Convention = "T",
        infinite_death: InfiniteDeath = "max",
        levels: int | None = 256,
    ) -> None:
        super().__init__()
        self.imager = PersistenceImager(resolution, birth_range, persistence_range, sigma, weight)
        check_choices(convention, infinite_death)
        if levels is not None and not 2 <= levels <= 256:
            raise ValueError(f"levels must be from 2 to 256 or None, got {levels}")
        self.cells = convention == "T"
        self.close = infinite_death == "max"
        self.levels = levels
        self._warned = False
        for name, extent in (("birth", birth_range), ("persistence", persistence_range)):
            edges = torch.linspace(*extent, resolution + 1, dtype=torch.float64)
            # not persistent: they follow from the options, so they are no part of a model's weights
            self.register_buffer(f"{name}_edges", edges, persistent=False)
        self._tables = [
            _table_with_slopes(factors)
            for factors in (self._birth_factors, self._persistence_factors)
        ]

    def forward(self, images: Tensor) -> Tensor:
        """Compute the persistence images.

        Parameters
        ----------
        images
            Grey levels, shape ``(n, rows, columns)`` or ``(n, 1, rows, columns)``, any floating
            dtype, any device.

        Returns
        -------
        Shape ``(n, 2, resolution, resolution)``, dtype and device of the images: axis 1 is the
        homology dimension, axis 2 birth and axis 3 persistence, both ascending.

        Raises
        ------
        ValueError
            If the shape or the dtype is not as above, a pixel is NaN or infinite, or the images are
            on another scale than the grid or the levels: on 0 to 1 in a grid of grey levels, or
            mostly above 255 at 256 levels. The log says, once, where this holds for some of them.
        """
        stack = self._checked(images)
        if self.levels is None:
            return self._draw(stack, stack).to(images.dtype)
        drawn: Tensor = _LevelImages.apply(stack, self)  # type: ignore[no-untyped-call]
        return drawn.to(images.dtype)

    def _checked(self, images: Tensor) -> Tensor:
        """Convert a batch to (n, rows, columns) of at least single precision, clipped to levels."""
        if not isinstance(images, Tensor):
            raise ValueError(
                f"images must be a tensor, got {type(images).__name__}: torch.from_numpy makes one,"
                " and drops the mask of a masked array"
            )
        if images.ndim == 4 and images.shape[1] == 1:
            images = images[:, 0]
        if images.ndim != 3 or images.numel() == 0:
            raise ValueError(
                "images must be of shape (n, rows, columns) or (n, 1, rows, columns) and not "
                f"empty, got {tuple(images.shape)}"
            )
        if not images.is_floating_point():
            raise ValueError(f"images must be floating point, got {images.dtype}")
        stack = images if images.dtype == torch.float64 else images.float()
        extents = _extents_of(stack.detach())
        if not np.isfinite([extents.low, extents.high]).all():
            raise ValueError("images must be finite, but they hold NaN or infinite pixels")
        self._check_scale(stack.detach(), extents)
        if self.levels is not None and (
            extents.low.min() < 0 or extents.high.max() > self.levels - 1
        ):
            stack = stack.clamp(0, self.levels - 1)
        return stack

    def _check_scale(self, stack: Tensor, extents: Extents) -> None:
        """Refuse images on another scale, and warn, once, where some are."""
        levels, ranges = self.levels, self.imager.ranges

        def values() -> np.ndarray:
            return stack.cpu().numpy()

        if levels is None:
            warning = check_grid(extents, values, *ranges) or check_pixels(extents, values, *ranges)
        else:
            warning = check_levels(extents, values, levels)
            warning = warning or check_grid(extents, values, *ranges, levels - 1)
        if warning and not self._warned:
            log.warning("Warning: %s", warning)
            self._warned = True

    def _draw(self, values: Tensor, levels: Tensor) -> Tensor:
        """Draw images from `values` with the pairs of `levels`: tensor operations, any device."""
        drawn = []
        for chunk, (pixels, counts) in zip(
            torch.split(values, CHUNK), self._pair(levels), strict=True
        ):
            flat = chunk.reshape(-1)
            births, deaths = flat[pixels[:, 0]], flat[pixels[:, 1]]
            by_birth = torch.split(self._birth_factors(births), counts, dim=1)
            by_persistence = torch.split(self._persistence_factors(deaths - births), counts, dim=1)
            drawn += [b @ p.T for b, p in zip(by_birth, by_persistence, strict=True)]
        size = self.imager.resolution
        return torch.stack(drawn).reshape(len(values), 2, size, size)

    def _pair(self, levels: Tensor) -> Iterator[tuple[Tensor, list[int]]]:
        """Yield per chunk the (birth, death) pixels, on the images' device, and their counts."""
        pixels_per_image = levels[0].numel()
        chunks = _to_host(levels.detach())

        def pair(chunk: tuple[Tensor, Any]) -> tuple[Tensor, list[int]]:
            stack, copied = chunk
            if copied:
                copied.synchronize()
            pixels, counts = self._pair_chunk(stack.numpy())
            image = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
            flat = torch.from_numpy(pixels + pixels_per_image * image[:, None])
            return flat.pin_memory() if copied else flat, counts.ravel().tolist()

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            for flat, counts in pool.map(pair, chunks):
                yield flat.to(levels.device, non_blocking=True), counts

    def _pair_chunk(self, stack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pair images as `pair_stack` does, but close the essential class or leave it out."""
        pixels, counts = pair_stack(order_keys(stack), self.cells)
        essential = np.cumsum(counts.sum(axis=1)) - counts.sum(axis=1)
        if self.close:
            pixels[essential, 1] = stack.reshape(len(stack), -1).argmax(axis=1)
        else:
            pixels = np.delete(pixels, essential, axis=0)
            counts[:, 0] -= 1
        return pixels, counts

    def _birth_factors(self, births: Tensor) -> Tensor:
        """Integrate each Gaussian over the birth pixels: ``(n,)`` to ``(resolution, n)``."""
        return self._pixel_masses(births, self.birth_edges)

    def _persistence_factors(self, persistences: Tensor) -> Tensor:
        """Integrate over the persistence pixels and weight: ``(n,)`` to ``(resolution, n)``."""
        masses = self._pixel_masses(persistences, self.persistence_edges)
        return masses * persistences if self.imager.weight == "persistence" else masses

    def _pixel_masses(self, means: Tensor, edges: Tensor) -> Tensor:
        masses: Tensor = _PixelMasses.apply(  # type: ignore[no-untyped-call]
            means, edges.to(means.dtype), self.imager.sigma
        )
        return masses


class _PixelMasses(torch.autograd.Function):
    """Integrals of Gaussians over pixels; torch's own derivative of them takes twice the time."""

    @staticmethod
    def forward(ctx: Any, means: Tensor, edges: Tensor, sigma: float) -> Tensor:
        scaled = (edges[:, None] - means) / sigma
        ctx.save_for_backward(scaled)
        ctx.sigma = sigma
        return torch.special.ndtr(scaled).diff(dim=0)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None]:
        (scaled,) = ctx.saved_tensors
        # in far tails the density would be a denormal number, which is slow
        density = scaled.square().mul_(-0.5).clamp_(min=-40).exp_()
        slopes = density.diff(dim=0).mul_(upstream[0]).sum(dim=0)
        return slopes / (-ctx.sigma * (2 * np.pi) ** 0.5), None, None


def _table_with_slopes(factors: Callable[[Tensor], Tensor]) -> np.ndarray:
    """Tabulate factors and their derivatives by grey level: ``(2, 256, resolution)``."""
    with torch.enable_grad():
        levels = torch.arange(256, dtype=torch.float64, requires_grad=True)
        values = factors(levels)
        slopes = [torch.autograd.grad(row.sum(), levels, retain_graph=True)[0] for row in values]
    table: np.ndarray = torch.stack([values.detach(), torch.stack(slopes)]).mT.contiguous().numpy()
    return table


def _extents_of(stack: Tensor) -> Extents:
    """Measure the images of a batch, NaN where there is one, with one transfer from a device."""
    if stack.device.type == "cpu":
        # not with torch: its threads would keep the cores busy that our threads are about to use
        return Extents.of(stack.numpy())
    low, high = torch.stack(torch.aminmax(stack.flatten(1), dim=1)).double().cpu().numpy()
    return Extents(low, high)


def _to_host(levels: Tensor) -> list[tuple[Tensor, Any]]:
    """Start copying to the CPU: each chunk with an event that marks its arrival, if needed."""
    if levels.device.type != "cuda":
        return [(chunk, None) for chunk in torch.split(levels.cpu(), CHUNK)]
    chunks = []
    for chunk in torch.split(levels, CHUNK):
        host = torch.empty(chunk.shape, dtype=chunk.dtype, pin_memory=True)
        host.copy_(chunk, non_blocking=True)
        copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
        copied.record()
        chunks.append((host, copied))
    return chunks


class _LevelImages(torch.autograd.Function):
    """Images of whole grey levels and their gradient, from tables, on the CPU for any device.

    A GPU would spend several times longer on the small products of every image than a CPU on the
    lookups, and the pairs are on the CPU anyway.
    """

    @staticmethod
    def forward(ctx: Any, stack: Tensor, layer: PersistenceImageLayer) -> Tensor:
        values = stack.detach().cpu().numpy()
        levels = np.empty(values.shape, dtype=np.uint8)
        size = layer.imager.resolution
        drawn = np.empty((len(levels), 2, size, size))
        births, persistences = layer._tables

        def draw(start: int) -> tuple[np.ndarray, np.ndarray]:
            at = slice(start, start + CHUNK)
            levels[at] = np.rint(values[at])
            pixels, counts = layer._pair_chunk(levels[at])
            flat = levels[at].reshape(len(counts), -1)
            images_of_pairs(flat, pixels, counts, births[0], persistences[0], drawn[at])
            return pixels, counts

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            ctx.pairs = list(pool.map(draw, range(0, len(levels), CHUNK)))
        ctx.layer, ctx.levels, ctx.dtype = layer, levels, values.dtype
        return torch.from_numpy(drawn).to(stack)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None]:
        levels = ctx.levels.reshape(len(ctx.levels), -1)
        gradient = torch.from_numpy(np.zeros(ctx.levels.shape, dtype=ctx.dtype))
        out = gradient.numpy().reshape(levels.shape)
        given = upstream[0].cpu().double().contiguous().numpy()

        def go_back(chunk: int) -> None:
            at = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
            pixels, counts = ctx.pairs[chunk]
            births, persistences = ctx.layer._tables
            gradients_of_pairs(levels[at], pixels, counts, births, persistences, given[at], out[at])

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            list(pool.map(go_back, range(len(ctx.pairs))))
        return gradient.to(upstream[0].device), None
