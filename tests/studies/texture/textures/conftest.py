"""What the tests of the textures share."""

import numpy as np
import pandas as pd
import pytest

from pspflow.mechanics.texture import random_orientations, scattered_orientations
from pspflow.studies.texture.textures.options import FEWEST, SET_NAMES, SimulatedTexturesOptions
from pspflow.studies.texture.textures.stages.simulate import simulate

SMALL = SimulatedTexturesOptions(
    singles=24, mixtures=96, largest=3, grains=24, validation=20, test=40
)
POINTS = 40


@pytest.fixture(scope="session")
def small():
    """Return the options of small sets."""
    return SMALL


@pytest.fixture(scope="session")
def simulated_folder(tmp_path_factory):
    """Simulate the three sets of one run; return the folder of `SET_textures` and `SET_table`."""
    folder = tmp_path_factory.mktemp("sets")
    for name in SET_NAMES:
        paths = {key: folder / f"{name}_{key}" for key in ("textures", "table")}
        simulate(name=name, **paths, options=SMALL.made(name), seed=0)
    return folder


@pytest.fixture(scope="session")
def written_sheet(tmp_path_factory):
    """Write a sheet of as few textures as are allowed, and their files; return its path."""
    folder = tmp_path_factory.mktemp("sheet")
    rng = np.random.default_rng(0)
    rows = []
    for split, count in FEWEST.items():
        for number in range(count):
            centre = np.repeat(random_orientations(1, rng), POINTS, axis=0)
            angles = np.rad2deg(scattered_orientations(centre, 0.3, rng))
            table = pd.DataFrame(angles, columns=["phi1_deg", "Phi_deg", "phi2_deg"])
            table["weight"] = rng.uniform(0.5, 1.5, POINTS)
            name = f"{split}{number}"
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.4f")
            rows.append({"texture": name, "file": f"{name}.csv", "split": split})
    sheet = folder / "sheet.csv"
    pd.DataFrame(rows).to_csv(sheet, index=False)
    return sheet
