"""The published layers of trunk and decoder, and the rule for other edges."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import nn

from pspflow.models.composite.filtered_noise import FilteredNoise
from pspflow.models.cpnet import CPNet
from pspflow.models.fno import FourierOperator
from pspflow.models.vae_regression import VAERegression, binarise
from pspflow.models.voxels import (
    Decoder,
    DoublingConvolution,
    HalvingPool,
    MeansTrunk,
    Trunk,
    VoxelConvolution,
    VoxelTransposedConvolution,
    convolve_slices,
    decoder_edges,
    largest_of_eight,
    stage_edges,
    transpose_slices,
)


def outputs(module, kinds, *inputs):
    """Run a module and list the output shapes of its layers of some kinds, in order."""
    shapes = []
    hooks = [
        layer.register_forward_hook(lambda _, __, out: shapes.append(tuple(out.shape[1:])))
        for layer in module.modules()
        if isinstance(layer, kinds)
    ]
    with torch.no_grad():
        module(*inputs)
    for hook in hooks:
        hook.remove()
    return shapes


def test_trunk_is_table_2():
    """Edges and filters of every stage at 51, then 256 values and 2048 units."""
    shapes = outputs(Trunk(51), (HalvingPool, nn.Flatten, nn.Linear), torch.zeros(1, 1, 51, 51, 51))
    filters, edges = (16, 32, 64, 128, 256), (25, 12, 6, 3, 1)
    assert shapes[:5] == [(f, e, e, e) for f, e in zip(filters, edges, strict=True)]
    assert shapes[5:] == [(256,), (2048,)]


@pytest.mark.parametrize("edge", [2, 6, 7])
def test_both_ways_of_pooling_agree(edge):
    """On a CPU and on a GPU: the same values, and the same gradient but where voxels are equal."""
    maps = torch.rand(2, 3, edge, edge, edge, requires_grad=True)
    weights = torch.rand(2, 3, *[edge // 2] * 3)
    found = []
    for pool in (HalvingPool(), largest_of_eight):
        pooled = pool(maps)
        (gradient,) = torch.autograd.grad((pooled * weights).sum(), maps)
        found.append((pooled, gradient))
    torch.testing.assert_close(*found, rtol=0, atol=0)


def test_no_network_has_an_operation_that_a_gpu_cannot_repeat():
    """Torch refuses to train with these where a training must be reproducible."""
    networks = [Trunk(9, 2, 8), MeansTrunk(9, 2, 8), CPNet(9, 3), FourierOperator(2, 2, 1)]
    for network in networks:
        for layer in network.modules():
            assert not isinstance(layer, (nn.MaxPool3d, nn.AdaptiveMaxPool3d, nn.AvgPool3d))


def test_decoder_is_table_3():
    """16 to 32, 64 and 13,824 units, a cube of 6 with 64 filters, then 12, 24, 48 and 51."""
    shapes = outputs(
        Decoder(51), (nn.Linear, nn.Unflatten, nn.Conv3d, nn.ConvTranspose3d), torch.zeros(1, 16)
    )
    assert shapes == [
        *((32,), (64,), (13824,), (64, 6, 6, 6)),
        *((64, 12, 12, 12), (32, 24, 24, 24), (16, 48, 48, 48), (1, 51, 51, 51)),
    ]


@pytest.mark.parametrize("edge", [9, 15, 16, 21, 27, 32])
def test_rule_holds_for_other_edges(edge):
    """The trunk ends at 1, the decoder never overshoots, and both fit the structure."""
    assert stage_edges(edge)[-1] == 1
    assert decoder_edges(edge)[-1] <= edge
    structures = torch.rand(2, 1, edge, edge, edge)
    assert Trunk(edge, width=2, dense=8)(structures).shape == (2, 8)
    decoded = Decoder(edge, latent=3, width=2)(torch.randn(2, 3))
    assert decoded.shape == structures.shape
    assert ((decoded > 0) & (decoded < 1)).all()


def test_means_do_not_depend_on_where_the_cell_is_cut():
    """Features of an even cell are the same wherever it is cut, in steps of the pooling."""
    torch.manual_seed(0)
    structures = torch.rand(2, 1, 16, 16, 16)
    trunk = MeansTrunk(16, width=3, dense=8)
    torch.testing.assert_close(trunk(structures), trunk(structures.roll((8, 0, 8), (2, 3, 4))))


def test_shaped_noise_follows_the_noise():
    """Shifted noise gives the shifted structure: the cell is periodic."""
    torch.manual_seed(0)
    decoder = FilteredNoise(9, latent=3)
    nn.init.normal_(decoder.log_amplitudes.weight)
    latents, noise = torch.randn(2, 3), torch.randn(2, 9, 9, 9)
    rolled = decoder(latents, noise.roll((2, 5), (1, 3)))
    torch.testing.assert_close(rolled, decoder(latents, noise).roll((2, 5), (2, 4)))


def test_cutting_keeps_the_volume_fraction():
    """The highest voxels are 1, as many as the mean of the soft structure gives."""
    torch.manual_seed(0)
    soft = torch.rand(4, 1, 7, 7, 7)
    hard = binarise(soft)
    assert set(hard.unique().tolist()) == {0.0, 1.0}
    counts = hard.flatten(1).sum(dim=1)
    torch.testing.assert_close(counts, soft.flatten(1).sum(dim=1).round())
    for one, two in zip(soft, hard, strict=True):
        assert one[two == 1].min() >= one[two == 0].max()


def test_decoding_repeats_with_its_generator():
    """The noise of a decoder comes from the given generator."""
    net = VAERegression(9, 1, 2, latent=3, width=2, dense=8, statistics=True)
    latents = torch.randn(2, 3)
    one, two, three = (net.decode(latents, torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    torch.testing.assert_close(one, two, rtol=0, atol=0)
    assert (one != three).any()


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float64, (2, 3, 3, 3), elements=st.sampled_from([0.0, 1e-9, 0.01, 0.5, 0.99, 1.0])
    )
)
def test_a_cut_always_leaves_two_phases(soft):
    """Also of structures that are all of one phase, or nearly so, and of many equal voxels."""
    hard = binarise(torch.from_numpy(soft)).flatten(1)
    assert ((hard == 0) | (hard == 1)).all()
    counts, wanted = hard.sum(dim=1).numpy(), np.rint(soft.sum(axis=(1, 2, 3)))
    np.testing.assert_array_equal(counts, wanted.clip(1, hard.shape[1] - 1))


NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def with_gradients(outcome, *inputs):
    """Return an outcome and the gradients of its weighted sum."""
    weights = torch.linspace(-1, 1, outcome.numel(), device=outcome.device).view(outcome.shape)
    return outcome, *torch.autograd.grad((outcome * weights).sum(), inputs)


def made(*shapes):
    """Draw tensors that need gradients, in double precision."""
    torch.manual_seed(4)
    return [torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("edges", [(7, 7, 7), (5, 8, 6)])
@pytest.mark.parametrize(("size", "stride"), [(3, 1), (3, 2), (1, 1), (4, 3)])
def test_a_convolution_by_slices_is_one_of_voxels(edges, size, stride):
    """Values and gradients are those of torch's three-dimensional convolution."""
    x, weight, bias = made((2, 3, *edges), (4, 3, *[size] * 3), (4,))
    found = with_gradients(convolve_slices(x, weight, bias, stride), x, weight, bias)
    expected = with_gradients(nn.functional.conv3d(x, weight, bias, stride), x, weight, bias)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("edges", [(6, 6, 6), (5, 4, 7)])
@pytest.mark.parametrize(("size", "padding"), [(6, 1), (3, 1), (3, 0), (4, 2)])
def test_a_transposed_convolution_by_slices_is_one_of_voxels(edges, size, padding):
    """Values and gradients are those of torch's three-dimensional transposed convolution."""
    x, weight, bias = made((2, 3, *edges), (3, 2, *[size] * 3), (2,))
    found = with_gradients(transpose_slices(x, weight, bias, padding), x, weight, bias)
    torchs = nn.functional.conv_transpose3d(x, weight, bias, padding=padding)
    for one, other in zip(found, with_gradients(torchs, x, weight, bias), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("edges", [(1, 1, 1), (5, 5, 5), (2, 3, 4)])
def test_a_doubling_convolution_is_one_of_repeated_voxels(edges):
    """Values and gradients are those of torch's two layers, of which it is one."""
    layer = DoublingConvolution(3, 4, 3, padding=1).double()
    (x,) = made((2, 3, *edges))
    torchs = nn.functional.interpolate(x, scale_factor=2)
    torchs = nn.functional.conv3d(torchs, layer.weight, layer.bias, padding=1)
    inputs = (x, layer.weight, layer.bias)
    found, expected = (with_gradients(each, *inputs) for each in (layer(x), torchs))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def plain(network):
    """Return torch's layers of a decoder's stages or of a trunk, with the same weights."""
    layers = []
    for layer in network:
        if isinstance(layer, DoublingConvolution):
            layers.append(nn.Upsample(scale_factor=2))
        if isinstance(layer, VoxelConvolution):
            torchs = nn.Conv3d(layer.in_channels, layer.out_channels, 3, padding=1)
            torchs.load_state_dict(layer.state_dict())
            layers.append(torchs.double())
        else:
            layers.append(nn.MaxPool3d(2) if isinstance(layer, HalvingPool) else layer)
    return nn.Sequential(*layers)


@pytest.mark.parametrize("edge", [9, 14, 21])
def test_trunk_and_decoder_compute_what_torchs_layers_do(edge):
    """The faster forms of their layers change nothing but the time."""
    torch.manual_seed(5)
    trunk, decoder = Trunk(edge, 3, 8).double(), Decoder(edge, latent=3, width=2).double()
    structures, latents = made((2, 1, edge, edge, edge), (2, 3))
    last = nn.ConvTranspose3d(decoder.last.in_channels, 1, decoder.last.kernel_size, padding=1)
    last.double().load_state_dict(decoder.last.state_dict())
    cubes = last(plain(decoder.stages)(decoder.dense(latents)))
    cases = [
        (trunk(structures), plain(trunk.layers)(structures), structures),
        (decoder(latents), torch.sigmoid(cubes), latents),
    ]
    for ours, torchs, inputs in cases:
        pairs = zip(with_gradients(ours, inputs), with_gradients(torchs, inputs), strict=True)
        for one, other in pairs:
            torch.testing.assert_close(one, other)


def test_weights_have_the_names_of_earlier_files():
    """A stage of the decoder is three places in the names, a stage of the trunk as well."""
    assert [name for name in Decoder(21).state_dict() if name.startswith("stages")] == [
        *("stages.2.weight", "stages.2.bias", "stages.5.weight", "stages.5.bias")
    ]
    convolutions = [name for name in Trunk(21).state_dict() if name.endswith("weight")]
    assert convolutions == [f"layers.{place}.weight" for place in (0, 3, 6, 9, 13)]


@NO_GPU
@pytest.mark.parametrize(
    "layer",
    [
        DoublingConvolution(3, 4, 3, padding=1),
        VoxelConvolution(1, 4, 3, padding=1),
        VoxelConvolution(3, 4, 3, padding=1, padding_mode="circular"),
        VoxelConvolution(3, 4, 3, stride=2, padding=1),
        VoxelTransposedConvolution(3, 1, 6, padding=1),
    ],
)
def test_a_layer_computes_the_same_on_a_gpu(layer):
    """Whatever its padding and stride, with the weights that it has."""
    torch.backends.cudnn.allow_tf32 = False
    x = torch.randn(2, layer.in_channels, 9, 9, 9)
    expected = layer.cpu()(x)
    torch.testing.assert_close(layer.cuda()(x.cuda()).cpu(), expected, rtol=1e-4, atol=1e-5)
