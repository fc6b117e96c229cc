"""The command measure: what the shared layer says of each image, or the reason why not."""

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from cyclopts import App
from PIL import Image

from pspflow.errors import InputError
from pspflow.io.micrographs.tiff import write_tiff
from pspflow.io.tables import read_table, table_provenance
from pspflow.microstructure import ferrite_fraction, mean_free_path
from pspflow.studies.steel.tools.measure import measure

SIZE_UM = 0.25


def run(*tokens):
    """Run the command in this process; what stops it is raised."""
    app = App()
    app.default(measure)
    with suppress(SystemExit):
        app([str(token) for token in tokens], exit_on_error=False, print_error=False)


def checks(width, light=200):
    """Draw squares that are `width` pixels wide."""
    rows, columns = np.indices((96, 64)) // width
    return np.where((rows + columns) % 2, 40, light).astype(np.uint8)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Write images with and without a pixel size, of noise and no images; work in their folder."""
    monkeypatch.chdir(tmp_path)
    write_tiff(tmp_path / "sized.tif", checks(5), SIZE_UM, "")
    Image.fromarray(checks(7)).save(tmp_path / "plain.png")
    noise = np.random.default_rng(0).normal(120, 20, (96, 64)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    Image.fromarray(np.full((32, 32), 7, np.uint8)).save(tmp_path / "flat.png")
    (tmp_path / "text.tif").write_text("no image")
    (tmp_path / "folder").mkdir()
    return tmp_path


def test_a_table_of_images(files, capsys, caplog):
    """Values of the whole image with intervals, in µm where the size is known, printed too."""
    run("sized.tif", "plain.png", "--out", "made.csv", "--tile-px", 16)
    sized, plain = pd.read_csv(files / "made.csv").itertuples(index=False)
    assert (sized.image, plain.image) == ("sized.tif", "plain.png")
    assert sized.ferrite_fraction == pytest.approx(ferrite_fraction(checks(5)))
    assert sized.mean_free_path_um == pytest.approx(mean_free_path(checks(5), SIZE_UM))
    assert plain.mean_free_path_px == pytest.approx(mean_free_path(checks(7)))
    assert np.isnan(plain.mean_free_path_um)
    assert (sized.tiles, sized.height_px, sized.width_px) == (24, 96, 64)
    for each, name in ((sized, "mean_free_path_um"), (plain, "mean_free_path_px")):
        assert getattr(each, f"{name}_low") < getattr(each, name) < getattr(each, f"{name}_high")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert " µm (" in lines[1]
    assert " px (" in lines[2]
    assert lines[2].endswith("pixel size unknown")
    assert "plain.png: the file does not say how large a pixel is" in caplog.text


def test_flags_count(files):
    """The other phase, a background, and a size for files without one; Parquet says all that."""
    run("plain.png", "sized.tif", "--out", "made.parquet", "--phase", "dark")
    run("plain.png", "--out", "um.parquet", "--pixel-size-um", 0.5, "--background-px", 20)
    found = read_table(files / "made.parquet")
    assert found["mean_free_path_px"][0] == pytest.approx(mean_free_path(checks(7), phase="dark"))
    assert found["tiles"].tolist() == [1, 1]
    assert found["mean_free_path_px_low"].isna().all()
    in_um = read_table(files / "um.parquet")
    expected = mean_free_path(checks(7), 0.5, background_px=20)
    assert in_um["mean_free_path_um"][0] == pytest.approx(expected)
    record = table_provenance(files / "um.parquet")
    assert record["stage"] == "steel measure"
    assert record["options"]["background_px"] == 20


def test_an_image_that_cannot_be_measured(files, capsys):
    """It is listed with its reason, the others are measured and written, and an error ends it."""
    names = ["lost.tif", "sized.tif", "text.tif", "flat.png", "folder"]
    with pytest.raises(InputError) as raised:
        run(*names, "--out", "made.parquet", "--tile-px", 16)
    assert str(raised.value) == (
        "4 of 5 images could not be measured: lost.tif, text.tif, flat.png, folder; see the "
        "reasons above."
    )
    found = read_table(files / "made.parquet").set_index("image")
    assert found.index.tolist() == names
    assert found["failure"].str.len().gt(0).tolist() == [True, False, True, True, True]
    assert found["ferrite_fraction"].notna().tolist() == [False, True, False, False, False]
    assert found["failure"]["lost.tif"] == "there is no such file; correct the path."
    assert "every pixel is 7" in found["failure"]["flat.png"]
    assert "this is a folder; name images, as in folder/*.tif." in capsys.readouterr().out


def test_two_sizes_of_a_pixel_are_refused(files):
    """That of the file against the flag's; to 1 % they are one."""
    run("sized.tif", "--pixel-size-um", 1.005 * SIZE_UM)
    with pytest.raises(InputError, match="1 of 2 images"):
        run("sized.tif", "plain.png", "--pixel-size-um", 0.3, "--out", "made.csv")
    found = pd.read_csv(files / "made.csv")
    assert found["failure"][0].startswith("a pixel is 0.25 µm by the file, but 0.3 µm by")
    assert found["pixel_size_um"][1] == 0.3


@pytest.mark.usefixtures("files")
def test_doubts_are_said(caplog, capsys):
    """One peak; tiles narrower than two paths; one tile."""
    run("noise.png", "sized.tif", "--tile-px", 9)
    assert "noise.png: its grey levels have one peak" in caplog.text
    assert "sized.tif: its mean free path is 4.87 px, more than half a tile" in caplog.text
    assert "give --tile-px 10 or more" in caplog.text
    assert capsys.readouterr().out.splitlines()[1].endswith("one peak; pixel size unknown")
    caplog.clear()
    run("sized.tif")
    assert "sized.tif: no intervals, since the image holds one tile" in caplog.text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "no image is named"),
        (["sized.tif", "--out", "made.txt"], "made.txt: the table is CSV or Parquet; name a file"),
        (["sized.tif", "--out", "folder"], "folder: the table is CSV or Parquet"),
        (["sized.tif", "--pixel-size-um", 0], "--pixel-size-um is 0; give a length above 0."),
        (["sized.tif", "--background-px", "-3"], "--background-px is -3; give a length above 0."),
        (["sized.tif", "--tile-px", 2], "--tile-px is 2; give 8 or more."),
    ],
)
def test_wrong_flags_are_refused(files, words, sentence):
    """One sentence, and nothing is written."""
    before = sorted(files.iterdir())
    with pytest.raises(InputError) as raised:
        run(*words)
    assert sentence in str(raised.value)
    assert sorted(files.iterdir()) == before
