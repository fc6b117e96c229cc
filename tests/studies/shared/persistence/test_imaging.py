"""What the options of persistence images mean to the topology layer."""

import numpy as np
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging, PersistenceOptions

ORIGIN = Provenance("test", {}, None, {})
GRID = Imaging(birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=255)


def test_what_is_given_is_not_fitted():
    """Options that are set stay as they are; only what is null comes from the chips."""
    chips = np.random.default_rng(0).integers(50, 90, (3, 24, 24), dtype=np.uint8)
    fitted = pi.fitted_imaging(chips, PersistenceOptions())
    assert 50 <= fitted.birth_range[0] < fitted.birth_range[1] <= 90
    assert fitted.persistence_range == (0, fitted.unit_persistence)
    assert fitted.sigma == fitted.persistence_range[1] / 20
    given_ = pi.fitted_imaging(chips, PersistenceOptions(birth_range=(0, 255), unit_persistence=7))
    assert given_.birth_range == (0, 255)
    assert given_.unit_persistence == 7
    assert given_.persistence_range == fitted.persistence_range


def test_a_pair_of_unit_persistence_weighs_one():
    """Images have no unit: a bright pixel of unit persistence adds 1 in all, seen well inside."""
    chip = np.full((1, 9, 9), 100, dtype=np.uint8)
    chip[0, 4, 4] = 140
    wide = {"birth_range": (-500, 700), "persistence_range": (-500, 700)}
    imaging = GRID.model_copy(update={**wide, "unit_persistence": 40.0, "resolution": 20})
    _, h1 = pi.compute(chip, imaging)[0]
    assert h1.sum() == pytest.approx(1)


def test_settings_survive_their_table(tmp_path):
    """What is stored is what is read, to the last digit."""
    imaging = GRID.model_copy(update={"sigma": 1 / 3, "birth_range": (0.1, 200.7)})
    write_table(tmp_path / "grid.parquet", pi.imaging_row(imaging), ORIGIN)
    assert pi.read_imaging(tmp_path / "grid.parquet") == imaging


@pytest.mark.parametrize(
    "option",
    [
        {"birth_range": (0, 65535)},
        {"persistence_range": (0, 4095)},
        {"birth_range": (-1000, 255)},
        {"sigma": 3276.75},
        {"unit_persistence": 65535},
    ],
)
def test_a_grid_of_16_bits_is_refused(option):
    """Chips are stored as 8 bits: in a grid of 16 all pairs would fall into one pixel."""
    with pytest.raises(ValueError, match="8 bits, in which chips are stored"):
        PersistenceOptions(**option)
    PersistenceOptions(birth_range=(-50, 300), persistence_range=(0, 255), sigma=20)
