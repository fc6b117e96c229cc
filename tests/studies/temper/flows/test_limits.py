"""Limits of grey levels, which a flow takes from its training chips."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.studies.temper.flows.training import arguments_of
from pspflow.studies.temper.flows.training_options import FlowTraining
from pspflow.training.flows.transfer import DomainData
from pspflow.training.gather import ChipGather

EDGE = 16
OPTIONS = FlowTraining(width=4, couplings=1, discriminator=(4, 4), likelihood_share=0.25)


def chips_of(pixels):
    """Gather all chips of one micrograph."""
    rows, columns = pixels.shape
    at = [(r, c) for r in range(0, rows - 15, 8) for c in range(0, columns - 15, 8)]
    table = pd.DataFrame(at, columns=["row", "column"]).assign(size_px=EDGE, flip=False)
    return DomainData(ChipGather([pixels], table, np.zeros(len(table), int)), torch.nn.Identity())


@pytest.mark.parametrize("spot", [0, 255])
@pytest.mark.parametrize("shape", [(48, 48), (400, 300)])
def test_a_hot_pixel_does_not_set_the_limits(shape, spot):
    """One pixel in thousands leaves the limits where all others are."""
    pixels = np.random.default_rng(0).integers(90, 121, shape).astype(np.uint8)
    spoilt = pixels.copy()
    spoilt[20, 20] = spot
    data = {"clean": chips_of(pixels), "spoilt": chips_of(spoilt)}
    arguments = arguments_of(data, OPTIONS)
    assert arguments["limits"] == [(90 / 256, 121 / 256)] * 2
    assert arguments["tails"] is True


def test_limits_leave_out_one_pixel_in_a_thousand_at_each_end():
    """Against a count of the pixels, also where a domain is of one grey level."""
    pixels = np.random.default_rng(1).normal(120, 20, (240, 240)).clip(0, 255).astype(np.uint8)
    data = {"wide": chips_of(pixels), "even": chips_of(np.full((32, 32), 7, np.uint8))}
    (low, high), even = arguments_of(data, OPTIONS)["limits"]
    every = data["wide"].chips
    grey = every(torch.arange(len(every))).numpy()
    for end in (grey < 256 * low, grey >= 256 * high):
        assert end.mean() <= 1e-3
    for end in (grey <= 256 * low, grey >= 256 * high - 1):
        assert end.mean() > 1e-3
    assert even == (7 / 256, 8 / 256)


def test_the_papers_scale_has_neither_limits_nor_tails():
    """0 and 255 are the ends of the logit; no pixel lies beyond."""
    pixels = np.full((32, 32), 7, np.uint8)
    full = OPTIONS.model_copy(update={"scaling": "full"})
    assert {"limits", "tails"}.isdisjoint(arguments_of({"a": chips_of(pixels)}, full))
