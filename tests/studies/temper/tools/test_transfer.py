"""A whole micrograph is transferred as its chips are, or refused in one sentence."""

import json
import logging
import re
import subprocess
import sys

import numpy as np
import pytest
import tifffile
import torch
from cyclopts import App
from scipy.ndimage import gaussian_filter

from pspflow.errors import InputError
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.weights import save_weights
from pspflow.microstructure.rescale import to_uint8
from pspflow.models.multiflow import MultiDomainFlow, from_levels
from pspflow.studies.temper.flows.trained import transfer as transfer_chips
from pspflow.studies.temper.tools.transfer import transfer
from pspflow.studies.temper.transfer.micrograph import transfer_micrograph

SIZE = 16
ARGUMENTS = {
    "domains": ["a", "b", "c"],
    "architecture": "glow",
    "size_px": SIZE,
    "width": 4,
    "couplings": 1,
}
PIXEL_UM = 0.5
DEEP = (1000.0, 9000.0)


def smooth(shape, seed=0):
    """Return a smooth image from 0 to 1."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 1.5)
    return (noise - noise.min()) / np.ptp(noise)


def micrograph(shape=(44, 37)):
    """Return a smooth micrograph, uint8, that keeps off black and white."""
    return np.rint(90 + 60 * smooth(shape)).astype(np.uint8)


@pytest.fixture(scope="module")
def flow():
    """Return flows that map domains of different brightness and contrast, and a little texture."""
    torch.manual_seed(0)
    made = MultiDomainFlow(**ARGUMENTS)
    for i, name in enumerate(made.domains):
        chips = 90 + 20 * i + (60 - 10 * i) * smooth((32, SIZE, SIZE), i)
        made[name](from_levels(torch.from_numpy(chips)))  # normalises its activations for good
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.requires_grad:  # not the rotations, which must stay rotations
                parameter.add_(0.01 * torch.randn_like(parameter))
    return made.eval().requires_grad_(False)


@pytest.fixture
def save(tmp_path, flow, provenance):
    """Return a function that saves the flows as a training does and returns their folder."""

    def saved(pixel_size_um=PIXEL_UM, grey_range=(0.0, 255.0)):
        folder = tmp_path / "flows"
        scale = {"pixel_size_um": pixel_size_um, "grey_range": grey_range}
        model = {"flow": ARGUMENTS, "scale": scale}
        save_weights(folder / "weights.safetensors", flow.state_dict(), model, provenance)
        return folder

    return saved


@pytest.fixture
def image(tmp_path):
    """Return a micrograph's file of the model's scale."""
    path = tmp_path / "image.tif"
    write_tiff(path, micrograph(), PIXEL_UM, "")
    return path


def run(image, out, model, *more, source="a", target="b"):
    """Run the command in this process as the command line does; an error is raised."""
    command = App(result_action="return_value")
    command.default(transfer)
    flags = ["--model", str(model), "--from", source, "--to", target, *more]
    command([str(image), str(out), *flags], exit_on_error=False, print_error=False)


def test_the_output_has_size_scale_and_provenance(tmp_path, save, flow, image):
    """The output is 8-bit TIFF as large as the input, with its pixel size and its provenance."""
    out = tmp_path / "made" / "out.tif"
    run(image, out, save(grey_range=DEEP))
    with tifffile.TiffFile(out) as file:
        page = file.pages.first
        assert page.dtype == np.uint8
        across, down = page.get_resolution("MICROMETER")
        record = json.loads(page.description)
        made = page.asarray()
    assert (1 / across, 1 / down) == pytest.approx((PIXEL_UM, PIXEL_UM))
    assert record["stage"] == "temper transfer"
    assert record["options"] == {"from": "a", "to": "b", "grey_range": list(DEEP)}
    assert set(record["inputs"]) == {"image", "weights"}
    np.testing.assert_array_equal(made, transfer_micrograph(flow, micrograph(), "a", "b"))
    assert [path.name for path in out.parent.iterdir()] == ["out.tif"]


def test_weights_file_and_folder_are_the_same_model(tmp_path, save, image):
    """`--model` may name the weights themselves; the same command writes the same bytes twice."""
    folder = save()
    run(image, tmp_path / "one.tif", folder)
    run(image, tmp_path / "two.tif", folder / "weights.safetensors")
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()


def test_a_micrograph_of_one_chip_is_transferred_as_that_chip(flow):
    """There is no second way of transferring: one window gives what the study's chips give."""
    pixels = micrograph((SIZE, SIZE))
    expected = transfer_chips(flow, pixels[None], "a", "c")[0]
    made = transfer_micrograph(flow, pixels, "a", "c")
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, expected)
    assert (made != pixels).mean() > 0.5


@pytest.mark.parametrize("shape", [(16, 16), (17, 40), (44, 37), (64, 64)])
def test_a_transfer_to_another_domain_and_back_is_undone(flow, shape):
    """To another domain and back a micrograph returns within 2 grey levels everywhere."""
    pixels = micrograph(shape)
    back = transfer_micrograph(flow, transfer_micrograph(flow, pixels, "a", "b"), "b", "a")
    assert back.shape == shape
    assert np.abs(back.astype(float) - pixels).max() <= 2


NARROW = [(90 / 256, 151 / 256), (60 / 256, 200 / 256), (90 / 256, 180 / 256)]
"""Limits of the domains, as trainings fit them."""


def limited(flow, tails):
    """Make the flows with limits of their domains, tails or not."""
    more = {"limits": NARROW, "tails": True} if tails else {"limits": NARROW}
    made = MultiDomainFlow(**ARGUMENTS, **more)
    made.load_state_dict(flow.state_dict())
    return made.eval().requires_grad_(False)


def with_spots(hot=250, dead=4):
    """Return a micrograph with a hot and a dead pixel."""
    pixels = micrograph()
    pixels[10, 12], pixels[30, 20] = hot, dead
    return pixels


@pytest.mark.parametrize("hot", range(160, 256, 10))
@pytest.mark.parametrize(("source", "target"), [("a", "b"), ("b", "a"), ("a", "c")])
def test_levels_beyond_the_training_set_s_come_back(flow, caplog, hot, source, target):
    """A pixel of 250 in a domain of 90 to 150 returns as 250, or it is said that it does not."""
    made, pixels = limited(flow, tails=True), with_spots(hot, 255 - hot)
    caplog.set_level(logging.WARNING)
    there = transfer_micrograph(made, pixels, source, target)
    said = len(caplog.records)
    back = transfer_micrograph(made, there, target, source)
    away = np.abs(back.astype(float) - pixels)
    for spot in ((10, 12), (30, 20)):
        clipped = there[spot] in {0, 255} and said
        assert clipped or away[spot] <= 6, (pixels[spot], there[spot], back[spot])


def test_what_an_earlier_model_clamps_is_said(flow, caplog):
    """Flows that were stored without tails still transfer, and name the share that is lost."""
    made = limited(flow, tails=False)
    caplog.set_level(logging.WARNING)
    transfer_micrograph(made, micrograph().clip(95, 145), "a", "b")
    assert not caplog.records
    transfer_micrograph(made, with_spots(), "a", "b")
    (record,) = caplog.records
    assert "0.12 % of the pixels are outside the grey levels 86 to 154" in record.message
    assert "train the flows again" in record.message


def test_what_8_bits_cannot_hold_is_said(flow, caplog):
    """Pixels that become lighter than white are counted: they do not come back."""
    made = limited(flow, tails=True)
    bright = MultiDomainFlow(
        **ARGUMENTS, limits=[NARROW[0], (200 / 256, 1.0), NARROW[2]], tails=True
    )
    bright.load_state_dict(made.state_dict())
    caplog.set_level(logging.WARNING)
    out = transfer_micrograph(bright.eval().requires_grad_(False), with_spots(), "a", "b")
    (record,) = caplog.records
    assert re.match(
        r"[\d.]+\.\d+ % of the pixels became darker than 0 or lighter than 255", record.message
    )
    assert (out == 255).any()


@pytest.mark.parametrize("shape", [(16, 33), (44, 37)])
def test_flows_that_change_nothing_leave_no_seam(flow, shape):
    """Between two domains of the same flow every pixel keeps its grey level."""
    same = MultiDomainFlow(**ARGUMENTS)
    for name in same.domains:
        same[name].load_state_dict(flow["a"].state_dict())
    pixels = micrograph(shape)
    made = transfer_micrograph(same.eval().requires_grad_(False), pixels, "a", "b")
    np.testing.assert_array_equal(made, pixels)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_deep_images_are_mapped_as_in_the_study(tmp_path, save, flow, dtype, caplog):
    """16 bits and floats become 8 by the model's grey range, with a warning of what is clipped."""
    deep = (1500 + 7000 * smooth((30, 40))).astype(dtype)
    deep[:3] -= 1400  # to some below the range, and a row above it
    deep[3] = 9100
    write_tiff(tmp_path / "deep.tif", deep, PIXEL_UM, "")
    with caplog.at_level(logging.WARNING):
        run(tmp_path / "deep.tif", tmp_path / "out.tif", save(grey_range=DEEP))
    expected = transfer_micrograph(flow, to_uint8(deep, *DEEP), "a", "b")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif"), expected)
    percent = 100 * np.mean((deep < DEEP[0]) | (deep > DEEP[1]))
    assert percent > 3
    assert f"{percent:.0f} % of pixels are outside 1000 to 9000: clipped" in caplog.text


def test_colour_is_read_as_luminance(tmp_path, save, flow, caplog):
    """Three equal channels are the grey image, and the log says how colour is read."""
    caplog.set_level(logging.INFO)
    colour = np.repeat(micrograph()[..., None], 3, axis=-1)
    tifffile.imwrite(tmp_path / "colour.tif", colour, photometric="rgb")
    run(tmp_path / "colour.tif", tmp_path / "out.tif", save(), "--pixel-size-um", str(PIXEL_UM))
    expected = transfer_micrograph(flow, micrograph(), "a", "b")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif"), expected)
    assert "colour.tif holds colour: read as luminance" in caplog.text


def test_a_model_without_scale_warns_and_writes_none(tmp_path, save, caplog):
    """Where nothing is known of the scale, none is made up, and the log says it."""
    tifffile.imwrite(tmp_path / "image.tif", micrograph())
    with caplog.at_level(logging.WARNING):
        run(tmp_path / "image.tif", tmp_path / "out.tif", save(pixel_size_um=None))
    assert "the image's scale was not checked" in caplog.text
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert file.pages.first.resolutionunit == tifffile.RESUNIT.NONE


def test_the_flag_counts_where_the_file_says_otherwise(tmp_path, save, image, caplog):
    """A wrong header can be overruled, which is logged; the flag's size is written."""
    model = save(pixel_size_um=0.4)
    with caplog.at_level(logging.WARNING):
        run(image, tmp_path / "out.tif", model, "--pixel-size-um", "0.403")
    assert "the file says 0.5 µm per pixel; the flag's 0.403 counts" in caplog.text
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert file.pages.first.get_resolution("MICROMETER")[0] == pytest.approx(1 / 0.403)


def test_the_flag_counts_where_the_file_says_that_a_pixel_is_not_square(tmp_path, save, caplog):
    """A wrong header can be overruled here too, which is logged."""
    images(tmp_path)
    with caplog.at_level(logging.WARNING):
        run(tmp_path / "oblong.tif", tmp_path / "out.tif", save(), "--pixel-size-um", "0.5")
    assert "1 µm high and 0.5 µm wide, not square; the flag's 0.5 counts" in caplog.text


@pytest.mark.data("micrographs", "refused", "transfer: image whose pixels are not square")
def test_oblong_pixels_are_refused_by_a_model_without_scale(tmp_path, save):
    """A distorted picture is no input, even where the scale cannot be checked."""
    images(tmp_path)
    with pytest.raises(InputError, match="not square; resample the image"):
        run(tmp_path / "oblong.tif", tmp_path / "out.tif", save(pixel_size_um=None))
    run(tmp_path / "two sizes.tif", tmp_path / "out.tif", save(pixel_size_um=None))


SCALES = {
    "ImageJ": {"description": "ImageJ=1.53t\nunit=um\n", "resolution": (2, 2)},
    "OME": {"ome": True, "metadata": {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5}},
    "FEI": {
        "extratags": [(34682, "s", 0, "[Scan]\nPixelWidth=5e-7\nPixelHeight=5e-7\n", True)],
    },
    "Zeiss": {
        "extratags": [(34118, "s", 0, "AP_PIXEL_SIZE\nPixel Size = 500.0 nm\n", True)],
    },
}


@pytest.mark.data("micrographs", "read", "transfer: pixel size from ImageJ, OME and makers' tags")
@pytest.mark.parametrize("place", SCALES)
def test_the_size_of_a_pixel_is_found_wherever_the_file_gives_it(tmp_path, save, place):
    """No flag is needed where a program or a microscope wrote the size."""
    options = {"photometric": "minisblack", "metadata": None, **SCALES[place]}
    tifffile.imwrite(tmp_path / "image.tif", micrograph(), **options)
    run(tmp_path / "image.tif", tmp_path / "out.tif", save())
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert file.pages.first.get_resolution("MICROMETER")[0] == pytest.approx(1 / PIXEL_UM)


def test_a_turned_image_is_transferred_as_seen(tmp_path, save, flow):
    """The orientation is undone once, before the transfer."""
    turned = {"extratags": [(274, "H", 1, 6, True)]}
    stored = np.ascontiguousarray(np.rot90(micrograph()))
    tifffile.imwrite(tmp_path / "image.tif", stored, **turned)
    run(tmp_path / "image.tif", tmp_path / "out.tif", save(), "--pixel-size-um", str(PIXEL_UM))
    expected = transfer_micrograph(flow, micrograph(), "a", "b")
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif"), expected)


def test_8_bits_for_a_deep_model_are_taken_as_mapped(tmp_path, save, image, caplog):
    """The study leaves 8 bits as they are, and so what was transferred can be transferred back."""
    with caplog.at_level(logging.WARNING):
        run(image, tmp_path / "out.tif", save(grey_range=DEEP))
    assert "8 bits are taken as mapped from levels 1000 to 9000" in caplog.text


def images(folder):
    """Write images that one thing is wrong with, or nothing but their scale."""
    write_tiff(folder / "coarse.tif", micrograph(), PIXEL_UM * 1.02, "")
    write_tiff(folder / "small.tif", micrograph((SIZE - 1, 40)), PIXEL_UM, "")
    write_tiff(folder / "deep.tif", micrograph().astype(np.uint16) * 9, PIXEL_UM, "")
    tifffile.imwrite(folder / "none.tif", micrograph())
    print_size = {"resolution": (300, 300), "resolutionunit": "INCH"}
    tifffile.imwrite(folder / "print.tif", micrograph(), **print_size)
    oblong = {"resolution": (2e4, 1e4), "resolutionunit": "CENTIMETER"}
    tifffile.imwrite(folder / "oblong.tif", micrograph(), **oblong)
    words = "[Scan]\nPixelWidth=2e-7\nPixelHeight=2e-7\n"
    vendor = {"extratags": [(34682, "s", len(words), words, True)]}
    square = {"resolution": (2e4, 2e4), "resolutionunit": "CENTIMETER"}
    tifffile.imwrite(folder / "two sizes.tif", micrograph(), **vendor, **square)
    (folder / "text.tif").write_text("no image")
    (folder / "folder.tif").mkdir()


UNKNOWN = "does not say how large a pixel is, and the model's are 0.5 µm; give the image's with"
REFUSED = {
    "no image": ({"image": "lost.tif"}, "lost.tif: there is no such file; correct the path"),
    "folder for an image": ({"image": "folder.tif"}, "there is no such file; correct the path"),
    "text for an image": ({"image": "text.tif"}, "text.tif: not a TIFF, PNG, JPEG or BMP"),
    "small": ({"image": "small.tif"}, "is 15 x 40 pixels, smaller than a chip of 16; give"),
    "deep": ({"image": "deep.tif"}, "are uint16, while the model was trained on 8 bits; convert"),
    "suffix": ({"out": "out.png"}, "out.png: the output is a TIFF; name a file that ends in"),
    "folder for an output": ({"out": "folder.tif"}, "folder.tif: the output is a TIFF; name a"),
    "input": ({"out": "image.tif"}, "image.tif: this is the input itself; name another file"),
    "scale": ({"image": "coarse.tif"}, "is 0.51 µm, one of the model's 0.5 µm; resample the image"),
    "no scale": ({"image": "none.tif"}, UNKNOWN),
    "scale of a print": ({"image": "print.tif"}, UNKNOWN),
    "oblong pixels": (
        {"image": "oblong.tif"},
        "by the file a pixel is 1 µm high and 0.5 µm wide, not square; resample the image to",
    ),
    "two sizes": (
        {"image": "two sizes.tif"},
        "a pixel is 0.2 µm by its FEI metadata, but 0.5 µm by its resolution tags; give the size",
    ),
    "flag": ({"more": ("--pixel-size-um", "0.6")}, "a pixel is 0.6 µm, one of the model's 0.5 µm"),
    "flag of nothing": ({"more": ("--pixel-size-um", "0")}, "is 0; give a positive number"),
    "flag nan": ({"more": ("--pixel-size-um", "nan")}, "is nan; give a positive number"),
    "source": ({"source": "d"}, "no domain 'd'; let --from name one of a, b, c."),
    "target": ({"target": "t6"}, "no domain 't6'; let --to name one of a, b, c."),
    "same": ({"target": "a"}, "--from and --to are both 'a'; name two different domains."),
    "no model": ({"model": "lost"}, "lost: there is no such file; let --model name the folder"),
    "no weights": ({"model": "."}, "weights.safetensors: there is no such file; let --model"),
    "text for a model": ({"model": "text.tif"}, "text.tif: no weights of flows are in it; let"),
    "another model": ({"model": "pinet.safetensors"}, "no weights of flows are in it; let --model"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_unusable_files_and_flags_are_refused(tmp_path, save, image, provenance, fault):
    """What cannot be transferred is refused in one sentence with a remedy; nothing is written."""
    images(tmp_path)
    save_weights(tmp_path / "pinet.safetensors", {"w": torch.ones(1)}, {"head": "x"}, provenance)
    model = save()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    change, sentence = REFUSED[fault]
    call = {"image": image.name, "out": "out.tif", "model": model.name, "more": (), **change}
    paths = [tmp_path / call.pop(name) for name in ("image", "out", "model")]
    with pytest.raises(InputError) as raised:
        run(*paths, *call.pop("more"), **call)
    assert sentence in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_images_smaller_than_a_window_are_refused_in_python(flow):
    """The function refuses what no window fits, instead of padding it."""
    with pytest.raises(ValueError, match="shorter than a window of 16"):
        transfer_micrograph(flow, micrograph((15, 40)), "a", "b")


def test_the_command_runs_in_a_process_of_its_own(tmp_path, save, image):
    """As a user types it, in a process of its own, the command ends well and says what it made."""
    out = tmp_path / "out.tif"
    command = [sys.executable, "-m", "pspflow", "temper", "transfer", "--model", str(save())]
    command += ["--from", "a", "--to", "b", str(image), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1].endswith(f"transferred from a to b: {out}")
    assert tifffile.imread(out).shape == micrograph().shape


def test_help_names_the_command_and_the_stages_of_its_chapter():
    """`transfer` is a chapter too: its help has the flags of the command and its stages."""
    command = [sys.executable, "-m", "pspflow", "temper", "transfer", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for words in ("--model", "--from", "--to", "IMAGE", "chips", "plausibility", "preservation"):
        assert words in done.stdout


def test_masked_pixels_are_not_transferred(flow):
    """A mask would be lost, and what stands beneath it come back as microstructure."""
    pixels = micrograph()
    with pytest.raises(ValueError, match="pixels must have no mask"):
        transfer_micrograph(flow, np.ma.masked_array(pixels, pixels > 120), "a", "b")
