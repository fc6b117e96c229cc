"""What the tests of the chapter share: micrographs of bands with known measures."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import put_micrograph
from pspflow.io.tables import write_table
from pspflow.microstructure.chips import chip_rows, grid_windows

ORIGIN = Provenance("test", {}, None, {})
RATES = {"rate_1": 1.0, "rate_30": 30.0}
PIXEL_SIZE_UM = 0.5
SIZE = 32


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Write four micrographs of two rates, and their chips; one chip has one phase.

    Every micrograph has its own share of light rows, so that a chip of it is told by its measures.
    """
    folder = tmp_path_factory.mktemp("images")
    paths = {name: folder / name for name in ("catalogue", "micrographs", "chips")}
    region = {"row_start": 0, "row_stop": SIZE, "column_start": 0, "column_stop": 2 * SIZE}
    windows = grid_windows(region, SIZE, SIZE)
    tables, entries = [], []
    with new_store(paths["micrographs"], ORIGIN) as store:
        for number in range(4):
            domain = list(RATES)[number % 2]
            image = {"micrograph": f"m{number}", "specimen": f"s{number % 2}", "domain": domain}
            pixels = np.full((SIZE, 2 * SIZE), 40, np.uint8)
            pixels[: 8 * (1 + number % 3)] = 200
            if number == 3:
                pixels[:, SIZE:] = 200
            put_micrograph(
                store, pd.Series({**image, "image": "", "pixel_size_um": PIXEL_SIZE_UM}), pixels
            )
            tables.append(chip_rows(windows, SIZE, image, "test" if number > 1 else "train"))
            entries.append({"row": 2 + number, **image, "rate": RATES[domain], "note": "x"})
    catalogue = pd.DataFrame(entries)
    # micrographs in the catalogue's order, chips in another
    write_table(paths["chips"], pd.concat(tables[::-1], ignore_index=True), ORIGIN)
    write_table(paths["catalogue"], catalogue, ORIGIN)
    return SimpleNamespace(paths=paths, catalogue=catalogue, folder=folder)
