"""The printed autoencoders: every shape and count of the report, and images of other sizes."""

import pytest
import torch
from torch import nn

from pspflow.models.latent.autoencoders import Autoencoder, Resize, maxima, scaled, to_grey
from pspflow.models.latent.layers import PRINTED, Convolution, Pooling
from pspflow.models.parameters import parameter_count

SMOOTH = [(16, 43, 43), (16, 21, 21), (8, 11, 11), (8, 10, 10)]
REPORT = {
    "smooth": (
        8801,
        [160, 1160, 1168, 6280, 33],
        [*SMOOTH, (16, 21, 21), (8, 65, 65), (1, 128, 128)],
    ),
    "binary": (
        15833,
        [160 + 32, 4640 + 64, 4624, 6280, 33],
        [
            *((16, 43, 43), (16, 21, 21), (32, 11, 11), (32, 10, 10)),
            *((16, 21, 21), (8, 65, 65), (1, 128, 128)),
        ],
    ),
    "grain_growth": (
        8793,
        [160, 1160, 292, 592, 6280, 292, 17],
        [
            *(*SMOOTH, (4, 5, 5), (4, 4, 4)),
            *((16, 9, 9), (8, 29, 29), (4, 57, 57), (1, 112, 112)),
        ],
    ),
    "additive": (
        14847,
        [40, 296, 1168, 2080, 4624, 6280, 292, 34, 33],
        [
            *((4, 43, 43), (4, 21, 21), (8, 11, 11), (8, 10, 10)),
            *((16, 5, 5), (16, 4, 4), (32, 3, 3), (32, 2, 2)),
            *((16, 5, 5), (8, 17, 17), (4, 33, 33), (2, 64, 64), (1, 128, 128)),
        ],
    ),
    "uhcs": (
        5855,
        [20, 76, 296, 584, 584, 1608, 1608, 804, 202, 73],
        [
            *((2, 48, 64), (2, 46, 62), (4, 46, 62), (4, 44, 60)),
            *((8, 22, 30), (8, 20, 28), (8, 10, 14), (8, 8, 12)),
            *((8, 8, 12), (8, 10, 14), (8, 21, 29), (4, 43, 59), (2, 45, 61), (1, 48, 64)),
        ],
    ),
}
"""Parameters in all, those of each layer (with its batch normalisation), and its output; sections 5
to 9."""
SIZES = {name: (48, 64) if name == "uhcs" else (128, 128) for name in REPORT}


@pytest.mark.parametrize("name", REPORT)
def test_shapes_and_parameters_are_the_printed_ones(name):
    """By the table and by the network that torch makes of it."""
    total, counts, shapes = REPORT[name]
    layers = PRINTED[name]
    assert layers.parameters() == counts
    assert layers.shapes(*SIZES[name]) == shapes
    net = Autoencoder(layers, SIZES[name])
    assert parameter_count(net) == total == sum(counts)
    seen = []
    for module in (*net.encoder, *net.decoder):
        if not isinstance(module, nn.BatchNorm2d | nn.ReLU | nn.Tanh):
            module.register_forward_hook(lambda _, __, out: seen.append(tuple(out.shape[1:])))
    assert net(torch.zeros(2, *SIZES[name], dtype=torch.uint8)).shape == (2, 1, *SIZES[name])
    assert seen == shapes
    normalised = [each for each in net.modules() if isinstance(each, nn.BatchNorm2d)]
    assert len(normalised) == (2 if name == "binary" else 0)


def test_a_relu_follows_every_weight_but_the_last():
    """Which a Tanh follows; batch normalisation stands before the ReLU."""
    net = Autoencoder(PRINTED["binary"], (128, 128))
    names = [type(each).__name__ for each in net.encoder]
    assert names == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool"] * 2
    names = [type(each).__name__ for each in net.decoder]
    assert names == [*["ConvTranspose2d", "ReLU"] * 2, "ConvTranspose2d", "Tanh"]


def same_size(layers, sizes):
    """Return the edges of square images, among some, that come back in their size."""
    kept = []
    for size in sizes:
        try:
            out = layers.shapes(size, size)[-1]
        except ValueError:
            continue
        if out[1] == size:
            kept.append(size)
    return kept


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("smooth", range(20, 300, 12)),
        ("binary", range(20, 300, 12)),
        ("grain_growth", range(40, 300, 24)),
        ("additive", range(80, 300, 48)),
        ("uhcs", range(20, 300, 4)),
    ],
)
def test_sizes_that_come_back(name, sizes):
    """The grain growth of 256 pixels and the melt pool of 512 do, at which the report simulates."""
    assert same_size(PRINTED[name], range(8, 300)) == list(sizes)
    whole = {"grain_growth": 256, "additive": 512}.get(name, 128)
    assert same_size(PRINTED[name], [whole]) == [whole]


def test_other_sizes_are_resized_and_not_cropped():
    """The printed grain growth makes 112 pixels of 128."""
    net = Autoencoder(PRINTED["grain_growth"], (128, 128))
    assert isinstance(net.resize, Resize)
    inner = net.decoder(torch.rand(2, *net.latent_shape))
    assert inner.shape[2:] == (112, 112)
    assert net.decode(torch.rand(2, *net.latent_shape)).shape == (2, 1, 128, 128)
    assert not any("resize" in name for name in net.state_dict())


@pytest.mark.parametrize(("before", "after"), [((6, 9), (11, 7)), ((112, 112), (128, 128))])
def test_resizing_is_linear_interpolation(before, after):
    """As torch's own, which has no gradient that is reproducible on a GPU."""
    images = torch.rand(2, 1, *before)
    expected = nn.functional.interpolate(images, after, mode="bilinear", align_corners=False)
    torch.testing.assert_close(Resize(before, after)(images), expected)


@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (2, 1), (3, 1)])
def test_maxima_are_those_of_torch(kernel, stride):
    """So that a GPU pools as a CPU does; gradients too, where one pixel is the maximum."""
    images = torch.rand(2, 3, 9, 10, requires_grad=True)
    ours = maxima(maxima(images, 2, kernel, stride), 3, kernel, stride)
    theirs = nn.functional.max_pool2d(images, kernel, stride)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    gradients = [torch.autograd.grad((each**2).sum(), images)[0] for each in (ours, theirs)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("name", [name for name in REPORT if name != "binary"])
def test_kaiming_keeps_outputs_apart(name):
    """The cure of stuck networks: outputs differ from the start, as after batch norm."""
    torch.manual_seed(0)
    images = torch.randint(0, 256, (4, *SIZES[name]), dtype=torch.uint8)
    spread = []
    for kaiming in (False, True):
        net = Autoencoder(PRINTED[name], SIZES[name], kaiming=kaiming)
        spread.append(float(net(images).detach().var(dim=0).mean()))
    assert spread[1] > 10 * spread[0]


def test_the_first_layer_alone_is_scaled():
    """Half and double its channels; the second layer takes them, and the rest stays."""
    narrow, wide = (PRINTED["smooth"].scaled(factor) for factor in (0.5, 2))
    assert [narrow.encoder[0].channels, wide.encoder[0].channels] == [8, 32]
    assert narrow.encoder[1:] == wide.encoder[1:] == PRINTED["smooth"].encoder[1:]
    assert PRINTED["uhcs"].scaled(0.1).encoder[0].channels == 1


def test_images_that_are_too_small_are_refused():
    """The sentence names their size."""
    with pytest.raises(ValueError, match="9 x 128 pixels are too small"):
        PRINTED["grain_growth"].shapes(9, 128)


def test_grey_levels_come_back():
    """All 256 of them."""
    levels = torch.arange(256, dtype=torch.uint8).view(1, 16, 16)
    assert torch.equal(to_grey(scaled(levels)), levels)
    assert scaled(levels).aminmax() == (-1, 1)


def test_the_tables_name_what_they_hold():
    """Poolings have no weights, and all else is a convolution."""
    for layers in PRINTED.values():
        assert all(isinstance(each, Convolution | Pooling) for each in layers.encoder)
        assert layers.decoder[-1].channels == 1
