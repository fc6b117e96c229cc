"""One picture that stands in a sheet twice is found, whatever was done to its copy."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.exposure import equalize_adapthist

from pspflow.microstructure.catalogue import CROP_COLUMNS, Source, build_catalogue, thumbnails
from pspflow.microstructure.catalogue.repeats import LIKELY, near_copies, shared_files
from pspflow.microstructure.catalogue.thumbnails import alike, thumbnail


def texture(seed, shape=(300, 400), width=3.0):
    """Return an image (rows, columns) uint8 of grains of some width."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), width)
    return np.clip(128 + 45 * noise / noise.std(), 0, 255).astype(np.uint8)


def jpeg(pixels, quality):
    """Return an image that was saved as JPEG."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


def resized(pixels, factor):
    """Return an image at another number of pixels."""
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def shaded(pixels):
    """Return an image that is darker on one side."""
    return np.clip(pixels * np.linspace(0.5, 1.3, pixels.shape[1]), 0, 255).astype(np.uint8)


COPIES = {
    "JPEG of low quality": lambda p: jpeg(p, 25),
    "brightened": lambda p: np.clip(p + 40.0, 0, 255).astype(np.uint8),
    "more contrast": lambda p: np.clip((p - 128.0) * 2 + 128, 0, 255).astype(np.uint8),
    "gamma 0.5": lambda p: (255 * (p / 255) ** 0.5).astype(np.uint8),
    "gamma 2": lambda p: (255 * (p / 255) ** 2).astype(np.uint8),
    "inverted": lambda p: 255 - p,
    "16 bits": lambda p: p.astype(np.uint16) * 257,
    "floats": lambda p: (p / 255).astype(np.float32),
    "half as many pixels": lambda p: resized(p, 0.5),
    "more pixels": lambda p: resized(p, 1.7),
    "smoothed": lambda p: gaussian_filter(p, 1.5),
    "noisy": lambda p: np.clip(p + np.random.default_rng(9).normal(0, 15, p.shape), 0, 255).astype(
        np.uint8
    ),
    "one pixel trimmed": lambda p: p[1:-1, 1:-1],
    "shaded": shaded,
    "equalised": lambda p: (equalize_adapthist(p) * 255).astype(np.uint8),
    "two phases": lambda p: ((p > 128) * 255).astype(np.uint8),
}
TURNS = {
    f"{'mirrored, ' if mirrored else ''}turned by {90 * turns}": (
        lambda p, t=turns, m=mirrored: np.ascontiguousarray(np.rot90(p[:, ::-1] if m else p, t))
    )
    for turns in range(4)
    for mirrored in (False, True)
}


def sheet_of(images, specimens, whole=None, crops=None):
    """Return sheet and sources of images, with the specimen of each."""
    count = len(images)
    cells = {
        "image": [f"{0 if whole else i}.tif" for i in range(count)],
        "domain": ["t5"] * count,
        "specimen": specimens,
        **{name: [str(crop[k]) for crop in crops] for k, name in enumerate(CROP_COLUMNS) if crops},
    }
    sheet = pd.DataFrame(cells, pd.RangeIndex(2, 2 + count, name="row"), dtype=object)
    sources = [
        Source(
            *pixels.shape,
            "uint8",
            f"{(whole or list(range(count)))[i]:>08}",
            str((whole or list(range(count)))[i]),
            thumbnail=thumbnail(pixels),
        )
        for i, pixels in enumerate(images)
    ]
    return sheet, sources


def judged(images, specimens):
    """Return problems and doubts about copies."""
    sheet, sources = sheet_of(images, specimens)
    table, problems = build_catalogue(sheet, sources, {"t5": None})
    assert problems == []
    return near_copies(table.set_index("row"), sources, lambda place: images[place])


@pytest.mark.data(
    "micrographs",
    "refused",
    "a micrograph of one specimen again under another, re-encoded, turned, brightened or resized",
)
@pytest.mark.parametrize("copy", [*COPIES, *TURNS])
@pytest.mark.parametrize("width", [1.0, 3.0, 8.0])
def test_a_copy_in_two_specimens_is_refused(copy, width):
    """Both rows are named, since either may be in the test split."""
    pixels = texture(0, width=width)
    other = {**COPIES, **TURNS}[copy](pixels)
    problems, doubts = judged([pixels, texture(1, width=width), other], ["a", "b", "c"])
    assert doubts == []
    (sentence,) = problems
    assert sentence.startswith("Sheet rows 2 and 4: 0.tif and 2.tif show one field")
    assert "'a' and 'c'; remove one, or correct its specimen." in sentence


@pytest.mark.parametrize("copy", ["JPEG of low quality", "inverted", "half as many pixels"])
@pytest.mark.parametrize("turn", TURNS)
def test_a_copy_that_was_changed_twice(copy, turn):
    """Turned, and encoded otherwise."""
    pixels = texture(3)
    problems, _ = judged([pixels, TURNS[turn](COPIES[copy](pixels))], ["a", "b"])
    assert len(problems) == 1


@pytest.mark.data(
    "micrographs", "warned", "a micrograph of one specimen twice, re-encoded, turned or brightened"
)
def test_a_copy_within_a_specimen_is_warned_of():
    """It may be one field before and after a treatment."""
    pixels = texture(0)
    problems, (doubt,) = judged([pixels, jpeg(pixels, 60)], ["a", "a"])
    assert problems == []
    assert doubt.startswith("Sheet rows 2 and 3: 0.tif and 1.tif seem to show one field twice")


@pytest.mark.parametrize("width", [0.7, 2.0, 5.0, 12.0])
def test_different_fields_are_never_alike(width):
    """Of a hundred textures of one kind, no two come near the limit."""
    images = [thumbnail(texture(seed, (256, 320), width)) for seed in range(100)]
    assert max((m.deviations for m in alike(np.stack(images), 0.3)), default=0) < LIKELY[0][1] - 1


def grating(period, phase, angle=0.0, shape=(300, 400)):
    """Return lamellae."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    along = columns * np.cos(angle) + rows * np.sin(angle)
    return (128 + 90 * np.sin(2 * np.pi * along / period + phase)).astype(np.uint8)


def lattice(period, shape=(300, 400)):
    """Return dots on a lattice."""
    rows, columns = (place % period - period / 2 for place in np.mgrid[: shape[0], : shape[1]])
    return ((rows**2 + columns**2 < (period / 3) ** 2) * 200).astype(np.uint8)


def bar(pixels):
    """Return an image with the annotation bar that all images of a microscope have."""
    marked = pixels.copy()
    marked[-30:] = 0
    marked[-25:-5, 20:150:3] = 255
    marked[-20:-10, 200:380:7] = 255
    return marked


COMMON = {
    "lamellae": lambda seed: grating(23 + seed % 2, seed),
    "tilted lamellae": lambda seed: grating(37, seed / 3, 0.5),
    "lattice": lambda seed: lattice(24 + seed % 3),
    "one shading": lambda seed: shaded(texture(seed)),
    "one bar": lambda seed: bar(texture(seed)),
    "one bar on little contrast": lambda seed: bar((texture(seed) // 8 + 100).astype(np.uint8)),
    "smooth": lambda seed: texture(seed, width=60.0),
    "little contrast": lambda seed: (texture(seed) // 40 + 100).astype(np.uint8),
}


@pytest.mark.data(
    "micrographs", "read", "different fields that share shading, lamellae or an annotation bar"
)
@pytest.mark.parametrize("kind", COMMON)
def test_what_images_have_in_common_makes_no_copy(kind):
    """Shading, bars and regular patterns are not taken for one field."""
    images = [COMMON[kind](seed) for seed in range(12)]
    assert judged(images, [f"s{seed}" for seed in range(12)]) == ([], [])


LOSSLESS = {
    "brightened": lambda p: (p + 20).astype(p.dtype),
    "inverted": lambda p: p.max() - p,
    "16 bits": lambda p: p.astype(np.uint16) * 257,
    "12 bits in 16": lambda p: p.astype(np.uint16) * 16 + 100,
    "floats": lambda p: (p / 255).astype(np.float32),
    **TURNS,
}


def lamellae(seed):
    """Return lamellae as a microscope sees them: regular, on noise."""
    noise = np.random.default_rng(seed).normal(0, 3, (300, 400))
    return (grating(24, seed, seed / 5) * 0.8 + 15 + noise).clip(0, 230).astype(np.uint8)


PROVING_LITTLE = {
    "lamellae": lamellae,
    "few large features": lambda seed: (texture(seed, width=60.0) * 0.8).astype(np.uint8),
    "few pixels": lambda seed: (texture(seed, (32, 32)) * 0.8).astype(np.uint8),
}


@pytest.mark.data(
    "micrographs",
    "refused",
    "a micrograph of regular lamellae or of few large features again under another specimen, "
    "turned or brightened",
)
@pytest.mark.parametrize("copy", LOSSLESS)
@pytest.mark.parametrize("kind", PROVING_LITTLE)
def test_a_copy_of_a_picture_with_little_detail(kind, copy):
    """Lamellae of two specimens are alike, but not in how many pixels have each level."""
    pixels = PROVING_LITTLE[kind](0)
    images = [pixels, PROVING_LITTLE[kind](1), LOSSLESS[copy](pixels)]
    problems, doubts = judged(images, ["a", "b", "c"])
    assert doubts == []
    (sentence,) = problems
    assert sentence.startswith("Sheet rows 2 and 4: 0.tif and 2.tif show one field")


@pytest.mark.parametrize("kind", PROVING_LITTLE)
def test_other_pictures_with_little_detail_are_no_copies(kind):
    """Among forty of them."""
    images = [PROVING_LITTLE[kind](seed) for seed in range(40)]
    assert judged(images, [f"s{seed}" for seed in range(40)]) == ([], [])


def test_blocks_are_compared_only_where_that_matters(monkeypatch):
    """All lamellae of a sheet are alike: a thousand images would take minutes."""
    images = np.stack([thumbnail(grating(24, seed)) for seed in range(20)])
    assert list(alike(images, 0.45))
    monkeypatch.setattr(thumbnails, "_in_blocks", None)
    matches = list(alike(images, 0.45, LIKELY[1][1]))
    assert max(match.correlation for match in matches) > 0.9
    assert max(match.deviations for match in matches) < LIKELY[1][1]


def test_pixels_are_read_again_only_where_that_decides():
    """Images that are not alike are read once, which takes the most time."""
    sheet, sources = sheet_of([texture(seed) for seed in range(6)], list("abcdef"))
    table, _ = build_catalogue(sheet, sources, {"t5": None})
    read = []
    assert near_copies(table.set_index("row"), sources, read.append) == ([], [])
    assert read == []


def test_a_doubt_hides_no_problem():
    """A copy in its own specimen is a doubt; that it is one of another specimen's comes first."""
    pixels = texture(0)
    copies = [pixels, jpeg(pixels, 80), jpeg(pixels, 60), jpeg(pixels, 40)]
    problems, doubts = judged(copies, ["a", "a", "b", "a"])
    named = [sentence.partition(":")[0] for sentence in problems]
    assert named == ["Sheet rows 2 and 4", "Sheet rows 4 and 5"]
    assert len(doubts) == 1
    assert doubts[0].startswith("Sheet rows 2 and 3")


def placed(crops, specimens):
    """Return problems and doubts about crops (row, column, height, width) of one file."""
    pixels = texture(0)
    sheet, sources = sheet_of([pixels] * len(crops), specimens, ["same"] * len(crops), crops)
    for source, (row, column, height, width) in zip(sources, crops, strict=True):
        object.__setattr__(
            source, "thumbnail", thumbnail(pixels[row : row + height, column : column + width])
        )
    table, problems = build_catalogue(sheet, sources, {"t5": None})
    assert table["micrograph"].nunique() == len(set(crops))
    rows = table.set_index("row")
    assert near_copies(rows, sources, lambda _: pixels) == ([], [])
    return problems, list(shared_files(rows, sources))


@pytest.mark.data("micrographs", "read", "disjoint crops of one file")
def test_disjoint_crops_are_two_micrographs():
    """They have two names; a crop may touch another."""
    assert placed([(0, 0, 150, 400), (150, 0, 150, 400)], ["a", "a"]) == ([], [])


@pytest.mark.data("micrographs", "warned", "disjoint crops of one file under two specimens")
def test_disjoint_crops_of_two_specimens():
    """A file may show two specimens, but seldom does."""
    problems, (doubt,) = placed([(0, 0, 150, 400), (150, 0, 150, 400)], ["a", "b"])
    assert problems == []
    assert "rows 2 and 3: crops of one image (0.tif) are given to specimens 'a' and 'b'" in doubt


@pytest.mark.data("micrographs", "refused", "overlapping crops of one file")
@pytest.mark.parametrize("specimens", [["a", "a"], ["a", "b"]])
@pytest.mark.parametrize("second", [(149, 0, 151, 400), (0, 100, 100, 100), (100, 399, 200, 1)])
def test_overlapping_crops(specimens, second):
    """Pixels would count twice, or stand in two splits."""
    problems, _ = placed([(0, 0, 150, 400), second], specimens)
    assert problems == [
        "Sheet rows 2 and 3: crops of one image (0.tif) overlap; make them disjoint, or remove one."
    ]


def test_the_same_crop_twice():
    """It is the same image."""
    problems, _ = placed([(0, 0, 150, 400), (0, 0, 150, 400)], ["a", "a"])
    assert problems == ["Sheet rows 2 and 3: the same image twice (0.tif); remove one."]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(1, 1), (8, 300), (64, 64), (257, 1000)])
def test_thumbnails_of_any_shape(dtype, shape):
    """They hold means, and constant images are like none."""
    made = thumbnail(np.full(shape, 7, dtype))
    assert made.shape == (64, 64)
    np.testing.assert_allclose(made / made.max(), 1)
    assert not list(alike(np.stack([made, made]), 0.1))
