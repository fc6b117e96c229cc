"""Grey levels of a TIFF mean the same, whatever its type of pixels and its colour space."""

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pspflow.errors import InputError
from pspflow.io.micrographs import read_header, read_micrograph

WHITE = {"uint8": 255, "uint16": 65535}
PACKINGS = {
    "plain": {},
    "strips": {"rowsperstrip": 7},
    "tiles": {"tile": (16, 16)},
    "lzw": {"compression": "lzw"},
    "deflate with predictor": {"compression": "zlib", "predictor": True},
    "zstd": {"compression": "zstd"},
    "jpeg2000": {"compression": "jpeg2000"},
    "png": {"compression": "png"},
    "lerc": {"compression": "lerc"},
    "big": {"bigtiff": True},
}


def positive(pixels, photometric):
    """Return what an image shows, or None where no rule says it."""
    if photometric == "minisblack":
        return pixels
    return WHITE[str(pixels.dtype)] - pixels if str(pixels.dtype) in WHITE else None


@settings(deadline=None)
@given(
    st.sampled_from(["uint8", "uint16", "float16", "float32", "float64"]),
    st.sampled_from(["minisblack", "miniswhite"]),
    st.sampled_from(list(PACKINGS)),
    st.sampled_from("<>"),
    st.sampled_from([1, 16, 257]),
)
def test_white_is_zero_is_never_read_as_a_negative(
    tmp_path_factory, dtype, photometric, way, byteorder, factor
):
    """Whatever the type, colour space and packing: the picture as shown, or a refusal."""
    levels = np.arange(48 * 32).reshape(48, 32) % 251
    pixels = (levels * (1 if dtype == "uint8" else factor)).astype(dtype)
    path = tmp_path_factory.mktemp("levels") / "a.tif"
    # tifffile hands big-endian pixels to these formats as if they were little-endian
    byteorder = "<" if way in ("jpeg2000", "png", "lerc") else byteorder
    options = {"photometric": photometric, "byteorder": byteorder, **PACKINGS[way]}
    try:
        tifffile.imwrite(path, pixels, **options)
    except (KeyError, ValueError):
        return  # no such file exists
    expected = positive(pixels, photometric)
    if expected is None:
        for read in (read_header, read_micrograph):
            with pytest.raises(InputError, match="white is 0 in this image of floats"):
                read(path)
    else:
        np.testing.assert_array_equal(read_micrograph(path), expected)


@pytest.mark.data("micrographs", "read", "8- and 16-bit TIFF whose white is zero")
@pytest.mark.parametrize("dtype", WHITE)
def test_white_is_zero_at_8_and_16_bits(tmp_path, grey, dtype):
    """Integers have a known white, so that black becomes 0."""
    stored = WHITE[dtype] - grey.astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="miniswhite")
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), grey)


@pytest.mark.data("micrographs", "refused", "TIFF of floats whose white is zero")
@pytest.mark.parametrize("scale", [1, 255, 65535])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_white_is_zero_of_floats_is_refused(tmp_path, grey, refusal, dtype, scale):
    """Floats have no known black, on 0 to 1 as little as on 0 to 255: the header is refused."""
    pixels = (grey / 255 * min(scale, 60000)).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="miniswhite")
    for read in (read_header, read_micrograph):
        assert "invert it so that black is 0" in refusal(tmp_path / "a.tif", read)


@pytest.mark.parametrize("bits", [9, 10, 12, 14])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_packed_bits(tmp_path, grey, bits, photometric):
    """Pixels packed into 9 to 15 bits keep their levels, black being 0."""
    pixels = grey.astype(np.uint16) << (bits - 8)
    stored = pixels if photometric == "minisblack" else 2**bits - 1 - pixels
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric=photometric, bitspersample=bits)
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), pixels)


@pytest.mark.data("micrographs", "read", "TIFF of 1 bit: 0 and 255")
@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize("compression", [None, "group3", "group4", "tiff_ccitt", "packbits"])
def test_tiff_of_one_bit(tmp_path, grey, compression, photometric):
    """Black and white become 0 and 255, as from PNG and BMP, however the file packs them."""
    options = {"compression": compression, "tiffinfo": {262: photometric}}
    Image.fromarray(grey > 99).save(tmp_path / "a.tif", **options)
    header, pixels = read_header(tmp_path / "a.tif"), read_micrograph(tmp_path / "a.tif")
    assert (header.depth, header.colour, pixels.dtype) == ("uint8", False, np.uint8)
    with Image.open(tmp_path / "a.tif") as image:
        np.testing.assert_array_equal(pixels, np.asarray(image.convert("L")))


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_tiff_of_jpeg(tmp_path, grey, photometric):
    """JPEG inside a TIFF is turned to black is 0 too, within its loss."""
    stored = grey if photometric == "minisblack" else 255 - grey
    options = {"photometric": photometric, "compression": "jpeg"}
    tifffile.imwrite(tmp_path / "a.tif", stored, **options, compressionargs={"level": 98})
    assert np.abs(read_micrograph(tmp_path / "a.tif") - grey.astype(float)).mean() < 3


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint32", "complex64"])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_other_types_are_refused(tmp_path, grey, refusal, dtype, photometric):
    """Signed, 32-bit and complex pixels are refused in either colour space."""
    tifffile.imwrite(tmp_path / "a.tif", grey.astype(dtype), photometric=photometric)
    assert f"type {dtype} are not supported" in refusal(tmp_path / "a.tif", read_header)


@pytest.mark.parametrize("dtype", WHITE)
@pytest.mark.parametrize("alpha", ["unassalpha", "assocalpha"])
def test_white_is_zero_beside_opaque_transparency(tmp_path, grey, dtype, alpha):
    """The grey is inverted, the transparency is not."""
    white = WHITE[dtype]
    samples = np.stack([white - grey.astype(dtype), np.full(grey.shape, white, dtype)], -1)
    options = {"photometric": "miniswhite", "planarconfig": "contig", "extrasamples": [alpha]}
    tifffile.imwrite(tmp_path / "a.tif", samples, **options)
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), grey)


@pytest.mark.data("micrographs", "read", "PNG with a palette of greys in any order")
def test_png_palette_in_any_order(tmp_path, grey):
    """Greys come from the palette, not from their places in it."""
    order = np.random.default_rng(0).permutation(256).astype(np.uint8)
    image = Image.fromarray(np.argsort(order).astype(np.uint8)[grey], mode="P")
    image.putpalette(np.repeat(order, 3).tobytes())
    image.save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.png"), grey)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_of_png_span_uint8(tmp_path, bits):
    """Pixels of 1, 2 or 4 bits are spread over 0 to 255."""
    levels = np.tile(np.arange(2**bits, dtype=np.uint8), (4, 4))
    image = Image.fromarray(levels * np.uint8(255 // (2**bits - 1)))
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(np.asarray(image)))
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.png"), np.asarray(image))
