"""The size of a pixel is read from wherever a microscope or a program writes it."""

import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from pspflow.io.micrographs import read_header
from pspflow.io.micrographs.lengths import unit_um
from pspflow.io.micrographs.tiff import write_tiff

SIZE = 0.0123


def text_tag(code, text, dtype="s"):
    """Return a private tag that holds a text."""
    data = text.encode("latin-1")
    return {"extratags": [(code, dtype, len(data), data, True)]}


def scale_of(path, grey, **options):
    """Write a TIFF and return its header."""
    options = {"photometric": "minisblack", "metadata": None, **options}
    tifffile.imwrite(path, grey, **options)
    return read_header(path)


def size_of(path, grey, **options):
    """Write a TIFF and return the edge of its pixels."""
    header = scale_of(path, grey, **options)
    assert header.pixel_edges_um is None
    assert header.scale_doubt == ""
    return header.pixel_size_um


UNITS = {
    1.0: ["µm", "μm", "um", "micron", "microns", "\\u00B5m", " um ", "Micron", "UM", "Âµm"],
    1e-3: ["nm", "NM", "nanometer"],
    1e3: ["mm", "millimetre"],
    1e4: ["cm"],
    1e6: ["m", "meter"],
    1e-4: ["Å", "\u212b", "angstrom"],
    25400.0: ["inch", "in"],
    None: ["", "pixel", "pixels", "reference frame", "furlong", "s"],
}


@pytest.mark.parametrize(
    ("unit", "expected"), [(unit, size) for size, units in UNITS.items() for unit in units]
)
def test_units(unit, expected):
    """A unit is known by every name that is in use, and nothing else is a length."""
    assert unit_um(unit) == expected


@pytest.mark.data("micrographs", "read", "pixel size from ImageJ")
@pytest.mark.parametrize(
    ("unit", "per_um"), [("micron", 1), ("um", 1), ("\\u00B5m", 1), ("nm", 1e-3), ("mm", 1e3)]
)
@pytest.mark.parametrize("tag", ["NONE", "INCH", "CENTIMETER"])
def test_imagej(tmp_path, grey, unit, per_um, tag):
    """ImageJ counts the resolution in the unit of its description, whatever the tag says."""
    resolution = {"resolution": (per_um / SIZE, per_um / SIZE), "resolutionunit": tag}
    words = f"ImageJ=1.53t\nunit={unit}\nmin=0.0\nmax=255.0\n"
    size = size_of(tmp_path / "a.tif", grey, description=words, **resolution)
    assert size == pytest.approx(SIZE, rel=1e-3)


def test_imagej_as_tifffile_writes_it(tmp_path, grey):
    """The description that tifffile writes for ImageJ is read too."""
    options = {"imagej": True, "metadata": {"unit": "um"}, "resolution": (1 / SIZE, 1 / SIZE)}
    assert size_of(tmp_path / "a.tif", grey, **options) == pytest.approx(SIZE, rel=1e-3)


def test_imagej_with_a_unit_for_each_edge(tmp_path, grey):
    """The vertical edge may have a unit of its own."""
    words = "ImageJ=1.53t\nunit=micron\nyunit=nm\n"
    header = scale_of(tmp_path / "a.tif", grey, description=words, resolution=(2, 0.004))
    assert header.pixel_size_um is None
    assert header.pixel_edges_um == pytest.approx((0.25, 0.5))


@pytest.mark.parametrize(
    ("unit", "resolution"), [("inch", 300), ("cm", 100), ("pixel", 5), ("", 5)]
)
def test_imagej_without_a_scale(tmp_path, grey, unit, resolution):
    """The resolution of a print, or one without a unit, is no scale."""
    options = {"resolution": (resolution,) * 2, "resolutionunit": "NONE"}
    words = f"ImageJ=1.53t\nunit={unit}\n"
    assert size_of(tmp_path / "a.tif", grey, description=words, **options) is None


@pytest.mark.data("micrographs", "read", "pixel size from OME metadata")
@pytest.mark.parametrize(
    ("unit", "value"), [(None, SIZE), ("µm", SIZE), ("nm", 12.3), ("mm", 1.23e-5), ("Å", 123)]
)
def test_ome(tmp_path, grey, unit, value):
    """OME gives each edge with a unit, which is µm where none is named."""
    metadata = {"PhysicalSizeX": value, "PhysicalSizeY": value}
    metadata |= {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit} if unit else {}
    size = size_of(tmp_path / "a.ome.tif", grey, ome=True, metadata=metadata)
    assert size == pytest.approx(SIZE)


@pytest.mark.parametrize("unit", ["pixel", "reference frame"])
def test_ome_without_a_length(tmp_path, grey, unit):
    """Pixels are no length."""
    metadata = {"PhysicalSizeX": 1.0, "PhysicalSizeY": 1.0}
    metadata |= {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit}
    assert size_of(tmp_path / "a.ome.tif", grey, ome=True, metadata=metadata) is None


def fei(section, width=SIZE, height=SIZE, more=""):
    """Return the text of an FEI tag: metres."""
    lines = f"[User]\r\nDate=1/1/2024\r\n[{section}]\r\nDwell=1e-6\r\n"
    return f"{lines}PixelWidth={width * 1e-6}\r\nPixelHeight={height * 1e-6}\r\n{more}"


def zeiss(text):
    """Return the text of a Zeiss tag around the lines of a size."""
    return f"\r\n0\r\n1\r\nAP_WD\r\nWD = 5.1 mm\r\n{text}\r\nAP_MAG\r\nMag = 5.00 K X\r\n"


JEOL = "$CM_FORMAT JPG\r\n$CM_MAG 1000\r\n$$SM_MICRON_BAR 100\r\n$$SM_MICRON_MARKER {}\r\n"
XML = '<FeiImage><pixelWidth unit="nm">12.3</pixelWidth><pixelHeight unit="nm">12.3</pixelHeight>'
VENDORS = {
    "FEI tag 34680": text_tag(34680, fei("Scan")),
    "FEI tag 34682": text_tag(34682, fei("Scan")),
    "FEI electron beam": text_tag(34682, fei("EScan")),
    "FEI ion beam": text_tag(34682, fei("IScan", more="[Beam]\r\nScan=IScan\r\n")),
    "FEI field": text_tag(
        34682,
        "[EScan]\nHorFieldsize=3.69e-7\nVerFieldsize=4.92e-7\n[Image]\nResolutionX=30\n"
        "ResolutionY=40\n",
    ),
    "Zeiss nm": text_tag(34118, zeiss("AP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 12.3 nm")),
    "Zeiss µm": text_tag(34118, zeiss("AP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 0.0123 µm")),
    "Zeiss pm": text_tag(34118, zeiss("AP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 12300 pm")),
    "Zeiss screen": text_tag(34118, zeiss("AP_PIXEL_SIZE\r\nPixel Size = 12.3 nm")),
    "Zeiss both": text_tag(
        34118,
        zeiss(
            "AP_PIXEL_SIZE\r\nPixel Size = 36.9 nm\r\n"
            "AP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 12.3 nm"
        ),
    ),
    "TESCAN bytes": text_tag(
        50431, "\0\1[MAIN]\r\nPixelSizeX=1.23e-8\r\nPixelSizeY=1.23e-8\r\n", "B"
    ),
    "TESCAN text": text_tag(50431, "[MAIN]\nPixelSizeX = 1.23e-8\nPixelSizeY = 1.23e-8\n"),
    "JEOL tag": text_tag(65000, JEOL.format("1.23um")),
    "JEOL description": {"description": JEOL.format("1230 nm")},
    "Hitachi": {"description": "[SemImageFile]\r\nImageName=a.tif\r\nPixelSize=12.3\r\n"},
    "Phenom": text_tag(34683, XML),
    "Gatan": {
        "extratags": [
            (65003, "s", 0, "nm", True),
            (65004, "s", 0, "nm", True),
            (65009, "d", 1, 12.3, True),
            (65010, "d", 1, 12.3, True),
        ]
    },
}


@pytest.mark.data(
    "micrographs", "read", "pixel size from FEI, Zeiss, JEOL, TESCAN, Olympus or Gatan"
)
@pytest.mark.parametrize("vendor", VENDORS)
def test_vendors(tmp_path, grey, vendor):
    """The private tags of the makers of microscopes, with their units."""
    assert size_of(tmp_path / "a.tif", grey, **VENDORS[vendor]) == pytest.approx(SIZE)


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendors_beside_the_resolution_of_a_print(tmp_path, grey, vendor):
    """What a program writes for printers contradicts nothing."""
    print_size = {"resolution": (96, 96), "resolutionunit": "INCH"}
    assert size_of(tmp_path / "a.tif", grey, **VENDORS[vendor], **print_size) == pytest.approx(SIZE)


def test_olympus(tmp_path, grey):
    """Olympus names the power of ten of a metre, and refers to another place in the file."""
    header = struct.pack("<4s6xhhhhh6x32sHhhI", b"SIS0", 0, 0, 1, 1, 100, b"a", 1, 1, 1, 0)
    tag = {"extratags": [(33560, "B", len(header), header, True)]}
    tifffile.imwrite(tmp_path / "a.tif", grey, metadata=None, **tag)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    at = data.index(b"SIS0") + len(header) - 4
    data[at : at + 4] = struct.pack("<I", len(data))
    data += struct.pack("<10xhdd8xd2x34s32s", -9, 12.3, 12.3, 500.0, b"camera", b"grey")
    (tmp_path / "a.tif").write_bytes(data)
    assert read_header(tmp_path / "a.tif").pixel_size_um == pytest.approx(SIZE)


@pytest.mark.parametrize(("mode", "size"), [("MAG", SIZE), ("DIFF", None)])
def test_jeol_transmission_counts_pixels_of_the_camera(tmp_path, grey, mode, size):
    """These files give the camera's pixel and the magnification; diffraction has no scale."""
    words = (
        "<TemReporter><Eos><EosMode>eosTEM</EosMode></Eos><ImageFormingSystem>"
        f"<ModeString>{mode}</ModeString><SelectorValue>1000</SelectorValue>"
        "</ImageFormingSystem></TemReporter>"
    )
    options = {"resolution": (1e7 / 12300,) * 2, "resolutionunit": "CENTIMETER"}
    make = {"extratags": [(271, "s", 0, "JEOL Ltd.", True)]}
    found = size_of(tmp_path / "a.tif", grey, description=words, **options, **make)
    assert found == (None if size is None else pytest.approx(size, rel=1e-3))


@pytest.mark.parametrize("value", ["0", "-1e-8", "nan", "inf", "", "unknown"])
def test_impossible_sizes_are_no_sizes(tmp_path, grey, value):
    """What is no positive number is left out."""
    words = f"[Scan]\r\nPixelWidth={value}\r\nPixelHeight={value}\r\n"
    assert size_of(tmp_path / "a.tif", grey, **text_tag(34682, words)) is None


def test_private_tags_of_other_programs_say_nothing(tmp_path, grey):
    """Damaged and foreign tags do not make a file unreadable."""
    for code in (34118, 34680, 34682, 34683, 50431, 65009):
        header = scale_of(tmp_path / f"{code}.tif", grey, **text_tag(code, "what is this?"))
        assert header.pixel_size_um is None


@pytest.mark.parametrize(
    ("resolution", "unit", "size"),
    [
        ((1e4 / SIZE,) * 2, "CENTIMETER", SIZE),
        ((25400 / SIZE,) * 2, "INCH", SIZE),
        ((300, 300), "INCH", None),
        ((1, 1), "CENTIMETER", None),
        ((5, 5), "NONE", None),
    ],
)
def test_resolution_tags(tmp_path, grey, resolution, unit, size):
    """The resolution counts where its unit is a length and it is not that of a print."""
    found = size_of(tmp_path / "a.tif", grey, resolution=resolution, resolutionunit=unit)
    assert found == (None if size is None else pytest.approx(size, rel=1e-3))


def test_written_size_is_read(tmp_path, grey):
    """What the workflow writes, it reads."""
    write_tiff(tmp_path / "a.tif", grey, 0.05, "")
    assert read_header(tmp_path / "a.tif").pixel_size_um == pytest.approx(0.05)


UNEQUAL = {
    "resolution": {"resolution": (2e4, 1e4), "resolutionunit": "CENTIMETER"},
    "ImageJ": {"description": "ImageJ=1.53t\nunit=um\n", "resolution": (2, 1)},
    "OME": {"ome": True, "metadata": {"PhysicalSizeX": 0.5, "PhysicalSizeY": 1.0}},
    "FEI": text_tag(34682, fei("Scan", width=0.5, height=1.0)),
    "TESCAN": text_tag(50431, "[MAIN]\nPixelSizeX=5e-7\nPixelSizeY=1e-6\n"),
}


@pytest.mark.parametrize("way", UNEQUAL)
def test_pixels_that_are_not_square(tmp_path, grey, way):
    """Edges that differ by more than a percent are told apart, down first."""
    header = scale_of(tmp_path / "a.tif", grey, **UNEQUAL[way])
    assert header.pixel_size_um is None
    assert header.pixel_edges_um == pytest.approx((1.0, 0.5))


def test_a_print_of_oblong_pixels_is_said(tmp_path, grey):
    """The resolution of a print is no scale, but it may say that a picture is distorted."""
    options = {"resolution": (72, 144), "resolutionunit": "INCH"}
    header = scale_of(tmp_path / "a.tif", grey, **options)
    assert (header.pixel_size_um, header.pixel_edges_um) == (None, None)
    words = "a pixel is not square by its resolution tags, but 176.4 µm high and 352.8 µm wide"
    assert header.scale_doubt == words
    assert size_of(tmp_path / "b.tif", grey, **VENDORS["Gatan"], **options) == pytest.approx(SIZE)
    Image.fromarray(grey).save(tmp_path / "c.png", dpi=(72, 144))
    assert read_header(tmp_path / "c.png").scale_doubt.startswith("a pixel is not square")


def test_rounding_does_not_make_a_pixel_oblong(tmp_path, grey):
    """Edges within a percent are one size."""
    options = {"resolution": (20000, 19900), "resolutionunit": "CENTIMETER"}
    assert size_of(tmp_path / "a.tif", grey, **options) == pytest.approx(0.5)


def test_two_sizes_that_contradict_each_other_count_for_nothing(tmp_path, grey):
    """A size that a maker's tag and the resolution tell differently is unknown, and it is said."""
    options = {"resolution": (1e5, 1e5), "resolutionunit": "CENTIMETER"}
    header = scale_of(tmp_path / "a.tif", grey, **text_tag(34682, fei("Scan")), **options)
    assert (header.pixel_size_um, header.pixel_edges_um) == (None, None)
    words = "a pixel is 0.0123 µm by its FEI metadata, but 0.1 µm by its resolution tags"
    assert header.scale_doubt == words
    options["resolution"] = (1e4 / SIZE * 1.005,) * 2
    assert size_of(
        tmp_path / "b.tif", grey, **text_tag(34682, fei("Scan")), **options
    ) == pytest.approx(SIZE)


@pytest.mark.data("micrographs", "read", "pixel size from the resolution of a PNG or JPEG")
@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp"])
def test_density_of_other_formats(tmp_path, grey, suffix):
    """A PNG, JPEG or BMP may give its scale; that of a print is left out."""
    dpi = 25400 / 0.5
    Image.fromarray(grey).save(tmp_path / f"a.{suffix}", dpi=(dpi, dpi))
    assert read_header(tmp_path / f"a.{suffix}").pixel_size_um == pytest.approx(0.5, rel=1e-3)
    Image.fromarray(grey).save(tmp_path / f"b.{suffix}", dpi=(300, 300))
    assert read_header(tmp_path / f"b.{suffix}").pixel_size_um is None
    Image.fromarray(grey).save(tmp_path / f"c.{suffix}", dpi=(dpi, dpi / 2))
    edges = read_header(tmp_path / f"c.{suffix}").pixel_edges_um
    assert edges == pytest.approx((1.0, 0.5), rel=1e-3)


@pytest.mark.data("micrographs", "read", "scanned film with the resolution of the scanner")
@pytest.mark.parametrize("dpi", [1200, 2400, 3200, 4800, 9600])
@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif"])
def test_resolution_of_a_scanner_is_no_scale(tmp_path, grey, dpi, suffix):
    """It is the size of a pixel on the film, which the sheet's size need not agree with."""
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(grey).save(path, dpi=(dpi, dpi))
    header = read_header(path)
    assert (header.pixel_size_um, header.scale_doubt) == (None, "")


@pytest.mark.parametrize(("unit", "length_um"), [(2, 25400), (3, 10000), (1, None)])
def test_density_that_a_camera_writes(tmp_path, grey, unit, length_um):
    """EXIF gives pixels per unit for each edge."""
    exif = Image.Exif()
    exif[282], exif[283], exif[296] = (length_um or 9) * 2.0, (length_um or 9) * 1.0, unit
    Image.fromarray(grey).save(tmp_path / "a.jpg", exif=exif)
    header = read_header(tmp_path / "a.jpg")
    assert header.pixel_size_um is None
    assert header.pixel_edges_um == (pytest.approx((1.0, 0.5)) if length_um else None)


def ome_of(images, uuid=""):
    """Return the description of a set whose images have pixels of different sizes."""
    parts = "".join(
        f'<Image ID="Image:{i}"><Pixels ID="Pixels:{i}" DimensionOrder="XYZCT" Type="uint8" '
        f'SizeX="30" SizeY="40" SizeZ="1" SizeC="1" SizeT="1" PhysicalSizeX="{size}" '
        f'PhysicalSizeY="{size}"><TiffData IFD="{ifd}">{file}</TiffData></Pixels></Image>'
        for i, (size, ifd, file) in enumerate(images)
    )
    space = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
    return f'<?xml version="1.0"?><OME xmlns="{space}"{uuid}>{parts}</OME>'


HERE, THERE = '<UUID FileName="a.tif">urn:1</UUID>', '<UUID FileName="b.tif">urn:2</UUID>'


@pytest.mark.parametrize(
    ("images", "uuid", "size"),
    [
        ([(1, 0, THERE), (2, 0, HERE)], "", 2),
        ([(1, 0, THERE), (2, 0, '<UUID FileName="renamed.tif">urn:1</UUID>')], ' UUID="urn:1"', 2),
        ([(1, 1, ""), (2, 0, "")], "", 2),
        ([(1, 0, THERE), (2, 0, THERE)], "", None),
        ([(2, 0, THERE), (2, 0, THERE)], "", 2),
    ],
)
def test_the_image_of_a_set_that_lies_in_the_file_counts(tmp_path, grey, images, uuid, size):
    """Of several images in a description, the one of this file's page gives the size."""
    words = ome_of(images, uuid)
    assert size_of(tmp_path / "a.tif", grey, description=words) == size


def test_the_size_does_not_depend_on_pixels(tmp_path):
    """A size is read from colour and from floats alike."""
    options = {"resolution": (2e4, 2e4), "resolutionunit": "CENTIMETER"}
    colour = np.random.default_rng(0).integers(0, 255, (9, 8, 3), dtype=np.uint8)
    assert size_of(tmp_path / "a.tif", colour, photometric="rgb", **options) == 0.5
    assert size_of(tmp_path / "b.tif", colour[..., 0].astype("f4"), **options) == 0.5
