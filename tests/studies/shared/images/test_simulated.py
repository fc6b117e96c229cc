"""Simulated micrographs as a user would bring them."""

import json
from functools import partial

import numpy as np
import pytest
import tifffile

from pspflow.io.artefacts import fingerprint
from pspflow.io.sheet import read_sheet
from pspflow.studies.shared.images.simulated import SimulatedMicrograph, write_simulated


def noise(seed):
    """Return a micrograph of noise."""
    return np.random.default_rng(seed).integers(0, 255, (64, 64), dtype=np.uint8)


MICROGRAPHS = [
    SimulatedMicrograph(f"s{i}_steel", "steel", f"s{i}", {"uts_mpa": 400.0 + i}, partial(noise, i))
    for i in range(3)
]


@pytest.mark.parametrize("processes", [1, 2])
def test_sheet_names_every_image(tmp_path, provenance, processes):
    """Sheet and images are those of a user; every image says where it comes from."""
    sheet, images = tmp_path / "simulated/sheet.csv", tmp_path / "simulated/images"
    write_simulated(sheet, images, MICROGRAPHS, 0.5, provenance, processes)
    rows = read_sheet(sheet)
    assert list(rows.columns) == ["image", "domain", "specimen", "pixel_size_um", "uts_mpa"]
    assert list(rows["image"]) == [f"images/{each.name}.tif" for each in MICROGRAPHS]
    for i, image in enumerate(rows["image"]):
        with tifffile.TiffFile(sheet.parent / image) as file:
            np.testing.assert_array_equal(file.asarray(), noise(i))
            assert json.loads(file.pages[0].description) == provenance.as_dict()


def test_number_of_processes_does_not_show(tmp_path, provenance):
    """One process and two write the same bytes."""
    folders = [tmp_path / str(processes) for processes in (1, 2)]
    for processes, folder in enumerate(folders, start=1):
        write_simulated(folder / "s.csv", folder / "i", MICROGRAPHS, 0.5, provenance, processes)
    assert fingerprint(folders[0]) == fingerprint(folders[1])
