"""Quantisers: nearest codes, straight-through gradients, and an independent implementation."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional

from pspflow.models.steel.nearest import NearestCode
from pspflow.models.steel.scalar import ScalarLevels

LEVELS = (4, 3, 5)


def latents(dim, seed=0):
    """Draw latents that need a gradient."""
    rng = torch.Generator().manual_seed(seed)
    return (2 * torch.randn(2, dim, 5, 4, generator=rng)).requires_grad_()


def quantiser(codes=11, dim=3):
    """Make a codebook as wide as the latents."""
    torch.manual_seed(1)
    made = NearestCode(codes, dim)
    with torch.no_grad():
        made.codebook.copy_(2 * torch.randn(codes, dim))
    return made


def test_the_nearest_code_is_that_of_brute_force():
    """Every distance in float64, one by one."""
    made, given = quantiser(), latents(3)
    points = given.detach().double().movedim(1, -1).numpy()
    book = made.codebook.detach().double().numpy()
    for place in np.ndindex(points.shape[:-1]):
        away = [np.linalg.norm(points[place] - vector) for vector in book]
        assert made(given).codes[place] == int(np.argmin(away))


def test_a_latent_that_is_a_code_is_that_code():
    """Codes to vectors and back."""
    made = quantiser()
    codes = torch.arange(11).reshape(1, 1, 11)
    assert torch.equal(made.codes_of(made.vectors_of(codes)), codes)


def test_the_gradient_passes_straight_through():
    """Latents get the decoder's gradient and the commitment's; the codebook its own loss's."""
    made, given = quantiser(), latents(3)
    out = made(given)
    weights = torch.randn(out.vectors.shape, generator=torch.Generator().manual_seed(2))
    total = (out.vectors * weights).sum() + out.losses["codebook"] + 0.7 * out.losses["commitment"]
    total.backward()
    chosen = made.codebook.detach()[out.codes].movedim(-1, 1)
    torch.testing.assert_close(out.vectors, chosen)
    away = given.detach() - chosen
    torch.testing.assert_close(given.grad, weights + 0.7 * 2 * away / away.numel())
    expected = torch.zeros_like(made.codebook)
    for code in range(len(expected)):
        at = (out.codes == code)[:, None].expand_as(away)
        expected[code] = -2 * (away * at).sum(dim=(0, 2, 3)) / away.numel()
    torch.testing.assert_close(made.codebook.grad, expected)


def test_the_codebook_is_that_of_another_implementation():
    """vector-quantize-pytorch, with the options of the paper: codes, vectors and all gradients."""
    library = pytest.importorskip("vector_quantize_pytorch")
    made, given = quantiser(), latents(3)
    other = library.VectorQuantize(
        dim=3,
        codebook_size=11,
        learnable_codebook=True,
        ema_update=False,
        rotation_trick=False,
        commitment_weight=1.0,
        accept_image_fmap=True,
    )
    with torch.no_grad():
        other._codebook.embed.copy_(made.codebook[None])
    theirs = given.detach().clone().requires_grad_()
    vectors, codes, loss = other(theirs)
    out = made(given)
    target = torch.ones_like(vectors)
    (functional.mse_loss(vectors, target) + loss.sum()).backward()
    (functional.mse_loss(out.vectors, target) + sum(out.losses.values())).backward()
    assert torch.equal(out.codes, codes)
    torch.testing.assert_close(out.vectors, vectors)
    torch.testing.assert_close(given.grad, theirs.grad)
    torch.testing.assert_close(made.codebook.grad, other._codebook.embed.grad[0])


def test_scalar_codes_are_all_combinations_of_levels():
    """Each number takes each of its levels, equally spaced and within -1 and 1; codes are them."""
    made = ScalarLevels(LEVELS)
    each = [(np.arange(n) - n // 2) / (n // 2) for n in LEVELS]
    expected = {tuple(point) for point in itertools.product(*each)}
    points = made.codebook.double().numpy()
    assert {tuple(point) for point in points} == expected
    codes = torch.arange(len(points)).reshape(1, 4, 15)
    torch.testing.assert_close(
        made.vectors_of(codes).movedim(1, -1)[0].reshape(-1, 3).numpy(), made.codebook.numpy()
    )


def test_scalar_latents_are_rounded_and_reach_every_level():
    """A latent's code is that of its vector; wide latents have all codes."""
    made = ScalarLevels(LEVELS)
    given = torch.linspace(-4, 4, 61)
    grid = torch.cartesian_prod(given, given, given).T[None, :, :, None]
    out = made(grid)
    assert len(out.codes.unique()) == 60
    torch.testing.assert_close(out.vectors, made.vectors_of(out.codes))
    assert torch.equal(made.codes_of(grid), out.codes)
    # further from zero is never a lower level
    alone = made(torch.stack([given, given, given])[None, :, :, None]).vectors[0, :, :, 0]
    assert (alone.diff(dim=1) >= 0).all()


def test_scalar_gradients_pass_the_rounding():
    """The gradient is that of the bound alone, by finite differences in float64."""
    made = ScalarLevels(LEVELS)
    given = torch.randn(1, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    made(given).vectors.sum().backward()
    half = (made.levels // 2)[None, :, None, None]
    step = 1e-6
    with torch.no_grad():
        above, below = (made._bounded((given + s).movedim(1, -1)) for s in (step, -step))
    expected = ((above - below) / (2 * step)).movedim(-1, 1) / half
    torch.testing.assert_close(given.grad, expected, rtol=1e-6, atol=1e-8)


def test_scalar_levels_are_those_of_another_implementation():
    """vector-quantize-pytorch's FSQ: codes, vectors and gradients."""
    library = pytest.importorskip("vector_quantize_pytorch")
    made, given = ScalarLevels(LEVELS), latents(3)
    theirs = given.detach().clone().requires_grad_()
    vectors, codes = library.FSQ(list(LEVELS))(theirs)
    out = made(given)
    vectors.square().sum().backward()
    out.vectors.square().sum().backward()
    assert torch.equal(out.codes, codes.long())
    torch.testing.assert_close(out.vectors, vectors)
    torch.testing.assert_close(given.grad, theirs.grad)
