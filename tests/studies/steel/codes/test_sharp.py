"""The model `sharp` promises finer codes in a network that is otherwise the paper's."""

import numpy as np
import pytest
import torch

from pspflow.models.steel.vqvae import VQVAE
from pspflow.studies.steel.codes.departures import sharp_departures
from pspflow.studies.steel.codes.networks import RECIPES
from pspflow.studies.steel.codes.options import CodesOptions, SharpOptions
from pspflow.studies.steel.codes.trained import load_codes

from .small_set import OPTIONS, trained

HALVINGS = (1, 2)


@pytest.mark.parametrize("halvings", HALVINGS)
def test_a_code_stands_for_fewer_pixels(halvings):
    """Each halving that is left out gives four times as many codes, of its own codebook."""
    options = CodesOptions(sharp=SharpOptions(halvings=halvings, codes=9))
    net = VQVAE(**RECIPES["sharp"].arguments(options))
    codes = net.encode(torch.zeros(2, 32, 48, dtype=torch.uint8))
    assert codes.shape == (2, 32 >> halvings, 48 >> halvings)
    assert net.decode(codes).shape == (2, 32, 48)
    assert len(net.quantiser.codebook) == 9


def test_all_else_of_the_network_is_the_papers():
    """Its network has the arguments of vq but for channels and codes."""
    options = CodesOptions()
    arguments = {name: RECIPES[name].arguments(options) for name in ("vq", "sharp")}
    differ = {key for key in arguments["vq"] if arguments["vq"][key] != arguments["sharp"][key]}
    assert differ <= {"channels", "codes"}
    assert arguments["vq"].keys() == arguments["sharp"].keys()


def test_a_trained_model_says_what_its_codes_stand_for(steel_set, tmp_path):
    """Stages read it from the weights: codes of a chip, and the chip that they are decoded to."""
    model = load_codes(trained(steel_set, tmp_path, "sharp").weights, torch.device("cpu"))
    chips = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    codes = model.encode(chips)
    assert model.step_px == 2**OPTIONS.sharp.halvings
    assert codes.shape == (3, 32 // model.step_px, 32 // model.step_px)
    assert model.decode(codes).shape == chips.shape


def test_its_options_belong_to_sharp_alone():
    """A model is not trained anew where only options of others change."""
    usual = CodesOptions()
    sharp, codes = CodesOptions(sharp=SharpOptions(codes=9)), CodesOptions(codes=9)
    for name in ("vq", "fsq"):
        assert usual.training(name, "all") == sharp.training(name, "all")
    assert usual.training("sharp", "all") == codes.training("sharp", "all")
    assert usual.training("sharp", "all") != sharp.training("sharp", "all")


def test_its_departures_name_the_pixels_of_a_code():
    """The table follows the options."""
    table = sharp_departures(CodesOptions(sharp=SharpOptions(halvings=1, codes=9)))
    assert list(table["here"])[:2] == ["2 x 2", "9"]
    assert list(table["paper"])[:2] == ["8 x 8", "512"]
