"""What lies beside the grey of a file: transparency, gaps, further channels, pages and sets."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from pspflow.io.micrographs import read_header, read_micrograph


def chunk_after_header(data, kind, content):
    """Insert a chunk after the header of a PNG."""
    chunk = struct.pack(">I", len(content)) + kind + content
    return data[:33] + chunk + struct.pack(">I", zlib.crc32(kind + content)) + data[33:]


def png(pixels):
    """Return a PNG without a word about transparency."""
    return imagecodecs.png_encode(pixels)


def with_alpha(grey, alpha, dtype, colours):
    """Stack grey or colour and transparency, at 8 or 16 bits or as floats on 0 to 1."""
    factor, dtype = {"uint8": (1, "u1"), "uint16": (257, "u2"), "float32": (1 / 255, "f4")}[dtype]
    planes = [grey] * colours + [alpha]
    return np.stack([(plane * np.float64(factor)).astype(dtype) for plane in planes], axis=-1)


def palette_png(grey, alpha):
    """Store four greys, each with a transparency of its own."""
    image = Image.fromarray(grey // 64, mode="P")
    image.putpalette(np.repeat(np.arange(4, dtype=np.uint8) * 85, 3).tobytes())
    stream = io.BytesIO()
    image.save(stream, format="PNG", transparency=bytes([alpha, 255, 255, 255]))
    return stream.getvalue()


def half(grey, value):
    """Return a transparency that is `value` in the left half and full in the right one."""
    alpha = np.full_like(grey, 255)
    alpha[:, : grey.shape[1] // 2] = value
    return alpha


TIFFS = {
    f"{dtype} {colours} {kind} {planar}": (dtype, colours, kind, planar)
    for dtype in ("uint8", "uint16", "float32")
    for colours in (1, 3)
    for kind in ("unassalpha", "assocalpha")
    for planar in ("contig", "separate")
}


def save_tiff(path, grey, alpha, way):
    """Store grey and transparency in one of the ways of a TIFF."""
    dtype, colours, kind, planar = TIFFS[way]
    pixels = with_alpha(grey, alpha, dtype, colours)
    pixels = np.moveaxis(pixels, -1, 0) if planar == "separate" else pixels
    space = "rgb" if colours == 3 else "minisblack"
    options = {"photometric": space, "planarconfig": planar, "extrasamples": [kind]}
    tifffile.imwrite(path, pixels, **options)


@pytest.mark.data("micrographs", "refused", "image of which pixels are transparent")
@pytest.mark.parametrize("value", [0, 128, 254])
@pytest.mark.parametrize("way", TIFFS)
def test_transparent_pixels_of_tiff_are_refused(tmp_path, grey, refusal, way, value):
    """Whatever little is transparent: the sentence gives its share."""
    save_tiff(tmp_path / "a.tif", grey, half(grey, value), way)
    sentence = refusal(tmp_path / "a.tif")
    assert sentence.startswith("50 % of the pixels are transparent; save the image without")


@pytest.mark.data("micrographs", "read", "image with transparency, every pixel of it opaque")
@pytest.mark.parametrize("way", TIFFS)
def test_opaque_tiff_is_read(tmp_path, grey, way):
    """Transparency that hides nothing changes nothing."""
    save_tiff(tmp_path / "a.tif", grey, half(grey, 255), way)
    expected = with_alpha(grey, grey, TIFFS[way][0], 1)[..., 0]
    np.testing.assert_allclose(read_micrograph(tmp_path / "a.tif"), expected, rtol=1e-6)


PNGS = {
    "LA": lambda grey, alpha: png(with_alpha(grey, alpha, "uint8", 1)),
    "RGBA": lambda grey, alpha: png(with_alpha(grey, alpha, "uint8", 3)),
    "LA of 16 bits": lambda grey, alpha: png(with_alpha(grey, alpha, "uint16", 1)),
    "RGBA of 16 bits": lambda grey, alpha: png(with_alpha(grey, alpha, "uint16", 3)),
}


@pytest.mark.parametrize("value", [0, 128, 254])
@pytest.mark.parametrize("mode", PNGS)
def test_transparent_pixels_of_png_are_refused(tmp_path, grey, refusal, mode, value):
    """The samples of transparency count in every mode of a PNG."""
    (tmp_path / "a.png").write_bytes(PNGS[mode](grey, half(grey, value)))
    assert refusal(tmp_path / "a.png").startswith("50 % of the pixels are transparent")


@pytest.mark.parametrize("mode", PNGS)
def test_opaque_png_is_read(tmp_path, grey, mode):
    """A screenshot with full transparency values is read."""
    (tmp_path / "a.png").write_bytes(PNGS[mode](grey, half(grey, 255)))
    factor = 257 if "16" in mode else 1
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.png"), grey.astype("u2") * factor)


def test_less_than_a_percent_is_still_refused(tmp_path, grey, refusal):
    """One transparent pixel is a hole too."""
    alpha = half(grey, 255)
    alpha[3, 4] = 0
    (tmp_path / "a.png").write_bytes(PNGS["LA"](grey, alpha))
    assert refusal(tmp_path / "a.png").startswith("less than 1 % of the pixels are transparent")


@pytest.mark.parametrize("alpha", [0, 100])
def test_palette_with_a_transparent_colour(tmp_path, grey, refusal, alpha):
    """A transparent entry of a palette counts where a pixel has it."""
    (tmp_path / "a.png").write_bytes(palette_png(grey, alpha))
    percent = 100 * np.mean(grey < 64)
    assert refusal(tmp_path / "a.png").startswith(f"{percent:.0f} % of the pixels are transparent")
    (tmp_path / "b.png").write_bytes(palette_png(np.maximum(grey, 64), alpha))
    assert read_micrograph(tmp_path / "b.png").max() == 255


KEYS = {
    "grey": lambda grey: (png(grey), struct.pack(">H", int(grey[0, 0]))),
    "16 bits": lambda grey: (
        png(grey.astype("u2") * 257),
        struct.pack(">H", int(grey[0, 0]) * 257),
    ),
    "colour": lambda grey: (
        png(np.stack([grey] * 3, -1)),
        struct.pack(">3H", *[int(grey[0, 0])] * 3),
    ),
    "16-bit colour": lambda grey: (
        png(np.stack([grey.astype("u2") * 257] * 3, -1)),
        struct.pack(">3H", *[int(grey[0, 0]) * 257] * 3),
    ),
}


@pytest.mark.data("micrographs", "refused", "PNG with a grey level or colour that is transparent")
@pytest.mark.parametrize("way", KEYS)
def test_png_with_a_transparent_level(tmp_path, grey, refusal, way):
    """One level declared as transparent is a hole wherever a pixel has it."""
    grey[grey == 77] = 78
    data, key = KEYS[way](grey)
    (tmp_path / "a.png").write_bytes(chunk_after_header(data, b"tRNS", key))
    share = 100 * np.mean(grey == grey[0, 0])
    assert " % of the pixels are transparent" in (sentence := refusal(tmp_path / "a.png"))
    assert sentence.startswith(f"{share:.0f} %" if share >= 1 else "less than 1 %")
    unused = np.full(len(key) // 2, 77 * (257 if "16" in way else 1), dtype=">u2").tobytes()
    (tmp_path / "b.png").write_bytes(chunk_after_header(data, b"tRNS", unused))
    assert read_micrograph(tmp_path / "b.png").shape == grey.shape


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_of_few_bits_with_a_transparent_level(tmp_path, refusal, bits):
    """The level is that of the file, whose pixels are spread over 8 bits."""
    levels = np.tile(np.arange(2**bits, dtype=np.uint8), (4, 16 // 2**bits))
    rows = b"".join(b"\0" + imagecodecs.packints_encode(row, bits) for row in levels)
    header = struct.pack(">IIBBBBB", 16, 4, bits, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    level = struct.pack(">H", 2**bits - 1)
    chunks = {b"IHDR": header, b"tRNS": level, b"IDAT": zlib.compress(rows), b"IEND": b""}
    for kind, content in chunks.items():
        data += struct.pack(">I", len(content)) + kind + content
        data += struct.pack(">I", zlib.crc32(kind + content))
    (tmp_path / "a.png").write_bytes(data)
    assert refusal(tmp_path / "a.png").startswith(f"{100 / 2**bits:.0f} % of the pixels are tr")


@pytest.mark.data("micrographs", "refused", "TIFF of two channels, such as SE and BSE")
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("extra", [["unspecified"], None])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("read", [read_header, read_micrograph])
def test_a_second_channel_is_not_dropped(tmp_path, grey, refusal, dtype, extra, planar, read):
    """Two grey samples are two pictures, unless one is declared as transparency."""
    pixels = np.stack([grey, grey[::-1]], axis=-1 if planar == "contig" else 0).astype(dtype)
    options = {"photometric": "minisblack", "planarconfig": planar, "extrasamples": extra}
    tifffile.imwrite(tmp_path / "a.tif", pixels, **options)
    if extra is None:
        drop_tag(tmp_path / "a.tif", 338)
    assert refusal(tmp_path / "a.tif", read).startswith("the file holds 2 channels; save the one")


def drop_tag(path, code):
    """Turn a tag into a private one, as if it had not been written."""
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        tag = file.pages.first.tags.get(code)
    if tag is not None:
        data[tag.offset : tag.offset + 2] = struct.pack("<H", 65500)
        path.write_bytes(data)


@pytest.mark.data("micrographs", "refused", "TIFF of colour and one more channel")
@pytest.mark.parametrize("extra", [["unspecified"], None])
def test_a_channel_beside_colour_is_not_dropped(tmp_path, grey, refusal, extra):
    """A fourth sample that is a picture of its own is refused."""
    pixels = np.stack([grey] * 3 + [grey[::-1]], -1)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", extrasamples=extra)
    drop_tag(tmp_path / "a.tif", 338 if extra is None else 0)
    assert refusal(tmp_path / "a.tif").startswith("the file holds 4 channels; save the one")


@pytest.mark.parametrize("padding", [0, 255])
def test_padding_beside_colour_is_read(tmp_path, grey, padding):
    """A fourth sample of one value is padding, as some software writes it."""
    pixels = np.stack([grey] * 3 + [np.full_like(grey, padding)], -1)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", extrasamples=["unspecified"])
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), grey)


def no_data(value):
    """Return the tag that names the value of missing pixels."""
    return {"extratags": [(42113, "s", 0, value, True)]}


@pytest.mark.data("micrographs", "refused", "TIFF of which pixels are declared as missing")
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_missing_pixels_are_refused(tmp_path, grey, refusal, dtype):
    """Pixels of the value that the file calls no data are no grey level."""
    pixels = np.where(grey < 100, 0, grey).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", pixels, **no_data("0"))
    percent = 100 * np.mean(pixels == 0)
    assert refusal(tmp_path / "a.tif").startswith(f"{percent:.0f} % of the pixels are declared as")


@pytest.mark.parametrize("value", ["-9999", "nan", "none", ""])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_no_pixel_is_missing(tmp_path, grey, value, dtype):
    """A value that no pixel has declares nothing as missing."""
    tifffile.imwrite(tmp_path / "a.tif", grey.astype(dtype), **no_data(value))
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), grey)


def save_set(folder, planes, per_file=1):
    """Write an OME set of several files, each with the description of the whole set."""
    names = [f"{i}.ome.tif" for i in range(len(planes) // per_file)]
    parts = "".join(
        f'<TiffData FirstZ="{i}" IFD="{i % per_file}" PlaneCount="1"><UUID FileName="'
        f'{names[i // per_file]}">urn:uuid:{i // per_file}</UUID></TiffData>'
        for i in range(len(planes))
    )
    height, width = planes[0].shape
    for i, name in enumerate(names):
        xml = (
            '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
            f'UUID="urn:uuid:{i}"><Image ID="Image:0"><Pixels ID="Pixels:0" '
            f'DimensionOrder="XYZCT" Type="uint8" SizeX="{width}" SizeY="{height}" '
            f'SizeZ="{len(planes)}" SizeC="1" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5">'
            f"{parts}</Pixels></Image></OME>"
        )
        with tifffile.TiffWriter(folder / name) as writer:
            for plane in planes[i * per_file : (i + 1) * per_file]:
                writer.write(plane, photometric="minisblack", description=xml, metadata=None)
                xml = None
    return [folder / name for name in names]


@pytest.mark.data("micrographs", "read", "page of an OME set that is one file a page")
def test_one_page_of_a_set_of_files_is_read(tmp_path, grey):
    """The page that lies in the file is read, whether the others are there or not."""
    planes = [np.roll(grey, i, axis=0) for i in range(3)]
    paths = save_set(tmp_path, planes)
    for path, plane in zip(paths, planes, strict=True):
        np.testing.assert_array_equal(read_micrograph(path), plane)
        assert read_header(path).pixel_size_um == 0.5
    paths[0].unlink()
    np.testing.assert_array_equal(read_micrograph(paths[1]), planes[1])


@pytest.mark.data("micrographs", "refused", "stack or several images in one file")
def test_several_pages_of_a_set_are_a_stack(tmp_path, grey, refusal):
    """The sentence counts the images in this file, not those of the set."""
    planes = [np.roll(grey, i, axis=0) for i in range(6)]
    for path in save_set(tmp_path, planes, per_file=2):
        assert refusal(path, read_header).startswith("the file is a stack of 2 images")


def test_imagej_stack_without_tags_of_its_own(tmp_path, grey, refusal):
    """A hyperstack that ImageJ describes in one page is a stack."""
    tifffile.imwrite(tmp_path / "a.tif", np.stack([grey] * 4), imagej=True)
    assert "stack of 4 images" in refusal(tmp_path / "a.tif", read_header)
    compressed = {"imagej": True, "compression": "zlib"}
    tifffile.imwrite(tmp_path / "b.tif", np.stack([grey] * 4), **compressed)
    assert "stack of 4 images" in refusal(tmp_path / "b.tif", read_header)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_one_page_of_an_imagej_stack_is_read(tmp_path, grey, compression):
    """A page saved alone is read, though its description is that of the stack."""
    words = "ImageJ=1.53t\nimages=4\nslices=4\nunit=micron\n"
    options = {"description": words, "metadata": None, "compression": compression}
    tifffile.imwrite(tmp_path / "a.tif", grey, resolution=(2, 2), **options)
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), grey)
    assert read_header(tmp_path / "a.tif").pixel_size_um == 0.5


def test_an_imagej_picture_with_a_thumbnail(tmp_path, grey):
    """A thumbnail behind a picture from ImageJ does not count."""
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(grey, description="ImageJ=1.53t\nimages=1\n", metadata=None)
        writer.write(np.ascontiguousarray(grey[::4, ::4]), metadata=None)
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), grey)


def test_a_picture_in_colours_as_pages_is_a_stack(tmp_path, grey, refusal):
    """Red, green and blue as pages of their own are three images."""
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for plane in (grey, grey[::-1], grey[:, ::-1]):
            writer.write(np.ascontiguousarray(plane), photometric="minisblack", metadata=None)
    assert "stack of 3 images" in refusal(tmp_path / "a.tif", read_header)


@pytest.mark.data("micrographs", "read", "TIFF with thumbnails or a pyramid")
@pytest.mark.parametrize("way", ["reduced", "subifds", "unmarked", "several"])
def test_smaller_copies_do_not_count(tmp_path, grey, way):
    """A pyramid and thumbnails are the same picture once more."""
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(grey, subifds=2 if way == "subifds" else None, metadata=None)
        for step in (2, 4):
            small = np.ascontiguousarray(grey[::step, ::step])
            reduced = {"subfiletype": 1} if way in ("reduced", "subifds") else {}
            writer.write(small, metadata=None, **reduced)
            if way == "several":
                writer.write(small, metadata=None)
    np.testing.assert_array_equal(read_micrograph(tmp_path / "a.tif"), grey)


def test_a_second_image_a_little_smaller_counts(tmp_path, grey, refusal):
    """What is not half the size is no thumbnail."""
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(grey, metadata=None)
        writer.write(np.ascontiguousarray(grey[:-4]), metadata=None)
    assert "holds 2 images" in refusal(tmp_path / "a.tif", read_header)


@pytest.mark.data("micrographs", "refused", "animated PNG")
def test_animated_png(tmp_path, grey, refusal):
    """An animation is several images."""
    frames = [Image.fromarray(np.roll(grey, i, axis=0)) for i in range(3)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    for read in (read_header, read_micrograph):
        assert refusal(tmp_path / "a.png", read).startswith("the file holds 3 images; save the one")


@pytest.mark.data("micrographs", "refused", "JPEG of two views (stereoscopic)")
@pytest.mark.parametrize("step", [1, 2])
def test_jpeg_of_two_pictures(tmp_path, grey, refusal, step):
    """Two views are two images; a preview behind a photograph is none."""
    image = Image.fromarray(grey)
    other = Image.fromarray(np.ascontiguousarray(grey[::-step, ::step]))
    image.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[other])
    if step == 1:
        assert "holds 2 images" in refusal(tmp_path / "a.jpg", read_header)
    else:
        alone = io.BytesIO()
        image.save(alone, format="JPEG")
        expected = np.asarray(Image.open(alone))
        np.testing.assert_array_equal(read_micrograph(tmp_path / "a.jpg"), expected)
