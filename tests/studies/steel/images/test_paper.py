"""What is said of the paper's images."""

import pytest

from pspflow.studies.steel.images import paper
from pspflow.studies.steel.images.options import RATES


def test_the_papers_grid_of_chips():
    """At a stride of 64 a micrograph of the paper holds the chips that the paper counts."""
    rows, columns = ((edge - paper.CHIP_PX) // 64 + 1 for edge in paper.SHAPE_PX)
    assert rows * columns == paper.CHIPS_PER_MICROGRAPH


def test_tables_have_every_rate():
    """Means fall with the rate, as the paper says of both."""
    for table in (paper.FERRITE_PERCENT, paper.MEAN_FREE_PATH_UM):
        assert list(table) == list(RATES)
        means = [each.mean for each in table.values()]
        assert means == sorted(means, reverse=True)
    assert paper.papers_domains(RATES)
    assert not paper.papers_domains(["rate_1", "rate_10"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"chip_px": 64}, ["chips of 64 pixels, not 128"]),
        ({"pixel_size_um": 0.5}, ["pixels of 0.5 µm, not 0.34 µm"]),
        ({"pixel_size_um": float("nan")}, ["pixels of unknown size, not 0.34 µm"]),
    ],
)
def test_differences_are_named(given, said):
    """Each difference in the data is named."""
    assert paper.differences(**{"chip_px": 128, "pixel_size_um": 0.34} | given) == said
