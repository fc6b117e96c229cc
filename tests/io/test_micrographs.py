"""Reading micrographs: every format is read exactly, every bad file gives one error sentence."""

import io
import re
import struct
import time
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from pspflow.errors import InputError
from pspflow.io.micrographs import MAX_PIXELS, read_header, read_micrograph


def deep(grey):
    """Spread 8 bits over 16, so that the low byte matters."""
    return grey.astype(np.uint16) * 251 + 7


def colour(grey, samples=3):
    """Store grey as colour; a second or fourth sample is opaque."""
    opaque = [np.full_like(grey, np.iinfo(grey.dtype).max)]
    return np.stack([grey] * (samples - 1) + (opaque if samples % 2 == 0 else [grey]), axis=-1)


def same(actual, expected):
    """Check pixels and type."""
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


def check(path, expected, coloured=False):
    """Check that a file's header agrees with its pixels, and that these are exact."""
    header = read_header(path)
    assert (header.height_px, header.width_px) == expected.shape
    assert header.depth == expected.dtype.name
    assert header.colour == coloured
    same(read_micrograph(path), expected)


TIFF_WAYS = {
    "plain": {},
    "strips": {"rowsperstrip": 7},
    "lzw": {"compression": "lzw"},
    "deflate": {"compression": "zlib", "predictor": True},
    "zstd": {"compression": "zstd"},
    "packbits": {"compression": "packbits"},
    "lzma": {"compression": "lzma"},
    "bigtiff": {"bigtiff": True},
    "big-endian": {"byteorder": ">"},
    "big-endian deflate": {"byteorder": ">", "compression": "zlib", "rowsperstrip": 7},
    "tiles": {"tile": (16, 16)},
    "tiles lzw": {"tile": (16, 16), "compression": "lzw"},
    "imagej": {"imagej": True},
    "ome": {"ome": True},
}


@pytest.mark.data(
    "micrographs", "read", "grey TIFF of 8 or 16 bits or floats, however it is packed"
)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("way", TIFF_WAYS)
def test_tiff_grey(tmp_path, grey, way, dtype):
    """Grey TIFF is read exactly, however it is packed."""
    pixels = {"uint8": grey, "uint16": deep(grey), "float32": grey.astype(np.float32) / 7 - 9}
    tifffile.imwrite(tmp_path / "a.tif", pixels[dtype], photometric="minisblack", **TIFF_WAYS[way])
    check(tmp_path / "a.tif", pixels[dtype])


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_tiff_floats_become_float32(tmp_path, grey, dtype):
    """Half and double floats are read as single ones."""
    tifffile.imwrite(tmp_path / "a.tif", grey.astype(dtype))
    check(tmp_path / "a.tif", grey.astype(np.float32))


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("make", [np.asarray, deep])
def test_tiff_white_is_zero(tmp_path, grey, make, byteorder):
    """Where white is 0 in the file, black becomes 0, at 8 and 16 bits."""
    pixels = make(grey)
    inverted = np.iinfo(pixels.dtype).max - pixels
    tifffile.imwrite(tmp_path / "a.tif", inverted, photometric="miniswhite", byteorder=byteorder)
    check(tmp_path / "a.tif", pixels)


@pytest.mark.parametrize("bits", [2, 4])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_tiff_few_bits_span_uint8(tmp_path, bits, photometric):
    """Pixels of 2 or 4 bits are spread over 0 to 255, as in a PNG, black being 0."""
    levels = np.tile(np.arange(2**bits, dtype=np.uint8), (4, 4))
    pack = imagecodecs.packints_encode(levels, bits)
    with Image.new("L", levels.shape[::-1]) as image:
        image.save(tmp_path / "a.tif")
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        tags = file.pages.first.tags
        values = {258: bits, 262: int(photometric == "minisblack"), 279: len(pack)}
        places = {code: (tags[code].offset + 8, value) for code, value in values.items()}
        start = file.pages.first.dataoffsets[0]
    for offset, value in places.values():
        data[offset : offset + 2] = struct.pack("<H", value)
    data[start : start + len(pack)] = pack
    (tmp_path / "a.tif").write_bytes(data)
    spread = levels * (255 // (2**bits - 1))
    check(tmp_path / "a.tif", spread if photometric == "minisblack" else 255 - spread)


@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_palette(tmp_path, grey, bits):
    """A palette of greys is read exactly, whether its entries fill 16 bits or 8."""
    levels = np.random.default_rng(0).permutation(256).astype(np.uint16)
    colormap = np.tile(levels * 257 if bits == 16 else levels, (3, 1))
    tifffile.imwrite(tmp_path / "a.tif", grey, photometric="palette", colormap=colormap)
    check(tmp_path / "a.tif", levels[grey].astype(np.uint8), coloured=True)


@pytest.mark.data("micrographs", "read", "grey stored as colour")
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("samples", [3, 4])
@pytest.mark.parametrize("make", [np.asarray, deep])
def test_tiff_grey_as_colour(tmp_path, grey, make, samples, planar):
    """Grey stored as RGB or RGBA, by pixel or by plane, is the same grey, at 8 and 16 bits."""
    pixels = colour(make(grey), samples)
    stored = np.moveaxis(pixels, -1, 0) if planar == "separate" else pixels
    extra = ["unassalpha"] if samples == 4 else None
    tifffile.imwrite(
        *(tmp_path / "a.tif", stored), photometric="rgb", planarconfig=planar, extrasamples=extra
    )
    check(tmp_path / "a.tif", make(grey), coloured=True)


def test_tiff_float_colour(tmp_path, grey):
    """Grey stored as float RGB is the same grey."""
    pixels = (grey / np.float32(7)).astype(np.float32)
    tifffile.imwrite(tmp_path / "a.tif", np.stack([pixels] * 3, -1), photometric="rgb")
    check(tmp_path / "a.tif", pixels, coloured=True)


def test_tiff_grey_and_transparency(tmp_path, grey):
    """Transparency beside grey is left out where every pixel is opaque."""
    tifffile.imwrite(
        *(tmp_path / "a.tif", colour(grey, 2)),
        photometric="minisblack",
        planarconfig="contig",
        extrasamples=["unassalpha"],
    )
    check(tmp_path / "a.tif", grey, coloured=True)


def test_tiff_with_thumbnail(tmp_path, grey):
    """A smaller second image, as microscopes append it, does not make a file a stack."""
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(grey)
        writer.write(grey[::4, ::4])
    check(tmp_path / "a.tif", grey)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA"])
def test_png(tmp_path, grey, mode):
    """Grey in a PNG of any mode is read exactly."""
    image = Image.fromarray(grey).convert(mode)
    if mode == "P":
        image.putpalette(np.repeat(np.arange(256, dtype=np.uint8), 3).tobytes())
        image.putdata(grey.ravel())
    image.save(tmp_path / "a.png")
    check(tmp_path / "a.png", grey, coloured=mode != "L")


@pytest.mark.data("micrographs", "read", "PNG of 8 or 16 bits")
@pytest.mark.parametrize("samples", [1, 2, 3, 4])
def test_png_of_16_bits(tmp_path, grey, samples):
    """Grey of 16 bits is read exactly, with its low byte, from grey, LA, RGB and RGBA."""
    pixels = deep(grey)
    stored = pixels if samples == 1 else colour(pixels, samples)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(stored))
    check(tmp_path / "a.png", pixels, coloured=samples > 1)


@pytest.mark.parametrize("suffix", ["png", "bmp"])
def test_one_bit(tmp_path, grey, suffix):
    """Black and white become 0 and 255, and do not count as colour."""
    Image.fromarray(grey > 99).save(tmp_path / f"a.{suffix}")
    check(tmp_path / f"a.{suffix}", np.where(grey > 99, 255, 0).astype(np.uint8))


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_bmp(tmp_path, grey, mode):
    """BMP is read exactly, as grey and as colour."""
    Image.fromarray(grey).convert(mode).save(tmp_path / "a.bmp")
    check(tmp_path / "a.bmp", grey, coloured=mode == "RGB")


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg(tmp_path, grey, mode):
    """JPEG is read within its compression loss."""
    Image.fromarray(grey).convert(mode).save(tmp_path / "a.jpg", quality=98)
    header, pixels = read_header(tmp_path / "a.jpg"), read_micrograph(tmp_path / "a.jpg")
    assert header.depth == "uint8"
    assert header.colour == (mode != "L")
    assert pixels.shape == grey.shape
    assert np.abs(pixels.astype(float) - grey).mean() < 3


@pytest.mark.data("micrographs", "read", "colour: as its luminance")
def test_colour_is_one_luminance(tmp_path):
    """The same colours give the same grey from every format, weighted as Pillow does."""
    pixels = np.random.default_rng(0).integers(0, 256, (9, 8, 3), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb")
    for suffix in ("png", "bmp"):
        Image.fromarray(pixels).save(tmp_path / f"a.{suffix}")
        same(read_micrograph(tmp_path / f"a.{suffix}"), read_micrograph(tmp_path / "a.tif"))
    pillow = np.asarray(Image.fromarray(pixels).convert("L")).astype(int)
    assert np.abs(read_micrograph(tmp_path / "a.tif") - pillow).max() <= 1


@pytest.mark.data("micrographs", "read", "file whose name has another or no suffix")
def test_content_decides_and_not_the_name(tmp_path, grey):
    """A PNG named .tif and a TIFF without suffix are read."""
    Image.fromarray(grey).save(tmp_path / "a.tif", format="PNG")
    tifffile.imwrite(tmp_path / "b", grey)
    check(tmp_path / "a.tif", grey)
    check(tmp_path / "b", grey)


@pytest.mark.data("micrographs", "refused", "file that is missing, empty or no image")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file; correct the path"),
        (b"", "the file is empty"),
        (b"not an image at all", "not a TIFF, PNG, JPEG or BMP image"),
        (b"BM, said the text, is how I start", "damaged or truncated"),
        (b"II*\0", "damaged or truncated"),
        (b"II*\0\x08\0\0\0", "damaged or truncated"),
        (b"MM\0*\xff\xff\xff\xff", "damaged or truncated"),
        (b"II+\0\x08\0\0\0", "damaged or truncated"),
        (b"\x89PNG\r\n\x1a\n", "damaged or truncated"),
        (b"\xff\xd8\xff\xe0", "damaged or truncated"),
    ],
)
@pytest.mark.parametrize("read", [read_header, read_micrograph])
def test_no_image(tmp_path, content, words, read, refusal):
    """A missing, empty or foreign file, or a header alone, is refused by one sentence."""
    if content is not None:
        (tmp_path / "a.tif").write_bytes(content)
    assert words in refusal(tmp_path / "a.tif", read)


def test_folder_is_no_image(tmp_path, refusal):
    """The error for a folder says that it is a folder."""
    assert "this is a folder" in refusal(tmp_path)


def test_impossible_name(tmp_path, refusal):
    """A name longer than a file system allows gives an error sentence too."""
    assert "cannot be opened" in refusal(tmp_path / ("long" * 100))


@pytest.mark.data("micrographs", "refused", "truncated or damaged file")
@pytest.mark.parametrize("way", ["png", "jpg", "bmp", *TIFF_WAYS])
def test_truncated_file(tmp_path, grey, way, refusal):
    """A file that is cut anywhere is refused by one sentence, unless it holds every pixel."""
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    if way in TIFF_WAYS:
        tifffile.imwrite(whole, grey, photometric="minisblack", **TIFF_WAYS[way])
    else:
        Image.fromarray(grey).save(whole, format={"jpg": "JPEG"}.get(way, way))
    expected, data = read_micrograph(whole), whole.read_bytes()
    lengths = {*range(1, len(data), len(data) // 25), 8, 9, len(data) - 13, len(data) - 1}
    for length in sorted(lengths):
        cut.write_bytes(data[:length])
        try:
            pixels = read_micrograph(cut)
        except InputError:
            refusal(cut)
        else:
            same(pixels, expected)
    cut.write_bytes(data[: len(data) // 2])
    assert "damaged or truncated" in refusal(cut)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif"])
def test_damaged_bytes(tmp_path, grey, suffix, refusal):
    """Whatever bytes are overwritten, reading gives pixels or one error sentence."""
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(grey).save(path)
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(80):
        broken = np.frombuffer(data, dtype=np.uint8).copy()
        # headers and directories lie at both ends
        near = rng.integers(4, 150, 3) % (len(data) - 4) + 4
        places = near if rng.random() < 0.5 else len(data) - near
        broken[places] = rng.integers(0, 256, places.size)
        path.write_bytes(broken.tobytes())
        try:
            assert read_micrograph(path).ndim == 2
        except InputError:
            refusal(path)


@pytest.mark.data("micrographs", "refused", "image with NaN or infinite pixels")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_not_finite(tmp_path, grey, value, refusal):
    """A NaN or an infinity among the pixels is refused."""
    pixels = grey.astype(np.float32)
    pixels[3, 4] = value
    tifffile.imwrite(tmp_path / "a.tif", pixels)
    assert "NaN or infinite" in refusal(tmp_path / "a.tif")


@pytest.mark.data("micrographs", "refused", "floats of which some stand for no value (-3.4e38)")
@pytest.mark.parametrize("value", [-3.4028235e38, 1e38, -1e30])
def test_no_value(tmp_path, grey, value, refusal):
    """They would become black or white microstructure."""
    pixels = grey.astype(np.float32)
    pixels[:, :3] = value
    tifffile.imwrite(tmp_path / "a.tif", pixels)
    assert "stands for no value; crop the image" in refusal(tmp_path / "a.tif")
    tifffile.imwrite(tmp_path / "b.tif", grey.astype(np.float32) * 1e6 - 1e9)
    assert read_micrograph(tmp_path / "b.tif").shape == grey.shape


def test_beyond_float32(tmp_path, grey, refusal):
    """A float64 value beyond float32 is refused, without a warning."""
    tifffile.imwrite(tmp_path / "a.tif", grey.astype(np.float64) * 1e300)
    assert "NaN or infinite" in refusal(tmp_path / "a.tif")


@pytest.mark.data("micrographs", "refused", "image of one grey level")
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_constant(tmp_path, dtype, refusal):
    """An image of one grey level is refused, and the sentence names the level."""
    tifffile.imwrite(tmp_path / "a.tif", np.full((9, 8), 7, dtype))
    assert "every pixel is 7" in refusal(tmp_path / "a.tif")


@pytest.mark.data("micrographs", "refused", "TIFF of signed, 32-bit or complex pixels")
@pytest.mark.parametrize(
    ("dtype", "name"),
    [(np.int32, "int32"), (np.uint32, "uint32"), (np.int8, "int8"), (np.complex64, "complex64")],
)
@pytest.mark.parametrize("read", [read_header, read_micrograph])
def test_tiff_of_other_types(tmp_path, grey, dtype, name, read, refusal):
    """Integers of 32 bits, signed and complex pixels are refused from the header, by name."""
    tifffile.imwrite(tmp_path / "a.tif", grey.astype(dtype))
    assert f"type {name} are not supported" in refusal(tmp_path / "a.tif", read)


@pytest.mark.data("micrographs", "refused", "TIFF of inks (CMYK), Lab or many channels")
@pytest.mark.parametrize(
    ("photometric", "samples"), [("separated", 4), ("cielab", 3), ("minisblack", 5)]
)
def test_tiff_of_other_colours(tmp_path, grey, photometric, samples, refusal):
    """Inks, Lab and many channels are refused, since they would be read as a false grey."""
    tifffile.imwrite(
        *(tmp_path / "a.tif", np.stack([grey] * samples, -1)),
        photometric=photometric,
        planarconfig="contig",
    )
    assert f"colour space {photometric.upper()}" in refusal(tmp_path / "a.tif", read_header)


@pytest.mark.parametrize(
    "way",
    [
        {},
        {"imagej": True},
        {"ome": True},
        {"metadata": None},
        {"truncate": True},
        {"volumetric": True, "tile": (16, 16, 16)},
    ],
)
def test_stack(tmp_path, grey, way, refusal):
    """Several images in one file are refused, however they are stored."""
    opening = {name: way[name] for name in ("imagej", "ome") if name in way}
    writing = {name: value for name, value in way.items() if name not in opening}
    with tifffile.TiffWriter(tmp_path / "a.tif", **opening) as writer:
        writer.write(np.stack([grey] * 4), photometric="minisblack", **writing)
    assert re.search("stack of 4 images|holds 4 images", refusal(tmp_path / "a.tif", read_header))


def test_two_images_of_different_size(tmp_path, grey, refusal):
    """A larger second image is not a thumbnail: the file is refused."""
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(grey[:20])
        writer.write(grey)
    assert "holds 2 images" in refusal(tmp_path / "a.tif")


def png_of_size(height, width):
    """Return a small PNG whose header gives this size."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 100)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def tiff_of_size(height, width, compression="zlib"):
    """Return a small TIFF whose header gives this size."""
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.eye(9, dtype=np.uint8), compression=compression, metadata=None)
    stream.seek(0)
    with tifffile.TiffFile(stream) as file:
        places = [file.pages.first.tags[code].valueoffset for code in (257, 256)]
    data = bytearray(stream.getvalue())
    for place, value in zip(places, (height, width), strict=True):
        data[place : place + 4] = struct.pack("<I", value)
    return bytes(data)


@pytest.mark.data("micrographs", "refused", "image of more than 268 million pixels")
@pytest.mark.parametrize("make", [png_of_size, tiff_of_size])
@pytest.mark.parametrize("size", [(10**5, 10**5), (2**31 - 1, 2**31 - 1), (MAX_PIXELS + 1, 1)])
@pytest.mark.parametrize("read", [read_header, read_micrograph])
def test_absurd_size(tmp_path, monkeypatch, make, size, read, refusal):
    """A header with an absurd size is refused at once, without decoding."""
    (tmp_path / "bomb").write_bytes(make(*size))
    for decode in ("pspflow.io.micrographs.tiff", "pspflow.io.micrographs.raster"):
        monkeypatch.setattr(f"{decode}.read_pixels", lambda _: pytest.fail("decoded"))
    started = time.perf_counter()
    sentence = refusal(tmp_path / "bomb", read)
    assert time.perf_counter() - started < 1
    assert re.search("too many pixels|more than|damaged", sentence)


@pytest.mark.parametrize("make", [png_of_size, tiff_of_size])
@pytest.mark.parametrize("size", [(0, 9), (9, 0), (0, 0)])
def test_no_pixels(tmp_path, make, size, refusal):
    """A header with no pixels is refused."""
    (tmp_path / "a").write_bytes(make(*size))
    assert re.search("no pixels|damaged", refusal(tmp_path / "a"))


def test_more_claimed_than_there_is(tmp_path, refusal):
    """A plausible size with too few bytes behind it is refused as truncated."""
    for name, make in (("a.png", png_of_size), ("a.tif", tiff_of_size)):
        (tmp_path / name).write_bytes(make(300, 200))
        assert "damaged or truncated" in refusal(tmp_path / name)
