"""Pictures are turned as they are seen, from every format, before anything is cut."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from pspflow.io.micrographs import read_header, read_micrograph

ORIENTATIONS = range(1, 9)
TAG = 274


def save_raster(path, pixels, orientation, **options):
    """Save with Pillow, and with the orientation as a camera writes it."""
    exif = Image.Exif()
    exif[TAG] = orientation
    Image.fromarray(pixels).save(path, exif=exif, **options)


def save_tiff(path, pixels, orientation, **options):
    """Save with tifffile, and with the tag of the orientation."""
    options = {"photometric": "minisblack", **options}
    tifffile.imwrite(path, pixels, extratags=[(TAG, "H", 1, orientation, True)], **options)


def png_with(pixels, kind, content, before):
    """Return a PNG with a chunk before another one."""
    data = imagecodecs.png_encode(pixels)
    place = data.rindex(before) - 4
    chunk = struct.pack(">I", len(content)) + kind + content
    chunk += struct.pack(">I", zlib.crc32(kind + content))
    return data[:place] + chunk + data[place:]


def exif_block(orientation):
    """Return the tags of a camera as they stand in a file."""
    exif = Image.Exif()
    exif[TAG] = orientation
    return exif.tobytes().removeprefix(b"Exif\0\0")


def raw_profile(orientation):
    """Return the tags of a camera as some programs write them: as digits in a text."""
    block = b"Exif\0\0" + exif_block(orientation)
    text = f"\nexif\n{len(block):8}\n{block.hex()}\n".encode()
    return b"Raw profile type exif\0\0" + zlib.compress(text)


XMP = 'XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><a tiff:Orientation="{}"/></x:xmpmeta>'
WAYS = {
    "tiff": save_tiff,
    "tiff of 16 bits": lambda path, pixels, turn: save_tiff(path, pixels.astype("uint16"), turn),
    "tiff of floats": lambda path, pixels, turn: save_tiff(path, pixels.astype("float32"), turn),
    "tiff in tiles": lambda path, pixels, turn: save_tiff(path, pixels, turn, tile=(16, 16)),
    "tiff of jpeg": lambda path, pixels, turn: save_tiff(path, pixels, turn, compression="jpeg"),
    "big-endian tiff": lambda path, pixels, turn: save_tiff(path, pixels, turn, byteorder=">"),
    "big tiff": lambda path, pixels, turn: save_tiff(path, pixels, turn, bigtiff=True),
    "tiff where white is 0": lambda path, pixels, turn: save_tiff(
        path, 255 - pixels, turn, photometric="miniswhite"
    ),
    "colour tiff": lambda path, pixels, turn: save_tiff(
        path, np.stack([pixels] * 3, -1), turn, photometric="rgb"
    ),
    "planar colour tiff": lambda path, pixels, turn: save_tiff(
        path, np.stack([pixels] * 3), turn, photometric="rgb", planarconfig="separate"
    ),
    "jpeg": lambda path, pixels, turn: save_raster(path, pixels, turn, format="JPEG", quality=99),
    "colour jpeg": lambda path, pixels, turn: save_raster(
        path, np.stack([pixels] * 3, -1), turn, format="JPEG", quality=99
    ),
    "png": lambda path, pixels, turn: save_raster(path, pixels, turn, format="PNG"),
    "colour png": lambda path, pixels, turn: save_raster(
        path, np.stack([pixels] * 3, -1), turn, format="PNG"
    ),
    "png with tags at its end": lambda path, pixels, turn: path.write_bytes(
        png_with(pixels, b"eXIf", exif_block(turn), b"IEND")
    ),
    "png with tags as digits": lambda path, pixels, turn: path.write_bytes(
        png_with(pixels, b"zTXt", raw_profile(turn), b"IEND")
    ),
    "png of 16-bit colour": lambda path, pixels, turn: path.write_bytes(
        png_with(np.stack([pixels.astype("uint16")] * 3, -1), b"eXIf", exif_block(turn), b"IEND")
    ),
    "png with a description in XML": lambda path, pixels, turn: path.write_bytes(
        png_with(pixels, b"iTXt", XMP.format(turn).encode(), b"IDAT")
    ),
}
"""Every way in which a file names an orientation."""


def seen(pixels, orientation):
    """Turn a picture as Pillow does for its viewers."""
    stream = io.BytesIO()
    save_raster(stream, pixels, orientation, format="PNG")
    return np.asarray(ImageOps.exif_transpose(Image.open(stream)))


@pytest.mark.data("micrographs", "read", "image with a TIFF, EXIF or XMP orientation: as seen")
@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("way", WAYS)
def test_pictures_are_turned_as_seen(tmp_path, grey, way, orientation):
    """Pixels and the header's size are those that a viewer shows, for every format."""
    WAYS[way](tmp_path / "a", grey, orientation)
    pixels, header = read_micrograph(tmp_path / "a"), read_header(tmp_path / "a")
    expected = seen(grey, orientation)
    assert pixels.shape == expected.shape == (header.height_px, header.width_px)
    assert np.abs(pixels - expected.astype(float)).max() <= (40 if "jpeg" in way else 0)
    assert np.abs(pixels - expected.astype(float)).mean() < 3


@given(st.sampled_from(list(WAYS)), st.sampled_from(ORIENTATIONS), st.integers(1, 9))
def test_the_lower_edge_is_the_one_seen(tmp_path_factory, way, orientation, height):
    """An annotation bar at the bottom of what is seen is at the bottom of what is read."""
    picture = np.tile(np.linspace(90, 160, 48, dtype=np.uint8), (32, 1))
    picture[-height:] = 255
    # each turn has another turn that undoes it
    undo = {6: 8, 8: 6}.get(orientation, orientation)
    path = tmp_path_factory.mktemp("turned") / "a"
    WAYS[way](path, np.ascontiguousarray(seen(picture, undo)), orientation)
    pixels = read_micrograph(path).astype(float)
    assert pixels.shape == picture.shape
    assert pixels[-height:].mean() > 235
    assert pixels[:-height].mean() < 175


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_tiff_is_turned_as_in_pillow(tmp_path, grey, orientation):
    """Another reader of TIFF, with code of its own, shows the same picture."""
    # Pillow 13 mixes up the rows of a TIFF that is not compressed
    save_tiff(tmp_path / "a.tif", grey, orientation, compression="lzw")
    with Image.open(tmp_path / "a.tif") as image:
        image.load()  # which turns it
        np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), np.asarray(image))


@pytest.mark.parametrize("orientation", [0, 9, 255, 65535])
@pytest.mark.parametrize("way", ["tiff", "jpeg", "png"])
def test_an_orientation_that_does_not_exist_means_as_stored(tmp_path, grey, way, orientation):
    """Values beside 1 to 8 turn nothing, as in every viewer."""
    WAYS[way](tmp_path / "a", grey, orientation)
    pixels = read_micrograph(tmp_path / "a")
    assert pixels.shape == grey.shape
    assert np.abs(pixels - grey.astype(float)).mean() < 3


def test_the_header_of_a_png_is_read_without_its_pixels(tmp_path, grey, monkeypatch):
    """Texts behind the pixels that are no tags of a camera do not make the header slow."""
    (tmp_path / "a").write_bytes(png_with(grey, b"tEXt", b"date:create\0today", b"IEND"))
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", lambda _: pytest.fail("decoded"))
    assert read_header(tmp_path / "a").height_px == len(grey)


def test_damaged_tags_of_a_camera_turn_nothing(tmp_path, grey):
    """A picture whose tags cannot be read is shown, and read, as stored."""
    (tmp_path / "a").write_bytes(png_with(grey, b"eXIf", b"II*\0\xff\xff", b"IDAT"))
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a"), grey)
    assert read_header(tmp_path / "a").height_px == len(grey)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_the_edges_of_a_pixel_turn_with_the_picture(tmp_path, grey, suffix, orientation):
    """Where a pixel is not square, its edges change places with rows and columns."""
    if suffix == "tif":
        resolution = {"resolution": (2e4, 1e4), "resolutionunit": "CENTIMETER"}
        save_tiff(tmp_path / "a.tif", grey, orientation, **resolution)
    else:
        save_raster(tmp_path / "a.png", grey, orientation, dpi=(2e4 * 2.54, 1e4 * 2.54))
    edges = read_header(tmp_path / f"a.{suffix}").pixel_edges_um
    expected = (1.0, 0.5) if orientation <= 4 else (0.5, 1.0)
    assert edges == pytest.approx(expected, rel=1e-3)
