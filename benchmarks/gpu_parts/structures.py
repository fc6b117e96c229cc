"""The composite paper's structures, made on the device that a part runs on."""

import numpy as np
import torch
from torch import Tensor

from gpu_parts.frame import Run
from pspflow.studies.composite.structures.options import SimulatedOptions
from pspflow.studies.composite.structures.sets import morphology_name, plan_structures

AT_ONCE = 128
SPACE = (1, 2, 3)


def make_structures(run: Run, edge: int, count: int, seed: int) -> Tensor:
    """Make structures as the stage `simulate` does: the same plan and formula, other noise.

    Parameters
    ----------
    run
        Where they are made.
    edge
        Voxels along each axis.
    count
        How many, at least 12: morphologies in turn, volume fractions spread over the range.
    seed
        Of the plan and the noise.

    Returns
    -------
    Tensor
        Phase ids 0 and 1, uint8, shape ``(count, edge, edge, edge)``, on the device.
    """
    options = SimulatedOptions(edge_voxels=edge, structures=count)
    names = [morphology_name(each) for each in options.morphologies("all")]
    fractions = plan_structures("all", names, options, seed)["volume_fraction"].to_numpy()
    morphologies = np.array(options.morphologies("all"))
    widths = morphologies[np.arange(count) % len(morphologies)]
    drawn = torch.Generator(run.device).manual_seed(seed)
    structures = torch.empty(count, *(edge,) * 3, dtype=torch.uint8, device=run.device)
    for first in range(0, count, AT_ONCE):
        some = slice(first, first + AT_ONCE)
        shape = structures[some].shape
        noise = torch.rand(shape, generator=drawn, dtype=torch.float64, device=run.device)
        structures[some] = smoothed_and_cut(noise, widths[some], fractions[some])
    return structures


def smoothed_and_cut(noise: Tensor, widths: np.ndarray, fractions: np.ndarray) -> Tensor:
    """Smooth periodic noise and cut it at a level, as `pspflow.simulate.simulate_composite`.

    Parameters
    ----------
    noise
        Float64, shape ``(n, edge, edge, edge)``.
    widths
        Standard deviations of the Gaussian along the axes in voxels, shape ``(n, 3)``.
    fractions
        Shares of phase 1, shape ``(n,)``.
    """
    count, edge, device = len(noise), noise.shape[-1], noise.device
    waves = torch.fft.rfftn(noise, dim=SPACE)
    for axis, frequencies in enumerate([torch.fft.fftfreq] * 2 + [torch.fft.rfftfreq]):
        wave = frequencies(edge, dtype=torch.float64, device=device)
        width = torch.tensor(widths[:, axis], dtype=torch.float64, device=device)
        decay = torch.exp(-2 * (torch.pi * width[:, None] * wave) ** 2)
        shape = [count, 1, 1, 1]
        shape[axis + 1] = -1
        waves *= decay.view(shape)
    field = torch.fft.irfftn(waves, s=noise.shape[1:], dim=SPACE).flatten(1)
    order = torch.argsort(field, dim=1, stable=True)
    voxels = field.shape[1]
    stiff = torch.tensor(np.floor(fractions * voxels + 0.5), dtype=torch.int64, device=device)
    rank = torch.arange(voxels, device=device)
    highest = (rank >= voxels - stiff[:, None]).to(torch.uint8)
    return torch.zeros_like(highest).scatter_(1, order, highest).view(noise.shape)
