"""The features of the style loss."""

import pytest
import torch

from pspflow.errors import InputError
from pspflow.studies.composite.networks.reconstruction_losses import style_features


def test_bad_style_weights_are_named(tmp_path):
    """A file that holds something else is refused with its name and what to give."""
    wrong = tmp_path / "vgg.pth"
    torch.save({"weight": torch.zeros(3)}, wrong)
    with pytest.raises(
        InputError, match=r"vgg.pth: features.0.weight is missing.*give torchvision"
    ):
        style_features(wrong)
    wrong.write_text("no weights")
    with pytest.raises(InputError, match=r"vgg.pth: not a file of weights"):
        style_features(wrong)
    with pytest.raises(InputError, match="there is no such file"):
        style_features(tmp_path / "none.pth")
