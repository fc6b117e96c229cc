"""The layer compared with `persistence_images`, and its gradient with finite differences."""

import copy
import itertools

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch.autograd import gradcheck

from pspflow.topology import PersistenceImageLayer, critical_pixels, persistence_images

RANGES = {"resolution": 10, "birth_range": (0, 255), "persistence_range": (0, 255), "sigma": 12.75}
VARIANTS = [
    dict(zip(("convention", "weight", "infinite_death"), values, strict=True))
    for values in itertools.product("TV", ("persistence", "uniform"), ("max", "drop"))
]
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "-".join(v.values()))
every_kind = pytest.mark.parametrize("levels", [256, None])


def stack(n=3, size=24):
    """Return smooth and noisy images, uint8."""
    noise = np.random.default_rng(0).normal(size=(n, size, size))
    smooth = np.stack([gaussian_filter(image, k % 3) for k, image in enumerate(noise)])
    low, high = smooth.min(axis=(1, 2), keepdims=True), smooth.max(axis=(1, 2), keepdims=True)
    return np.round(255 * (smooth - low) / (high - low)).astype(np.uint8)


def spaced(shape=(2, 8, 10), step=3, seed=0):
    """Return images whose pixels all differ, by whole multiples of `step` grey levels."""
    rng = np.random.default_rng(seed)
    pixels = int(np.prod(shape[1:]))
    images = [step * rng.permutation(pixels).reshape(shape[1:]) for _ in range(shape[0])]
    return torch.tensor(np.stack(images), dtype=torch.float64)


def gradient_of(layer, images, upstream):
    images = images.clone().requires_grad_()
    layer(images).backward(upstream)
    return images.grad


def upstream_for(images, resolution=10):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(
        (len(images), 2, resolution, resolution), generator=generator, dtype=images.dtype
    )


@every_kind
@every_variant
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equals_persistence_images(variant, levels, dtype):
    """The layer computes what the workflow stores."""
    images = stack()
    drawn = PersistenceImageLayer(**RANGES, **variant, levels=levels)(
        torch.tensor(images).to(dtype)
    )
    assert drawn.dtype == dtype
    expected = persistence_images(images, **variant)
    tolerance = 1e-4 if dtype == torch.float32 else 1e-11
    np.testing.assert_allclose(
        drawn, expected, rtol=tolerance, atol=tolerance * np.abs(expected).max()
    )


@pytest.mark.parametrize("convention", ["T", "V"])
def test_floats_are_not_rounded_without_levels(convention):
    """Fractions of a grey level count, and there are no bounds on the range."""
    images = 3000 * np.random.default_rng(1).normal(size=(2, 12, 14))
    options = {
        "resolution": 6,
        "birth_range": (-4000, 4000),
        "persistence_range": (0, 5000),
        "sigma": 300,
        "convention": convention,
    }
    drawn = PersistenceImageLayer(**options, levels=None)(torch.tensor(images))
    np.testing.assert_allclose(drawn, persistence_images(images, **options), rtol=1e-9, atol=1e-9)


@every_variant
def test_gradcheck(variant):
    """In double precision and without ties the gradient passes torch's own check."""
    layer = PersistenceImageLayer(
        resolution=4,
        birth_range=(0, 60),
        persistence_range=(0, 60),
        sigma=8,
        levels=None,
        **variant,
    )
    images = (spaced((2, 5, 6), step=2) + 0.25).requires_grad_()
    assert gradcheck(layer, (images,), eps=1e-5, atol=1e-6)


@every_variant
def test_gradient_of_levels(variant):
    """Whole grey levels have the gradient of the exact layer, looked up in tables."""
    images = spaced((9, 8, 10))
    upstream = upstream_for(images)
    exact = PersistenceImageLayer(**RANGES, **variant, levels=None)
    layer = PersistenceImageLayer(**RANGES, **variant)
    expected = gradient_of(exact, images, upstream)
    np.testing.assert_allclose(gradient_of(layer, images, upstream), expected, atol=1e-9)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("levels", [256, None])
def test_images_on_a_gpu_have_the_same_gradient(levels):
    """Whole grey levels are looked up on the CPU, other numbers are drawn on the device."""
    images = spaced((9, 8, 10))
    upstream = upstream_for(images)
    layer = PersistenceImageLayer(**RANGES, levels=levels)
    expected = gradient_of(layer, images, upstream)
    found = gradient_of(layer.cuda(), images.cuda(), upstream.cuda())
    assert found.device.type == "cuda"
    np.testing.assert_allclose(found.cpu(), expected, atol=1e-9)


@pytest.mark.parametrize("convention", ["T", "V"])
def test_gradient_predicts_a_step_of_one_level(convention):
    """On an 8-bit image, a change of one grey level changes a loss as the gradient predicts."""
    layer = PersistenceImageLayer(**RANGES, convention=convention)
    images = spaced() + 4
    upstream = upstream_for(images)
    gradient = gradient_of(layer, images, upstream)
    rng = np.random.default_rng(2)
    for _ in range(5):
        step = torch.tensor(rng.choice([-1.0, 0.0, 1.0], images.shape))
        low, high = ((upstream * layer(images + sign * step)).sum() for sign in (-1, 1))
        tolerance = 1e-3 * float(gradient.norm() * step.norm())
        np.testing.assert_allclose((high - low) / 2, (gradient * step).sum(), atol=tolerance)


@every_kind
@pytest.mark.parametrize("convention", ["T", "V"])
def test_gradient_is_on_critical_pixels(convention, levels):
    """Pixels at which no pair is born or dies get no gradient."""
    images = stack()
    layer = PersistenceImageLayer(**RANGES, convention=convention, levels=levels)
    tensor = torch.tensor(images, dtype=torch.float32)
    gradients = gradient_of(layer, tensor, upstream_for(tensor))
    for image, gradient in zip(images, gradients, strict=True):
        h0, h1 = critical_pixels(image, convention)
        allowed = set(np.concatenate([h0, h1]).ravel()) | {image.argmax()}
        touched = set(np.flatnonzero(gradient))
        assert touched <= allowed
        assert len(touched) > 0.9 * len(allowed - {-1})


def test_rounding_is_passed_straight_through():
    """Fractions change neither the images nor the gradient; clipped pixels have none."""
    layer = PersistenceImageLayer(**RANGES)
    images = spaced() + 4
    upstream = upstream_for(images)
    moved = images + 0.8 * (torch.rand(images.shape, dtype=torch.float64) - 0.5)
    torch.testing.assert_close(layer(moved), layer(images))
    torch.testing.assert_close(
        gradient_of(layer, moved, upstream), gradient_of(layer, images, upstream)
    )
    outside = images.clone()
    outside[0, 2, 3], outside[1, 4, 5] = -40, 300
    gradient = gradient_of(layer, outside, upstream)
    assert gradient[0, 2, 3] == gradient[1, 4, 5] == 0
    torch.testing.assert_close(layer(outside), layer(outside.clamp(0, 255)))


def test_fewer_levels():
    """Grey levels above the last are clipped to it."""
    images = torch.tensor(stack(), dtype=torch.float64)
    sixteen = PersistenceImageLayer(10, (0, 15), (0, 15), 0.75, levels=16)
    torch.testing.assert_close(sixteen(images), sixteen(images.clamp(0, 15)))
    assert not torch.allclose(sixteen(images), sixteen(images / 17))


@every_kind
def test_shapes(levels):
    """One channel more, another memory layout, one image alone: the same images."""
    layer = PersistenceImageLayer(**RANGES, levels=levels)
    images = torch.tensor(stack(11), dtype=torch.float32)
    expected = layer(images)
    assert expected.shape == (11, 2, 10, 10)
    torch.testing.assert_close(layer(images[:, None]), expected)
    torch.testing.assert_close(
        layer(images.permute(1, 2, 0).contiguous().permute(2, 0, 1)), expected
    )
    torch.testing.assert_close(torch.cat([layer(image[None]) for image in images]), expected)


@every_kind
def test_constant_images(levels):
    """A constant image has no persistence, and its gradient is finite."""
    images = torch.full((2, 6, 5), 9.0)
    layer = PersistenceImageLayer(**RANGES, levels=levels)
    assert not layer(images).any()
    assert torch.isfinite(gradient_of(layer, images, upstream_for(images))).all()


@every_kind
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_dtypes(levels, dtype):
    """Images and gradient have the dtype of the input."""
    images = torch.tensor(stack(), dtype=dtype)
    layer = PersistenceImageLayer(**RANGES, levels=levels, weight="uniform")
    assert layer(images).dtype == dtype
    gradient = gradient_of(layer, images, torch.ones(3, 2, 10, 10, dtype=dtype))
    assert gradient.dtype == dtype
    assert gradient.any()


@every_kind
def test_module(levels):
    """The layer is a module like others: modes, copies, dtypes and state leave its result alone."""
    images = torch.tensor(stack(), dtype=torch.float32)
    layer = PersistenceImageLayer(**RANGES, levels=levels)
    expected = layer(images)
    torch.testing.assert_close(layer.eval()(images), layer.train()(images), rtol=0, atol=0)
    torch.testing.assert_close(copy.deepcopy(layer)(images), expected, rtol=0, atol=0)
    torch.testing.assert_close(copy.deepcopy(layer).float()(images), expected)
    assert list(layer.state_dict()) == list(layer.parameters()) == []
    layer.load_state_dict(torch.nn.Sequential(layer).state_dict())
    assert {name for name, _ in layer.named_buffers()} == {"birth_edges", "persistence_edges"}


@every_kind
def test_a_network_learns_through_it(levels):
    """Steps down the gradient bring an image's persistence images to a target."""
    layer = PersistenceImageLayer(**RANGES, levels=levels)
    start, goal = (torch.tensor(images, dtype=torch.float32) for images in np.split(stack(2), 2))
    target = layer(goal)
    image = start.clone().requires_grad_()
    optimiser = torch.optim.Adam([image], lr=2)
    losses = []
    for _ in range(40):
        optimiser.zero_grad()
        loss = (layer(image) - target).square().mean()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.1 * losses[0]


@every_kind
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rejects_pixels_that_are_not_finite(levels, bad):
    """Pixels of a diverged network give an error here."""
    images = torch.zeros(2, 4, 4)
    images[1, 2, 3] = bad
    with pytest.raises(ValueError, match="finite"):
        PersistenceImageLayer(**RANGES, levels=levels)(images)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.zeros(4, 4), "shape"),
        (torch.zeros(2, 3, 4, 4), "shape"),
        (torch.zeros(0, 4, 4), "empty"),
        (torch.zeros(2, 4, 4, dtype=torch.uint8), "floating"),
    ],
)
def test_rejects_what_is_no_batch(images, message):
    """Anything but a batch of floating-point grey images is refused with the reason."""
    with pytest.raises(ValueError, match=message):
        PersistenceImageLayer(**RANGES)(images)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"sigma": 0}, "sigma"),
        ({"birth_range": (1, 1)}, "range"),
        ({"weight": "linear"}, "weight"),
        ({"convention": "t"}, "'T' or 'V'"),
        ({"infinite_death": "inf"}, "'max' or 'drop'"),
        ({"levels": 257}, "from 2 to 256"),
    ],
)
def test_rejects_options(option, message):
    """An invalid option is refused when the layer is built."""
    with pytest.raises(ValueError, match=message):
        PersistenceImageLayer(**{**RANGES, **option})


@pytest.mark.parametrize("kind", [np.asarray, np.ma.masked_array, np.ndarray.tolist])
def test_rejects_what_is_no_tensor(kind):
    """An array, with a mask above all, is refused in words and not by an attribute it lacks."""
    layer = PersistenceImageLayer(4, (0, 255), (0, 255), sigma=10.0)
    with pytest.raises(ValueError, match="images must be a tensor, got"):
        layer(kind(np.zeros((2, 6, 6), np.float32)))
