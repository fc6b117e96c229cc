"""The exact kernel compared with two libraries, pair by pair and pixel by pixel."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from gudhi import CubicalComplex
from scipy import special
from scipy.ndimage import gaussian_filter

from pspflow.topology import critical_pixels, persistence_pairs
from pspflow.topology.kernel import pair_stack
from pspflow.topology.normal import normal_cdf
from pspflow.topology.pairs import order_keys

every_convention = pytest.mark.parametrize("convention", ["T", "V"])
CHIPS = 200
TIED_IMAGES = 2000


def chips(count, size=128):
    """Make a third each of smooth fields, bright blobs on noise, and noise: uint8."""
    rng = np.random.default_rng(7)
    images = []
    for i in range(count):
        field = rng.normal(size=(size, size))
        if i % 3 == 0:
            field = gaussian_filter(field, 1 + i % 4)
        elif i % 3 == 1:
            blobs = gaussian_filter((rng.random((size, size)) < 0.01).astype(float), 2)
            field = 0.3 * field + 8 * blobs / max(blobs.max(), 1e-9)
        scaled = (field - field.min()) / np.ptp(field)
        images.append(np.rint(255 * scaled).astype(np.uint8))
    return images


def tied_images(count, shortest=1):
    """Make images of 1 to 9 pixels a side with 2 to 6 grey levels."""
    rng = np.random.default_rng(8)
    for _ in range(count):
        rows, columns, levels = rng.integers([shortest, shortest, 2], [10, 10, 7])
        yield rng.integers(0, levels, (rows, columns)).astype(np.uint8)


def tie_free(shape, seed, dtype=np.float64):
    values = np.random.default_rng(seed).permutation(np.prod(shape)).astype(dtype)
    return values.reshape(shape)


def ordered(pairs):
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def gudhi_pairs(image, convention):
    """Return the pairs of GUDHI's general complex, which uses neither forests nor duality."""
    levels = image.astype(np.float64)
    cells = {"top_dimensional_cells" if convention == "T" else "vertices": levels}
    cubical = CubicalComplex(**cells)
    cubical.compute_persistence(min_persistence=0)
    return [ordered(cubical.persistence_intervals_in_dimension(k).reshape(-1, 2)) for k in (0, 1)]


def cripser_pairs(image, convention):
    """Return the pairs of Cubical Ripser (GPL: only tests may use it)."""
    cripser = pytest.importorskip("cripser")
    table = cripser.compute_ph(image.astype(np.float64), maxdim=1, filtration=convention)
    table[table > 1e300] = np.inf  # its essential class dies at the largest double
    table = table[table[:, 1] < table[:, 2]]
    return [ordered(table[table[:, 0] == k, 1:3]) for k in (0, 1)]


def mismatches(images, convention, reference):
    count = 0
    for image in images:
        ours, theirs = persistence_pairs(image, convention), reference(image, convention)
        count += not all(map(np.array_equal, ours, theirs))
    return count


@every_convention
@pytest.mark.parametrize(
    ("reference", "shortest"),
    # under V cripser joins nothing in an image one pixel wide: compare those with GUDHI alone
    [(gudhi_pairs, 1), (cripser_pairs, 2)],
)
def test_no_mismatch(convention, reference, shortest):
    """Not one pair differs on 200 chips and 2,000 small images full of ties."""
    assert mismatches(chips(CHIPS), convention, reference) == 0
    assert mismatches(tied_images(TIED_IMAGES, shortest), convention, reference) == 0


@every_convention
@pytest.mark.parametrize("dtype", [np.uint16, ">u2", np.int16, np.float32, np.float64])
def test_other_dtypes(convention, dtype):
    """Pairs of 16-bit and of float images are those of the library, signs and zeros included."""
    rng = np.random.default_rng(9)
    for shift in (0, 300) if dtype in (np.uint16, ">u2") else (-20, 0):
        image = (300 * rng.random((40, 50)) + shift).astype(dtype)
        assert mismatches([image], convention, gudhi_pairs) == 0


@every_convention
def test_zeros_of_both_signs_tie(convention):
    """Minus zero is zero: a pair between them would die at birth."""
    image = np.zeros((9, 9))
    image[::2, 1::2] = -0.0
    h0, h1 = persistence_pairs(image, convention)
    assert len(h0) == 1
    assert len(h1) == 0


@pytest.mark.parametrize(
    "levels",
    [
        np.array([-np.inf, -1e300, -2.0, -1e-310, -0.0, 0.0, 1e-310, 2.0, 1e300, np.inf]),
        np.array([-3e38, -2.0, -1e-42, -0.0, 0.0, 1e-42, 2.0, 3e38], np.float32),
        np.array([-7.5, 0, 7.5], np.float16),
        np.array([-128, -1, 0, 127], np.int8),
        np.array([-(2**40), -1, 0, 2**40]),
        np.array([False, True]),
    ],
)
def test_keys_keep_the_order(levels):
    """Keys are unsigned, rise where levels rise and tie where levels tie."""
    keys = order_keys(levels)
    assert keys.dtype.kind == "u"
    np.testing.assert_array_equal(keys[1:] > keys[:-1], levels[1:] > levels[:-1])


@every_convention
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 70), (70, 3)])
def test_thin_images(convention, shape):
    """The ring around an image is right on every side of every shape."""
    images = [tie_free(shape, seed) for seed in range(20)]
    assert mismatches(images, convention, gudhi_pairs) == 0


@every_convention
def test_layouts(convention):
    """A read-only, strided or Fortran-ordered image gives the pairs of a plain copy."""
    image = chips(2, 32)[1]
    frozen = image.copy()
    frozen.flags.writeable = False
    for view in (frozen, np.asfortranarray(image), np.repeat(image, 2, axis=1)[:, ::2]):
        for ours, plain in zip(
            persistence_pairs(view, convention), persistence_pairs(image, convention), strict=True
        ):
            np.testing.assert_array_equal(ours, plain)


def gudhi_pixels(image, convention):
    """Return GUDHI's birth and death pixels, whose flat indices count rows fastest."""
    if convention == "T":
        cubical = CubicalComplex(top_dimensional_cells=image)
        cubical.compute_persistence()
        finite, essential = cubical.cofaces_of_persistence_pairs()
    else:
        cubical = CubicalComplex(vertices=image)
        cubical.compute_persistence()
        finite, essential = cubical.vertices_of_persistence_pairs()
    pixels = np.arange(image.size).reshape(image.shape).ravel(order="F")
    finite = [pixels[pairs] for pairs in finite] + [np.empty((0, 2), np.intp)] * 2
    h0 = np.vstack([finite[0], [pixels[essential[0][0]], -1]])
    return h0, finite[1]


@every_convention
@pytest.mark.parametrize("shape", [(30, 40), (1, 20), (5, 3)])
def test_critical_pixels(convention, shape):
    """Where no two pixels tie, birth and death pixels are those of the library."""
    for seed in range(5):
        image = tie_free(shape, seed)
        for ours, theirs in zip(
            critical_pixels(image, convention), gudhi_pixels(image, convention), strict=True
        ):
            assert sorted(ours.tolist()) == sorted(theirs.tolist())


@every_convention
def test_critical_pixels_are_the_pairs(convention):
    """Row for row, the grey levels of the pixels are the pairs, ties or not."""
    for image in chips(3, 48):
        for pixels, pairs in zip(
            critical_pixels(image, convention), persistence_pairs(image, convention), strict=True
        ):
            np.testing.assert_array_equal(image.ravel()[pixels[:, 0]], pairs[:, 0])
            finite = np.isfinite(pairs[:, 1])
            np.testing.assert_array_equal(pixels[:, 1] < 0, ~finite)
            np.testing.assert_array_equal(image.ravel()[pixels[finite, 1]], pairs[finite, 1])


@every_convention
def test_an_extremum_belongs_to_one_pair(convention):
    """However many pixels tie, no minimum starts two components and no maximum fills two holes."""
    for image in tied_images(200):
        h0, h1 = critical_pixels(image, convention)
        assert len(np.unique(h0[:, 0])) == len(h0)
        assert len(np.unique(h1[:, 1])) == len(h1)


@every_convention
def test_a_stack_is_its_images(convention):
    """Nothing is left in the workspace of one image that shows in the next."""
    images = np.stack(chips(6, 40))
    pixels, counts = pair_stack(images, convention == "T")
    alone = [pair_stack(image[None], convention == "T") for image in images]
    np.testing.assert_array_equal(pixels, np.concatenate([pairs for pairs, _ in alone]))
    np.testing.assert_array_equal(counts, np.concatenate([count for _, count in alone]))


def test_threads_share_nothing():
    """Threads that run at once give what one gives."""
    images = np.stack(chips(12, 64))
    expected, _ = pair_stack(images, True)
    with ThreadPoolExecutor(4) as pool:
        for pixels, _ in pool.map(lambda _: pair_stack(images, True), range(8)):
            np.testing.assert_array_equal(pixels, expected)


def test_normal_cdf():
    """The series agrees with SciPy to the last digits of 1, far tails and nodes included."""
    z = np.concatenate([np.linspace(-12, 12, 100_001), np.arange(-640, 641) / 64, [-1e300, 1e300]])
    np.testing.assert_allclose(normal_cdf(z), special.ndtr(z), rtol=0, atol=2e-15)
    assert normal_cdf(np.zeros((2, 0))).shape == (2, 0)
