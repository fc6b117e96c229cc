"""The command `infer`: a condition from measures, and what it refuses."""

import logging

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.microstructure.morphology import measure_morphology
from pspflow.simulate import simulate_steel_micrograph
from pspflow.studies.steel.images.options import COOLING_RATE
from pspflow.studies.steel.inverse.micrographs import mean_of, path_on_chips
from pspflow.studies.steel.morphology.options import MorphologyOptions
from pspflow.studies.steel.tools.infer import infer

FOUND = {"ferrite_fraction": 0.68, "likelihood": "real"}


def test_prints_and_writes_the_posterior(study, tmp_path, capsys):
    """In µm or in pixels the answer is one; probabilities of the table sum to 1."""
    table = tmp_path / "posterior.csv"
    infer(model=study.run, **FOUND, mean_free_path_um=2.4, area_um2=256, table=table)
    first = capsys.readouterr().out
    infer(model=study.file, **FOUND, mean_free_path_px=4.8, area_px2=1024)
    assert capsys.readouterr().out == first
    assert first.startswith(f"{COOLING_RATE}: mean ")
    assert "90 % interval" in first
    read = pd.read_csv(table)
    assert read["probability"].sum() == pytest.approx(1)
    # the measures are those of 3 to 5 °C/s
    assert 2 < (read["probability"] * read["value"]).sum() < 10


def test_reads_a_table_of_the_command_measure(study, tmp_path, capsys):
    """Each image is one area, measured whole, at its own size of a pixel; others are left out."""
    rows = pd.DataFrame(
        {
            "image": ["a.tif", "b.tif"],
            "height_px": [64, 64],
            "width_px": [64, 64],
            "pixel_size_um": [0.25, 0.25],
            "ferrite_fraction": [0.68, np.nan],
            "mean_free_path_um": [2.4, np.nan],
            "mean_free_path_px": [9.6, np.nan],
            "failure": ["", "one phase"],
        }
    )
    rows.to_csv(tmp_path / "measured.csv", index=False)
    infer(model=study.run, measured=tmp_path / "measured.csv", likelihood="real")
    said = capsys.readouterr().out
    infer(model=study.run, **FOUND, mean_free_path_um=2.4, area_um2=256, whole_image=True)
    assert said == f"a.tif: {capsys.readouterr().out}"
    rows.drop(columns="width_px").to_csv(tmp_path / "cut.csv", index=False)
    with pytest.raises(InputError, match="width_px"):
        infer(model=study.run, measured=tmp_path / "cut.csv")
    with pytest.raises(InputError, match="--ferrite-fraction is in the table"):
        infer(model=study.run, measured=tmp_path / "measured.csv", ferrite_fraction=0.5)


def test_says_what_cannot_be_trusted(study, caplog):
    """Measures that no condition gives, an end of the range, and a tiny area."""
    with caplog.at_level(logging.WARNING):
        infer(model=study.run, **FOUND, mean_free_path_px=14.0, area_px2=1024)
        infer(model=study.run, **FOUND, mean_free_path_px=4.8, area_px2=100)
    text = caplog.text
    assert "lie outside of what the run's conditions give" in text
    assert "is cut off at the" in text
    assert "smaller than a chip" in text


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"mean_free_path_px": 5.0}, "--area-um2 or --area-px2 is needed"),
        ({"mean_free_path_px": 5.0, "mean_free_path_um": 2.0, "area_px2": 9.0}, "not both"),
        ({"mean_free_path_px": -5.0, "area_px2": 9.0}, "--mean-free-path-px is -5"),
        ({"mean_free_path_px": 5.0, "area_px2": 9.0, "ferrite_fraction": 68.0}, "between 0 and 1"),
        ({"mean_free_path_px": 5.0, "area_px2": 9.0, "likelihood": "none"}, "give corrected"),
    ],
)
def test_what_is_impossible_is_refused(study, flags, said):
    """One sentence names the flag and the remedy."""
    with pytest.raises(InputError, match=said):
        infer(**{"model": study.run, **FOUND, **flags})


def test_a_folder_without_a_run_is_refused(tmp_path):
    """The message says which folder is wanted."""
    with pytest.raises(InputError, match="results/RUN/steel"):
        infer(model=tmp_path, **FOUND, mean_free_path_px=5.0, area_px2=9.0)


def test_path_of_a_whole_image_becomes_that_on_chips():
    """The estimate is within 5 % of what chips of the image measure; a chip keeps its path."""
    pixels = simulate_steel_micrograph(3.0, np.random.default_rng(0), (384, 384))
    whole = measure_morphology(pixels[None]).mean_free_path_px[0]
    _, on_chips, count = mean_of(pixels, 64, MorphologyOptions())
    assert count == 36
    estimate = path_on_chips(whole, pixels.size, 64**2)
    assert estimate == pytest.approx(on_chips, rel=0.05)
    assert abs(whole / on_chips - 1) > 0.1
    assert path_on_chips(10.0, 64**2, 64**2) == pytest.approx(10)
